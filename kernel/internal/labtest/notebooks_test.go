package labtest

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"songsong/kernel/internal/native"
)

// TestNotebooks does «Restart Kernel and Run All Cells» in every notebook.
func TestNotebooks(t *testing.T) {
	if testing.Short() {
		t.Skip("takes minutes")
	}
	root, err := native.Root()
	if err != nil {
		t.Fatal(err)
	}
	source := filepath.Join(root, "notebooks")
	if _, err := os.Stat(source); err != nil {
		t.Fatalf("there are no notebooks: %v", err)
	}
	b := startLab(t)
	if err := os.CopyFS(b.root, os.DirFS(source)); err != nil {
		t.Fatal(err)
	}
	for _, name := range notebooksIn(t, b.root) {
		t.Run(name, func(t *testing.T) { testNotebook(t, b, name) })
	}
}

// notebooksIn lists the notebooks under dir, slash-separated. Solutions are
// run by the headless runner only.
func notebooksIn(t *testing.T, dir string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "solutions" || strings.HasPrefix(d.Name(), ".") && path != dir):
			return fs.SkipDir
		case filepath.Ext(path) == ".ipynb":
			rel, err := filepath.Rel(dir, path)
			names = append(names, filepath.ToSlash(rel))
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// A saved is what the test reads of a notebook that JupyterLab has saved.
type saved struct {
	Cells []struct {
		Type     string `json:"cell_type"`
		ID       string
		Count    *int `json:"execution_count"`
		Metadata struct{ Tags []string }
		Source   json.RawMessage
		Outputs  []struct {
			Type   string `json:"output_type"`
			Name   string `json:"ename"`
			Value  string `json:"evalue"`
			Data   map[string]json.RawMessage
			Stream json.RawMessage `json:"text"`
		}
	}
}

func testNotebook(t *testing.T, b *browserLab, name string) {
	var got struct {
		Prompts []string
		Errors  []string
		Figures []struct {
			Width, Height float64
			Loaded        bool
		}
	}
	b.drive(t, "all", name, &got)
	file, err := os.ReadFile(filepath.Join(b.root, name))
	if err != nil {
		t.Fatal(err)
	}
	var nb saved
	if err := json.Unmarshal(file, &nb); err != nil {
		t.Fatal(err)
	}
	pictures := 0
	for _, c := range nb.Cells {
		expected := slices.Contains(c.Metadata.Tags, "raises-exception")
		if c.Type == "code" && c.Count == nil && len(c.Source) > len(`[]`) && !slices.Contains(c.Metadata.Tags, "skip-execution") {
			t.Errorf("cell %s did not run", c.ID)
		}
		for _, o := range c.Outputs {
			if o.Type == "error" && !expected {
				t.Errorf("cell %s: %s: %s", c.ID, o.Name, o.Value)
			}
			if o.Data["image/svg+xml"] != nil || o.Data["image/png"] != nil {
				pictures++
			}
		}
	}
	if len(got.Figures) < pictures {
		t.Errorf("the notebook has %d pictures, the reader sees %d", pictures, len(got.Figures))
	}
	for i, f := range got.Figures {
		if f.Width < 20 || f.Height < 20 || !f.Loaded {
			t.Errorf("picture %d is not to be seen: %+v", i+1, f)
		}
	}
	t.Logf("%d code cells, %d pictures, screenshots in %s", len(got.Prompts), len(got.Figures), b.shots)
}
