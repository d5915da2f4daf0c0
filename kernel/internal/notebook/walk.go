package notebook

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// A Found is a notebook file that [Find] met.
type Found struct {
	Path string // as it can be opened
	Rel  string // below an output folder
}

// Find returns the notebooks that paths name: files as they are, folders with
// all *.ipynb below them, in order of their names. It skips .ipynb_checkpoints
// and other hidden folders. No path means the working directory.
func Find(paths []string) ([]Found, error) {
	if len(paths) == 0 {
		paths = []string{"."}
	}
	var found []Found
	seen := map[string]bool{}
	for _, p := range paths {
		list, err := find(p, len(paths) > 1)
		if err != nil {
			return nil, err
		}
		for _, f := range list {
			if clean := filepath.Clean(f.Path); !seen[clean] {
				seen[clean] = true
				found = append(found, f)
			}
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("there is no notebook (*.ipynb) in %s", strings.Join(paths, ", "))
	}
	return found, distinct(found)
}

func find(root string, many bool) ([]Found, error) {
	info, err := os.Stat(root)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no file or folder %s", root)
	}
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return []Found{{Path: root, Rel: filepath.Base(root)}}, nil
	}
	prefix := ""
	if many {
		abs, err := filepath.Abs(root)
		if err != nil {
			return nil, err
		}
		prefix = filepath.Base(abs)
	}
	var found []Found
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != root && strings.HasPrefix(d.Name(), "."):
			return fs.SkipDir
		case d.IsDir() || filepath.Ext(path) != ".ipynb":
			return nil
		}
		rel, err := filepath.Rel(root, path)
		found = append(found, Found{Path: path, Rel: filepath.Join(prefix, rel)})
		return err
	})
	return found, err
}

// distinct gives each notebook its own place below the output folder: those of
// one name take the names of the folders above them too, as many as it needs.
func distinct(found []Found) error {
	taken := map[string]bool{}
	for i, f := range found {
		path, err := filepath.Abs(f.Path)
		if err != nil {
			return err
		}
		rel := f.Rel
		for taken[rel] {
			above := strings.TrimSuffix(strings.TrimSuffix(path, rel), string(filepath.Separator))
			if above == path || above == "" {
				return fmt.Errorf("%s would be written over another notebook; name the folder above both", f.Path)
			}
			rel = filepath.Join(filepath.Base(above), rel)
		}
		taken[rel] = true
		found[i].Rel = rel
	}
	return nil
}
