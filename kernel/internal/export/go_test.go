package export

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"songsong/kernel/internal/notebook"
	"songsong/kernel/internal/notebook/notebooktest"
)

var program = []string{
	"markdown\n# Chương trình\n\nvăn bản",
	"code\n//| label: x\nimport (\n\t\"fmt\"\n\t\"sync\"\n)\n\nx := 41 // đầu\nvar y int = 2\nvar z float64\nvar (\n\tm = map[string]int{}\n)\nfmt.Println(\"xin chào\", x, y, z)",
	"code\n// T là kiểu\ntype T struct{ n int } // cuối\n\nfunc (t T) double() int { return t.n * 2 }\n\nt := T{x}\nt.double()",
	"code\nfunc fact(n int) int {\n\tif n < 2 {\n\t\treturn 1\n\t}\n\treturn n * fact(n-1)\n}\nfmt.Println(fact(5))\nconst k = 3\nx, w := x+k, strings.Repeat(\"a\", k)\nx+1",
	"code\nfunc (t T) triple() int { return t.n * 3 }\nt.triple();",
	"code\nvar wg sync.WaitGroup\nfor i := range 3 {\n\twg.Go(func() { m[fmt.Sprint(i)] = 0 })\n\twg.Wait()\n}\nlen(m)",
	"code\n%%bash\necho hi",
	"code raises-exception\nvar p *int\n*p = 1",
	"code\nx := \"other type\"",
	"code\nfunc fact() {}",
	"code\nundefined()",
	"code skip-execution\nfmt.Println(\"never\")",
	"code\nf, err := os.Open(\"/none\")\n_ = f\nfmt.Println(err)\nraw := `\n  two\n    lines`\nfmt.Println(raw)\n// cuối cùng",
	"raw\n\\LaTeX",
}

// inModule makes a notebook in a folder of this module, where its program finds packages.
func inModule(t *testing.T, cells ...string) (*notebook.Notebook, string) {
	t.Helper()
	dir, err := os.MkdirTemp(".", "testdata-tmp-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	nb := notebooktest.Notebook(cells...)
	nb.Path = filepath.Join(dir, "chương trình.ipynb")
	return nb, filepath.Join(dir, "program")
}

// TestThroughJupytext: what jupytext 1.19 writes of a program that it has read
// has a head of its own and a first cell of what stood above the cells.
func TestThroughJupytext(t *testing.T) {
	nb, err := parseGo("// -*- coding: utf-8 -*-\n// %%\n" + madeBy + " from a.ipynb; it runs\npackage main\n\n// %% [markdown] id=\"a\"\n// # Một\n\n// %% id=\"b\" tags=[\"timing\"]\nx := 1\n")
	if err != nil || len(nb.Cells) != 2 || nb.Cells[0].Source != "# Một" || nb.Cells[1].ID != "b" || !nb.Cells[1].HasTag("timing") {
		t.Errorf("%v: %+v", err, nb)
	}
}

func TestGoProgramRunsAndBecomesTheNotebookAgain(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the Go toolchain")
	}
	nb, base := inModule(t, program...)
	r, err := Write(t.Context(), "go", nb, base, Options{})
	if err != nil {
		t.Fatal(err)
	}
	notices := strings.Join(r.Notices, "\n")
	for _, want := range []string{
		"cell 7: commands of the kernel are not Go",
		"cell 9: the variable x changes its type from int to string",
		"cell 10: fact is declared in cell 4 already",
		"cell 11: it does not compile",
	} {
		if !strings.Contains(notices, want) {
			t.Errorf("notices miss %q:\n%s", want, notices)
		}
	}
	cmd := exec.Command("go", "run", "./"+base+".go")
	out, err := cmd.CombinedOutput()
	want := "xin chào 41 2 0\n82\n120\n45\n3\nopen /none: no such file or directory\n\n  two\n    lines\n"
	if err != nil || string(out) != want {
		text, _ := os.ReadFile(base + ".go")
		t.Errorf("%v, got\n%s\nwant\n%s\nof\n%s", err, out, want, text)
	}
	again, err := ReadGo(base + ".go")
	if err != nil {
		t.Fatal(err)
	}
	if len(again.Cells) != len(nb.Cells) {
		t.Fatalf("%d cells, want %d", len(again.Cells), len(nb.Cells))
	}
	for i, c := range nb.Cells {
		a := again.Cells[i]
		if a.Source != c.Source || a.ID != c.ID || a.Type != c.Type || strings.Join(a.Tags(), ",") != strings.Join(c.Tags(), ",") {
			t.Errorf("cell %d: got %s %s %v\n%s\nwant\n%s", i+1, a.Type, a.ID, a.Tags(), a.Source, c.Source)
		}
	}
}

// TestGoProgramWithUnnamedImports: dot imports and blank ones serve later cells too, and one that is of no use any more goes.
func TestGoProgramWithUnnamedImports(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the Go toolchain")
	}
	nb, base := inModule(t,
		"code\nimport (\n\t. \"math\"\n\t. \"strings\"\n\t. \"sort\"\n\t_ \"embed\"\n)",
		"code\nfunc Sqrt(x float64) string { return \"mine\" }",
		"code\nfmt.Println(ToUpper(\"pi\"), Floor(Pi))",
		"code\nurl, err := url.Parse(\"x\")",
		"code\nfmt := 3")
	r, err := Write(t.Context(), "go", nb, base, Options{})
	if err != nil {
		t.Fatal(err)
	}
	notices := strings.Join(r.Notices, "\n")
	for _, want := range []string{`cell 2: Sqrt is declared by "import . \"math\"" already`, "cell 4: url means a package too", "cell 5: fmt means a package too"} {
		if !strings.Contains(notices, want) {
			t.Errorf("notices miss %q: %s", want, notices)
		}
	}
	out, err := exec.Command("go", "run", "./"+base+".go").CombinedOutput()
	if err != nil || string(out) != "PI 3\n" {
		text, _ := os.ReadFile(base + ".go")
		t.Errorf("%v, got %q of\n%s", err, out, text)
	}
}

func TestReadGoOfJupytext(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.go")
	text := "// ---\n// jupyter:\n//   kernelspec: {}\n// ---\n\n// %% [markdown]\n// # Title\n//\n// text\n\n// %% tags=[\"timing\"]\nimport \"fmt\"\nfmt.Println(1)\n\n// %%\nx := 1\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	nb, err := ReadGo(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(nb.Cells) != 3 || nb.Cells[0].Source != "# Title\n\ntext" || nb.Cells[1].Source != "import \"fmt\"\nfmt.Println(1)" || !nb.Cells[1].HasTag("timing") {
		t.Errorf("cells %+v", nb.Cells)
	}
	os.WriteFile(path, []byte("package main\n"), 0o600)
	if _, err := ReadGo(path); err == nil || !strings.Contains(err.Error(), "// %%") {
		t.Errorf("a program without cells: %v", err)
	}
}

func TestAssigning(t *testing.T) {
	for in, want := range map[string]string{
		"x := 1":                         "x /*:*/= 1",
		"x, err := f(func() { y := 1 })": "x, err /*:*/= f(func() { y := 1 })",
		"f(func() { y := 1 })":           "f(func() { y := 1 })",
		"var x = 1":                      "/*var*/ x = 1",
		"var x, y float64 = 1, 2":        "/*var*/ x, y /*type*/ /*float64*/ = 1, 2",
		"var f func(a int) = g":          "/*var*/ f /*type*/ /*func(a int)*/ = g",
		"var x map[string]int":           "//songsong:var x map[string]int",
	} {
		got := assigning(in, tokens(in)[0].tok)
		if got != want {
			t.Errorf("assigning(%q) = %q, want %q", in, got, want)
		}
		if back := unmark(got); back != in {
			t.Errorf("unmark(%q) = %q, want %q", got, back, in)
		}
	}
}
