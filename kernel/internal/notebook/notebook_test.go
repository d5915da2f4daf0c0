package notebook

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestCanonicalBytes(t *testing.T) {
	inputs, _ := filepath.Glob("testdata/read/*.ipynb")
	if len(inputs) < 3 {
		t.Fatalf("inputs: %v", inputs)
	}
	for _, in := range inputs {
		t.Run(filepath.Base(in), func(t *testing.T) {
			nb, err := ReadFile(in)
			if err != nil {
				t.Fatal(err)
			}
			nb.Canonical()
			got := nb.Bytes()
			golden := filepath.Join("testdata", "canonical", filepath.Base(in))
			if *update {
				if _, err := ReplaceFile(golden, got); err != nil {
					t.Fatal(err)
				}
			}
			want, _ := os.ReadFile(golden)
			if string(got) != string(want) {
				t.Errorf("%s differs; got\n%s", golden, got)
			}
			again, err := Parse(got)
			if err != nil {
				t.Fatal(err)
			}
			again.Canonical()
			if string(again.Bytes()) != string(got) {
				t.Error("reading and writing the canonical bytes changes them")
			}
		})
	}
}

// TestBytesAreNbformats asks nbformat itself, where it is installed.
func TestBytesAreNbformats(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil || exec.Command(python, "-c", "import nbformat").Run() != nil {
		t.Skip("Python's nbformat is not installed; TestCanonicalBytes compares with what it wrote")
	}
	files, _ := filepath.Glob("testdata/canonical/*.ipynb")
	for _, f := range files {
		script := "import nbformat,sys; import json; from nbformat import v4; nb=v4.reads(open(sys.argv[1],encoding=\"utf-8\").read()); sys.stdout.write(v4.writes(nb)+'\\n')"
		cmd := exec.Command(python, "-c", script, f)
		cmd.Env = append(os.Environ(), "PYTHONIOENCODING=utf-8")
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v\n%s", f, err, err.(*exec.ExitError).Stderr)
		}
		if want, _ := os.ReadFile(f); string(out) != string(want) {
			t.Errorf("%s: nbformat writes\n%s", f, out)
		}
	}
}

func TestBrokenFiles(t *testing.T) {
	tests := []struct{ name, data, want string }{
		{"empty", " \n", "the file is empty"},
		{"cut off", "{\n\"cells\": [\n{\"cell_type\": \"code\",", "the file is cut off: its JSON does not end (line 3)"},
		{"NUL", "{\"cells\":\n[\x00]}", "the file is damaged: it holds a NUL byte at line 2"},
		{"not UTF-8", "{\"cells\":\n[\"\xff\"]}", "the file is not in UTF-8 (line 2)"},
		{"UTF-16", "\xff\xfe{\x00", "the file is in UTF-16; save it as UTF-8"},
		{"no JSON", "hello", "not a notebook: invalid character 'h' looking for beginning of value at line 1"},
		{"a list", "[]", "not a notebook: the JSON is a list, want an object"},
		{"two values", "{\"cells\":[]}\n{}", "not a notebook: text follows the end of the JSON at line 2"},
		{"nothing of ours", "{}", "not a notebook: it has no nbformat and no cells"},
		{"old", `{"nbformat": 3, "worksheets": []}`, `the notebook is in nbformat 3; convert it with "jupyter nbconvert --to notebook --nbformat 4"`},
		{"no cells", `{"nbformat": 4}`, "not a notebook: it has no cells"},
		{"cells of a wrong type", `{"nbformat": 4, "cells": {}}`, "cells is an object, want a list"},
		{"metadata of a wrong type", `{"nbformat": 4, "cells": [], "metadata": 3}`, "metadata is a number, want an object"},
		{"a cell of a wrong type", `{"nbformat": 4, "cells": [{"cell_type":"code"}, "x"]}`, "cell 2: is text, want an object"},
		{"no type", `{"nbformat": 4, "cells": [{}]}`, "cell 1: has no cell_type"},
		{"unknown type", `{"nbformat": 4, "cells": [{"cell_type":"sql"}]}`, `cell 1: has the unknown cell_type "sql"; want code, markdown or raw`},
		{"source", `{"nbformat": 4, "cells": [{"cell_type":"code","source":3}]}`, "cell 1: source is a number, want text or a list of lines"},
		{"lines", `{"nbformat": 4, "cells": [{"cell_type":"code","source":["a",null]}]}`, "cell 1: source holds null among its lines"},
		{"count", `{"nbformat": 4, "cells": [{"cell_type":"code","execution_count":1.5}]}`, "cell 1: execution_count is a number, want a whole number"},
		{"outputs", `{"nbformat": 4, "cells": [{"cell_type":"code","outputs":[{"output_type":"stream","text":true}]}]}`, "cell 1: output 1: text is true or false, want text or a list of lines"},
		{"output type", `{"nbformat": 4, "cells": [{"cell_type":"code","outputs":[{}]}]}`, `cell 1: output 1: has the unknown output_type ""`},
		{"data", `{"nbformat": 4, "cells": [{"cell_type":"code","outputs":[{"output_type":"display_data","data":[]}]}]}`, "cell 1: output 1: data is a list, want an object"},
		{"merge conflict", "{\n<<<<<<< HEAD\n", "the file holds an unresolved merge conflict at line 2"},
		{"LFS", "version https://git-lfs.github.com/spec/v1\n", `this is a Git LFS pointer, not the notebook; "git lfs pull" gets it`},
		{"deep", strings.Repeat("[", 20000), "not a notebook: invalid character '[' exceeded max depth at line 1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "sổ tay.ipynb")
			if err := os.WriteFile(path, []byte(tt.data), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := ReadFile(path)
			if err == nil || err.Error() != path+": "+tt.want {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
	if _, err := ReadFile(filepath.Join(t.TempDir(), "none.ipynb")); err == nil {
		t.Error("a missing file is read")
	}
}

func TestIDs(t *testing.T) {
	data := `{"nbformat":4,"nbformat_minor":4,"metadata":{},"cells":[
	 {"cell_type":"code","id":"same","source":"a"}, {"cell_type":"code","id":"same","source":"a"},
	 {"cell_type":"code","source":"b"}, {"cell_type":"code","source":"b"}, {"cell_type":"code","id":"bad id!","source":""}]}`
	first, err := Parse([]byte(data))
	if err != nil {
		t.Fatal(err)
	}
	second, _ := Parse([]byte(data))
	seen := map[string]bool{}
	for i, c := range first.Cells {
		if seen[c.ID] || !validID.MatchString(c.ID) || c.ID != second.Cells[i].ID {
			t.Errorf("cell %d has id %q, then %q", i+1, c.ID, second.Cells[i].ID)
		}
		seen[c.ID] = true
	}
	if first.Cells[0].ID != "same" {
		t.Errorf("the first cell lost its id: %q", first.Cells[0].ID)
	}
}

func TestHeader(t *testing.T) {
	tests := []struct{ source, label, caption, rest string }{
		{"//| label: fig-x\n//| fig-cap: \"A: \\\"b\\\"\"\nx := 1", "fig-x", `A: "b"`, "x := 1"},
		{"#| label: fig-x\n#| fig-cap: 'it''s'\n", "fig-x", "it's", ""},
		{"\n//| label : fig-x\nx", "fig-x", "", "\nx"},
		{"%%python\n#| label: p\nprint()", "p", "", "%%python\nprint()"},
		{"x\n//| label: no", "", "", "x\n//| label: no"},
		{"//| no colon\nx", "", "", "x"},
		{"// comment", "", "", "// comment"},
		{"", "", "", ""},
	}
	for _, tt := range tests {
		h, rest := SplitHeader(tt.source)
		if h["label"] != tt.label || h["fig-cap"] != tt.caption || rest != tt.rest {
			t.Errorf("SplitHeader(%q) = %v, %q", tt.source, h, rest)
		}
	}
}

func TestLanguageAndTitle(t *testing.T) {
	nb := &Notebook{Path: filepath.Join("notebooks", "vi", "1-1.ipynb"), Cells: []*Cell{{Type: Code, Source: "# no"}, {Type: Markdown, Source: "text\n# Tiến trình\n"}}}
	if nb.Language() != "vi" || nb.Title() != "Tiến trình" {
		t.Errorf("%q, %q", nb.Language(), nb.Title())
	}
	nb.Metadata = map[string]any{"lang": "fr", "title": "T"}
	if nb.Language() != "fr" || nb.Title() != "T" {
		t.Errorf("%q, %q", nb.Language(), nb.Title())
	}
	if l := (&Notebook{}).Language(); l != "en" {
		t.Errorf("default language %q", l)
	}
}

func TestReplaceFile(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "mới", "thư mục")
	path := filepath.Join(dir, "a b.txt")
	for i, tt := range []struct {
		data    string
		changed bool
	}{{"x", true}, {"x", false}, {"y", true}, {"longer", true}} {
		changed, err := ReplaceFile(path, []byte(tt.data))
		if err != nil || changed != tt.changed {
			t.Errorf("%d: changed %v, %v", i, changed, err)
		}
	}
	os.Chmod(path, 0o600)
	link := filepath.Join(dir, "link")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	if _, err := ReplaceFile(link, []byte("through the link")); err != nil {
		t.Fatal(err)
	}
	info, _ := os.Stat(path)
	if data, _ := os.ReadFile(path); string(data) != "through the link" || info.Mode().Perm() != 0o600 {
		t.Errorf("%q, %v", data, info.Mode())
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".songsong*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestFind(t *testing.T) {
	dir := t.TempDir()
	for _, f := range []string{"vi/b.ipynb", "vi/a.ipynb", "vi/.ipynb_checkpoints/a-checkpoint.ipynb", "en/a.ipynb", "sol/en/a.ipynb", "en/x.txt", "en/sub/c.ipynb"} {
		if _, err := ReplaceFile(filepath.Join(dir, f), []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	rels := func(paths ...string) string {
		for i := range paths {
			paths[i] = filepath.Join(dir, paths[i])
		}
		found, err := Find(paths)
		if err != nil {
			return "error: " + strings.ReplaceAll(err.Error(), dir, "DIR")
		}
		var list []string
		for _, f := range found {
			list = append(list, filepath.ToSlash(f.Rel))
		}
		return strings.Join(list, " ")
	}
	tests := []struct {
		paths []string
		want  string
	}{
		{[]string{"."}, "en/a.ipynb en/sub/c.ipynb sol/en/a.ipynb vi/a.ipynb vi/b.ipynb"},
		{[]string{"vi", "en"}, "vi/a.ipynb vi/b.ipynb en/a.ipynb en/sub/c.ipynb"},
		{[]string{"vi/b.ipynb", "vi"}, "b.ipynb vi/a.ipynb"},
		{[]string{"vi/a.ipynb", "en/a.ipynb"}, "a.ipynb en/a.ipynb"},
		{[]string{"vi/a.ipynb", "en/a.ipynb", "sol/en/a.ipynb"}, "a.ipynb en/a.ipynb sol/en/a.ipynb"},
		{[]string{"en", "sol/en"}, "en/a.ipynb en/sub/c.ipynb sol/en/a.ipynb"},
		{[]string{"none"}, "error: there is no file or folder DIR/none"},
		{[]string{"vi/.ipynb_checkpoints/none"}, "error: there is no file or folder DIR/vi/.ipynb_checkpoints/none"},
	}
	for _, tt := range tests {
		if got := rels(tt.paths...); got != tt.want {
			t.Errorf("Find(%v) = %s, want %s", tt.paths, got, tt.want)
		}
	}
	if _, err := Find([]string{t.TempDir()}); err == nil || !strings.Contains(err.Error(), "no notebook") {
		t.Errorf("an empty folder: %v", err)
	}
}

func TestFigures(t *testing.T) {
	nb := &Notebook{Path: "dir/1-1.ipynb", Cells: []*Cell{
		{Type: Code, Source: "x", Outputs: []*Output{{Type: Display, Data: map[string]any{"image/svg+xml": "<svg>"}}, {Type: Stream}}},
		{Type: Code, Source: "//| label: fig/../x\n//| fig-cap: c", Outputs: []*Output{
			{Type: Result, Data: map[string]any{"image/png": "aGk=\n", pngPrint: "aGlnaA==", "text/csv": "a"}},
			{Type: Display, Data: map[string]any{"text/plain": "no figure"}},
			{Type: Display, Data: map[string]any{"application/pdf": "!!"}},
		}},
	}}
	figures := nb.Figures()
	var names []string
	for _, f := range figures {
		names = append(names, f.Name)
	}
	if got := strings.Join(names, " "); got != "1-1-1 fig-..-x fig-..-x-2" {
		t.Errorf("names %s", got)
	}
	dir := t.TempDir()
	if changed, err := figures[1].Save(dir); err != nil || len(changed) != 2 {
		t.Errorf("Save: %v, %v", changed, err)
	}
	if png, _ := os.ReadFile(filepath.Join(dir, "fig-..-x.png")); string(png) != "high" {
		t.Errorf("PNG %q, want the one for print", png)
	}
	if changed, err := figures[1].Save(dir); err != nil || len(changed) != 0 {
		t.Errorf("Save again: %v, %v", changed, err)
	}
	if _, err := figures[2].Save(dir); err == nil || !strings.Contains(err.Error(), "its application/pdf is damaged") {
		t.Errorf("damaged: %v", err)
	}
	nb.Lighten(true)
	if d := nb.Cells[1].Outputs[0].Data; len(d) != 1 {
		t.Errorf("after Lighten: %v", d)
	}
}

func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("testdata/read/*.ipynb")
	for _, name := range files {
		data, _ := os.ReadFile(name)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		nb, err := Parse(data)
		if err != nil {
			return
		}
		first := nb.Bytes()
		again, err := Parse(first)
		if err != nil {
			t.Fatalf("what we write can't be read: %v\n%s", err, first)
		}
		if string(again.Bytes()) != string(first) {
			t.Errorf("not stable:\n%s\n%s", first, again.Bytes())
		}
	})
}
