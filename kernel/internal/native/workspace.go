package native

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
)

// A workspace is a go.work file; nil is none.
type workspace struct {
	dir  string
	file *modfile.WorkFile
}

// findWorkspace returns the workspace that a notebook in dir belongs to: $GOWORK,
// or the go.work above it, if that uses the notebook's module (user, "" for none).
func findWorkspace(dir, user string) (*workspace, error) {
	path := os.Getenv("GOWORK")
	if path == "off" {
		return nil, nil
	}
	for d := dir; path == ""; d = filepath.Dir(d) {
		if p := filepath.Join(d, "go.work"); isFile(p) {
			path = p
		} else if d == filepath.Dir(d) {
			return nil, nil
		}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("the notebook's workspace can't be read: %w", err)
	}
	file, err := modfile.ParseWork(path, data, nil)
	if err != nil {
		return nil, fmt.Errorf("the notebook's workspace can't be read: %w", err)
	}
	w := &workspace{filepath.Dir(path), file}
	if user == "" {
		return w, nil
	}
	for _, p := range w.modules() {
		if filepath.Dir(p) == user {
			return w, nil
		}
	}
	return nil, nil // the go command would refuse the notebook's module
}

// modules lists the go.mod files of the workspace.
func (w *workspace) modules() (paths []string) {
	if w == nil {
		return nil
	}
	for _, u := range w.file.Use {
		paths = append(paths, filepath.Join(place(w.dir, module.Version{Path: u.Path}), "go.mod"))
	}
	return paths
}

// replaces lists the replacements of the workspace, with absolute folders.
func (w *workspace) replaces() (out []*modfile.Replace) {
	if w == nil {
		return nil
	}
	for _, r := range w.file.Replace {
		out = append(out, &modfile.Replace{Old: r.Old, New: module.Version{Path: place(w.dir, r.New), Version: r.New.Version}})
	}
	return out
}

// place makes the folder of a replacement in dir absolute.
func place(dir string, to module.Version) string {
	if to.Version != "" || filepath.IsAbs(to.Path) {
		return to.Path
	}
	return filepath.Join(dir, to.Path)
}
