package main

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"songsong/kernel/internal/notebook"
	"songsong/kernel/internal/notebook/notebooktest"
)

// call runs a verb and returns its exit code and what it wrote.
func call(t *testing.T, verb func([]string) int, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	oldOut, oldErr := os.Stdout, os.Stderr
	defer func() { os.Stdout, os.Stderr = oldOut, oldErr }()
	read := func(f **os.File) func() string {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		*f = w
		text := make(chan string, 1)
		go func() {
			b, _ := io.ReadAll(r)
			text <- string(b)
		}()
		return func() string { w.Close(); return <-text }
	}
	out, errs := read(&os.Stdout), read(&os.Stderr)
	code = verb(args)
	return code, out(), errs()
}

func expect(t *testing.T, what string, code, want int, text string, pieces ...string) {
	t.Helper()
	if code != want {
		t.Errorf("%s: exit code %d, want %d\n%s", what, code, want, text)
	}
	for _, p := range pieces {
		if !strings.Contains(text, p) {
			t.Errorf("%s: no %q in\n%s", what, p, text)
		}
	}
}

// TestRunCheckExport takes a notebook through the three verbs, with real cells.
func TestRunCheckExport(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles cells")
	}
	dir := filepath.Join(t.TempDir(), "sổ tay có dấu cách")
	path := filepath.Join(dir, "một.ipynb")
	if err := notebooktest.Notebook(
		"markdown\n# Một\n\nXem @fig-line.",
		"code\nfunc double(n int) int { return 2 * n }\nfmt.Println(\"hai lần:\", double(21))",
		"code\n//| label: fig-line\n//| fig-cap: Một đường\ndisplay.MIME(display.MIMEMap{\"image/svg+xml\": \"<svg xmlns='http://www.w3.org/2000/svg'/>\", \"text/csv\": \"a\\n1\\n\", \"text/plain\": \"a line\"}, nil)",
		"code\nfmt.Println(\"took\", time.Duration(time.Now().UnixNano()%1e9))",
		"code timing\nfmt.Println(time.Now().UnixNano())",
		"code raises-exception\nvar p *int\n*p = 1",
		"code\ndouble(4)",
	).WriteFile(path); err != nil {
		t.Fatal(err)
	}
	figures := filepath.Join(dir, "hình")
	code, _, text := call(t, run, dir, "--figures", figures, "--json", filepath.Join(dir, "r.json"))
	expect(t, "run", code, 0, text, "cell 5/6 expected error", "✓", "2 figure files changed")
	if csv, _ := os.ReadFile(filepath.Join(figures, "fig-line.csv")); string(csv) != "a\n1\n" {
		t.Errorf("CSV %q", csv)
	}
	code, out, text := call(t, check, dir)
	expect(t, "check of what has just run", code, 0, text)
	if out != "" {
		t.Errorf("check says %s", out)
	}
	for what, tt := range map[string]struct {
		change func(nb *notebook.Notebook)
		want   string
	}{
		"a changed output":     {func(nb *notebook.Notebook) { nb.Cells[1].Outputs[0].Text = "hai lần: 41\n" }, "-hai lần: 41\n+hai lần: 42"},
		"a reordered cell":     {func(nb *notebook.Notebook) { nb.Cells[6], nb.Cells[1] = nb.Cells[1], nb.Cells[6] }, "double is defined below, in cell 6, so the cells stand in another order than they ran in"},
		"a deleted definition": {func(nb *notebook.Notebook) { nb.Cells[1].Source = "fmt.Println(\"hai lần:\", double(21))" }, "line 1: compile error: undefined: double; no cell defines double any more"},
		"all that fails after it": {func(nb *notebook.Notebook) {
			nb.Cells[1].Source = "fmt.Println(\"hai lần:\", double(21))"
			nb.Cells[3].Source = "fmt.Println(\"took\", triple(1))"
		}, "cell 3 (fmt.Println(\"took\", triple(1))): it fails now with compile error"},
		"an untagged timing": {func(nb *notebook.Notebook) { nb.Cells[4].Metadata = nil }, "stdout differs only in its numbers (if they are measured, the tag timing lets that pass)"},
	} {
		nb, err := notebook.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		tt.change(nb)
		changed := filepath.Join(dir, "thay đổi", "một.ipynb")
		if err := nb.WriteFile(changed); err != nil {
			t.Fatal(err)
		}
		code, out, text := call(t, check, changed)
		expect(t, what, code, 1, out+text, tt.want)
	}
	code, out, text = call(t, export, "--to", "html,md,go", "--figures", figures, path)
	expect(t, "export", code, 0, out+text, "một.html", "một.md", "một.go")
	stored, _ := os.ReadFile(path)
	code, out, text = call(t, export, "--run", "--to", "html", "--out", filepath.Join(dir, "mới"), path)
	expect(t, "export of a fresh run", code, 0, out+text, "một.html", "ran 6 cells")
	fresh, _ := os.ReadFile(filepath.Join(dir, "mới", "một.html"))
	expect(t, "the page of a fresh run", 0, 0, string(fresh), "ran from top to bottom for this report", "hai lần: 42", "data:text/csv")
	if after, _ := os.ReadFile(path); string(after) != string(stored) {
		t.Error("export --run changed the notebook")
	}
	page, _ := os.ReadFile(filepath.Join(dir, "một.html"))
	expect(t, "the page", 0, 0, string(page), `<a href="#fig-line">Figure 1</a>`, "data:text/csv", "hai lần: 42")
}

func TestWrongCalls(t *testing.T) {
	dir := t.TempDir()
	broken := filepath.Join(dir, "broken.ipynb")
	if err := os.WriteFile(broken, []byte(`{"nbformat":4,"cells":[{"cell_type":"code","source":3}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		verb func([]string) int
		args []string
		code int
		want string
	}{
		{run, []string{"--nothing"}, 2, "-nothing"},
		{run, []string{"--param", "x", dir}, 2, "--param wants name=value"},
		{run, []string{"--param", "x=1", dir}, 2, "give --out DIR"},
		{run, []string{filepath.Join(dir, "none")}, 1, "there is no file or folder"},
		{run, []string{t.TempDir()}, 1, "there is no notebook"},
		{run, []string{broken}, 1, "broken.ipynb: cell 1: source is a number"},
		{check, []string{broken}, 1, "broken.ipynb: cell 1: source is a number"},
		{check, []string{"--ignore", "(", dir}, 2, "is no regular expression"},
		{export, []string{broken}, 1, "broken.ipynb: cell 1: source is a number"},
		{export, []string{"--to", "docx", dir}, 2, `there is no export to "docx"`},
		{export, []string{"--to", "ipynb,html", dir}, 2, "goes with no other kind"},
		{export, []string{"--to", "ipynb"}, 2, "wants the Go programs"},
		{export, []string{"--code", "blue", dir}, 2, "open, folded or hidden"},
		{export, []string{"--paper", "A3", dir}, 2, "A4 or Letter"},
	}
	for _, tt := range tests {
		code, out, text := call(t, tt.verb, tt.args...)
		expect(t, strings.Join(tt.args, " "), code, tt.code, out+text, tt.want)
		if lines := strings.Count(text, "\n"); lines > 3 && !slices.Contains(tt.args, "--nothing") && tt.args[0] != "--param" {
			t.Errorf("%v: %d lines of errors:\n%s", tt.args, lines, text)
		}
	}
}

// TestOtherKernels runs the notebooks of testdata/others, written as those for
// gophernotes and GoNB are, and compares with what they have always shown.
func TestOtherKernels(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles cells")
	}
	code, out, text := call(t, check, "testdata/others")
	expect(t, "check of notebooks for other kernels", code, 0, out+text)
}
