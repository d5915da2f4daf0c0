package native

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"
)

// A Module is the Go module cells are built in: a private one that requires
// songsong and, if the notebook lies in a module, that module.
type Module struct {
	Dir  string
	User string // folder of the notebook's own module, "" for none
	here string // import path of the notebook's folder in it
}

// Copy writes the module's requirements to dir, as a module of its own inside the
// notebook's package: it may import the internal packages that the notebook may.
func (m *Module) Copy(dir string) error {
	data, err := os.ReadFile(filepath.Join(m.Dir, "go.mod"))
	if err != nil {
		return err
	}
	f, err := modfile.Parse("go.mod", data, nil)
	if err != nil {
		return err
	}
	if m.User != "" {
		if err := f.AddModuleStmt(m.here + "/notebook.cells"); err != nil {
			return err
		}
	}
	if data, err = f.Format(); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), data, 0o644); err != nil {
		return err
	}
	sum, err := os.ReadFile(filepath.Join(m.Dir, "go.sum"))
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "go.sum"), sum, 0o644)
}

// Root returns songsong's own source, which cells are built against:
// $SONGSONG_ROOT, or the checkout this program was built in.
func Root() (string, error) {
	dir := os.Getenv("SONGSONG_ROOT")
	if dir == "" {
		_, file, _, _ := runtime.Caller(0)
		dir = filepath.Join(filepath.Dir(file), "..", "..", "..")
	}
	if _, err := os.Stat(filepath.Join(dir, "kernel", "internal", "rt")); err != nil {
		return "", fmt.Errorf("songsong's source is not at %s: set SONGSONG_ROOT to the checkout", dir)
	}
	return filepath.Abs(dir)
}

// userModule returns the go.mod above dir, "" if there is none.
func userModule(dir string) string {
	for d := dir; ; d = filepath.Dir(d) {
		if p := filepath.Join(d, "go.mod"); isFile(p) {
			return p
		}
		if d == filepath.Dir(d) {
			return ""
		}
	}
}

func isFile(p string) bool { st, err := os.Stat(p); return err == nil && st.Mode().IsRegular() }

// openModule writes the session module for a notebook in dir.
func openModule(t *Toolchain, dir, root string) (*Module, error) {
	m := &Module{}
	mods := []string{filepath.Join(root, "go.mod")}
	if p := userModule(dir); p != "" && filepath.Dir(p) != root {
		m.User, m.here = filepath.Dir(p), importPath(p, dir)
		mods = append(mods, p)
	}
	work, err := findWorkspace(dir, m.User)
	if err != nil {
		return nil, err
	}
	for _, p := range work.modules() {
		if !slices.Contains(mods, p) {
			mods = append(mods, p)
		}
	}
	out := new(modfile.File)
	out.AddModuleStmt("notebook.local/session")
	out.AddGoStmt(strings.TrimPrefix(strings.Fields(t.Version)[0], "go"))
	sums := map[string]bool{}
	for _, p := range mods {
		if err := addModule(out, sums, p); err != nil {
			return nil, err
		}
	}
	for _, r := range work.replaces() {
		out.AddReplace(r.Old.Path, r.Old.Version, r.New.Path, r.New.Version)
	}
	out.Cleanup()
	text, err := out.Format()
	if err != nil {
		return nil, err
	}
	m.Dir = filepath.Join(t.cache.Dir, "module", Hash(string(text), dir))
	if err := os.MkdirAll(m.Dir, 0o755); err != nil {
		return nil, fmt.Errorf("the cache folder can't be written: %w", err)
	}
	if !isFile(filepath.Join(m.Dir, "go.mod")) { // %get may have changed it since
		if err := os.WriteFile(filepath.Join(m.Dir, "go.mod"), text, 0o644); err != nil {
			return nil, err
		}
		var sum strings.Builder
		for line := range sums {
			sum.WriteString(line + "\n")
		}
		return m, os.WriteFile(filepath.Join(m.Dir, "go.sum"), []byte(sum.String()), 0o644)
	}
	return m, nil
}

// importPath is that of the folder dir in the module of a go.mod file, or of the
// nearest folder above whose name may be part of one.
func importPath(gomod, dir string) string {
	data, _ := os.ReadFile(gomod)
	name := modfile.ModulePath(data)
	rel, err := filepath.Rel(filepath.Dir(gomod), dir)
	if err != nil {
		return name
	}
	for p := path.Join(name, filepath.ToSlash(rel)); p != name && p != "."; p = path.Dir(p) {
		if module.CheckImportPath(p) == nil {
			return p
		}
	}
	return name
}

// addModule requires the module at the go.mod file p, at its place on disk, and
// what it requires itself.
func addModule(out *modfile.File, sums map[string]bool, p string) error {
	data, err := os.ReadFile(p)
	if err != nil {
		return err
	}
	in, err := modfile.Parse(p, data, nil)
	if err != nil {
		return fmt.Errorf("the notebook's module can't be read: %w", err)
	}
	dir := filepath.Dir(p)
	out.AddRequire(in.Module.Mod.Path, "v0.0.0")
	out.AddReplace(in.Module.Mod.Path, "", dir, "")
	for _, r := range in.Require {
		if !hasNewer(out, r.Mod.Path, r.Mod.Version) {
			out.AddRequire(r.Mod.Path, r.Mod.Version)
		}
	}
	for _, r := range in.Replace {
		out.AddReplace(r.Old.Path, r.Old.Version, place(dir, r.New), r.New.Version)
	}
	sum, err := os.ReadFile(filepath.Join(dir, "go.sum"))
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	for _, line := range strings.Split(string(sum), "\n") {
		if line != "" {
			sums[line] = true
		}
	}
	return nil
}

// hasNewer reports whether out already requires path in version v or a newer one.
func hasNewer(out *modfile.File, path, v string) bool {
	for _, r := range out.Require {
		if r.Mod.Path == path {
			return semver.Compare(r.Mod.Version, v) >= 0
		}
	}
	return false
}
