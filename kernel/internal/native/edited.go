package native

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// local reports whether the package lies in a module at its place on disk, where
// it can be edited, and is not part of songsong.
func (p *Package) local() bool {
	return p.Module != nil && p.Module.Replace != nil && p.Module.Replace.Version == "" && p.Module.Path != "songsong"
}

// state says which Go files the package has, of what size and age.
func (p *Package) state() string {
	var b strings.Builder
	files, _ := filepath.Glob(filepath.Join(p.Dir, "*.go"))
	for _, f := range files {
		if st, err := os.Stat(f); err == nil && !strings.HasSuffix(f, "_test.go") {
			fmt.Fprintln(&b, f, st.Size(), st.ModTime().UnixNano())
		}
	}
	return b.String()
}

// Edited lists the packages whose files were changed since the session loaded
// them: they go on as they were until the session starts afresh. It costs a look
// at each file of the packages that the reader can edit.
func (t *Toolchain) Edited() (paths []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for path, was := range t.states {
		if t.packages[path].state() != was {
			paths = append(paths, path)
		}
	}
	sort.Strings(paths)
	return paths
}
