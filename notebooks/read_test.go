package notebooks

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A notebook is what the tests read of a file.
type notebook struct {
	path  string // slash-separated, from this folder: "vi/1-1-process.ipynb"
	bytes []byte
	Cells []cell
	Meta  struct {
		Lang       string
		Title      string
		Kernelspec struct{ Name string }
	} `json:"metadata"`
}

type cell struct {
	ID       string
	Type     string `json:"cell_type"`
	Source   text
	Count    *int `json:"execution_count"`
	Metadata struct{ Tags []string }
	Outputs  []output
}

type output struct {
	Type      string `json:"output_type"`
	Text      text
	Data      map[string]any
	Value     string `json:"evalue"`
	Traceback []string
}

// A text is stored as a list of lines.
type text string

func (t *text) UnmarshalJSON(b []byte) error {
	var lines []string
	if err := json.Unmarshal(b, &lines); err != nil {
		return err
	}
	*t = text(strings.Join(lines, ""))
	return nil
}

func (c *cell) has(tag string) bool { return slices.Contains(c.Metadata.Tags, tag) }

// code returns the code cells of a notebook.
func (nb *notebook) code() (cells []*cell) {
	for i := range nb.Cells {
		if nb.Cells[i].Type == "code" {
			cells = append(cells, &nb.Cells[i])
		}
	}
	return cells
}

// find returns the paths of the notebooks in a folder.
func find(t *testing.T, dir string) []string {
	t.Helper()
	paths, err := filepath.Glob(dir + "/*.ipynb")
	if err != nil {
		t.Fatal(err)
	}
	for i := range paths {
		paths[i] = filepath.ToSlash(paths[i])
	}
	return paths
}

// all reads every notebook.
func all(t *testing.T) []*notebook {
	t.Helper()
	var list []*notebook
	for _, dir := range []string{"en", "vi", "en/solutions", "vi/solutions"} {
		for _, path := range find(t, dir) {
			list = append(list, read(t, path))
		}
	}
	if len(list) == 0 {
		t.Fatal("there are no notebooks")
	}
	return list
}

func read(t *testing.T, path string) *notebook {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	nb := &notebook{path: path, bytes: b}
	if err := json.Unmarshal(b, nb); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return nb
}
