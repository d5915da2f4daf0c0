package native

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
)

// HostPath is the package of the executor's program.
const HostPath = "songsong/kernel/internal/executor/host"

// InterpPath is the package of the interpreter for plain cells.
const InterpPath = "songsong/kernel/internal/interp"

// RuntimePath is the package that every lowered cell imports.
const RuntimePath = "songsong/kernel/internal/rt"

// A Toolchain builds cells for one session module.
type Toolchain struct {
	Version string // "go1.26.8"
	Module  *Module
	Flags   Flags

	dir                  string // of the notebook
	gocmd, tools, goroot string
	extld, extldflags    string // what links, and with which flags
	cache                *Cache
	progress             func(what string)

	runs atomic.Int64 // of the compiler and the linker

	mu       sync.Mutex
	packages map[string]*Package // by import path; guarded by mu
	states   map[string]string   // of the files of local packages when they were loaded; guarded by mu
	seed     string              // part of every content hash
}

// A Package is a compiled package that cells may import.
type Package struct {
	ImportPath string
	Name       string
	Export     string   // file with its object code and types
	Imports    []string // direct
	Dir        string
	GoFiles    []string
	ImportMap  map[string]string // vendored paths
	Standard   bool
	Module     *struct {
		Path, Version string
		Replace       *struct{ Path, Version string }
	}
}

// Errors that say what a machine lacks.
var (
	ErrNoGo  = errors.New("no Go toolchain found: put go on the PATH or set GOROOT")
	ErrNoCgo = errors.New("no C compiler found: compiled cells need gcc or clang (Debian: apt install gcc)")
)

// Open finds the go command and the C compiler, and prepares the session module
// for a notebook in dir. progress, which may be nil, is told what takes long.
func Open(dir, root string, flags Flags, progress func(what string)) (*Toolchain, error) {
	t := &Toolchain{Flags: flags, dir: dir, packages: map[string]*Package{}, states: map[string]string{}, progress: progress}
	if t.progress == nil {
		t.progress = func(string) {}
	}
	var err error
	if t.gocmd, err = FindGo(); err != nil {
		return nil, err
	}
	out, err := t.run(dir, "env", "GOTOOLDIR", "GOVERSION", "CC", "GOROOT", "CGO_ENABLED")
	if err != nil {
		return nil, err
	}
	env := strings.Split(strings.TrimRight(out, "\n"), "\n")
	if len(env) != 5 {
		return nil, fmt.Errorf("go env answered %q", out)
	}
	t.tools, t.Version, t.goroot = env[0], env[1], env[3]
	cc := env[2]
	if fields := strings.Fields(cc); len(fields) == 0 || env[4] != "1" {
		return nil, ErrNoCgo
	} else if _, err := exec.LookPath(fields[0]); err != nil {
		return nil, ErrNoCgo
	}
	if t.cache, err = OpenCache(); err != nil {
		return nil, err
	}
	if t.extld, t.extldflags, err = t.cache.writeExtld(cc); err != nil {
		return nil, err
	}
	t.Module, err = openModule(t, dir, root)
	return t, err
}

// FindGo returns the go command: $SONGSONG_GO (which our kernelspecs set), on the
// PATH, in GOROOT, or where it is usually installed.
func FindGo() (string, error) {
	if p := os.Getenv("SONGSONG_GO"); p != "" && isFile(p) {
		return p, nil
	}
	if p, err := exec.LookPath("go"); err == nil {
		return p, nil
	}
	home, _ := os.UserHomeDir()
	for _, dir := range []string{os.Getenv("GOROOT"), "/usr/local/go", filepath.Join(home, "go"), filepath.Join(home, "sdk", "go"), "/usr/lib/go", "/snap/go/current"} {
		if p := filepath.Join(dir, "bin", "go"); dir != "" {
			if st, err := os.Stat(p); err == nil && !st.IsDir() {
				return p, nil
			}
		}
	}
	return "", ErrNoGo
}

func (t *Toolchain) run(dir string, args ...string) (string, error) {
	return t.runContext(context.Background(), dir, args...)
}

func (t *Toolchain) runContext(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := command(ctx, t.gocmd, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-buildvcs=false -mod=mod", "CGO_ENABLED=1")
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		if msg := strings.TrimSpace(errs.String()); msg != "" {
			return "", errors.New(msg)
		}
		return "", fmt.Errorf("go %s: %w", args[0], err)
	}
	return out.String(), nil
}

func (t *Toolchain) buildFlags() []string {
	return append([]string{"-buildmode=plugin"}, t.Flags.build()...)
}

// Import makes packages and all they import known, and builds them if need be.
// Costs about 100 ms when they are built, more the first time.
func (t *Toolchain) Import(ctx context.Context, paths ...string) error {
	var missing []string
	for _, p := range paths {
		if p != "unsafe" && t.Package(p) == nil {
			missing = append(missing, p)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	t.progress("building " + strings.Join(missing, " "))
	args := append([]string{"list", "-mod=readonly", "-export", "-deps", "-json=ImportPath,Name,Export,Dir,GoFiles,Imports,ImportMap,Standard,Module"}, t.buildFlags()...)
	args = append(append(args, "--"), missing...)
	out, err := t.runContext(ctx, t.Module.Dir, args...)
	if err != nil && (strings.Contains(err.Error(), "missing go.sum entry") || strings.Contains(err.Error(), "updates to go.mod needed")) {
		args[1] = "-mod=mod" // which also fetches modules, and so is not tried first
		out, err = t.runContext(ctx, t.Module.Dir, args...)
	}
	if err != nil {
		return importError(missing, err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for dec := json.NewDecoder(strings.NewReader(out)); ; {
		p := new(Package)
		if err := dec.Decode(p); err == io.EOF {
			return nil
		} else if err != nil {
			return fmt.Errorf("go list answered what is no JSON: %w", err)
		}
		if t.packages[p.ImportPath] == nil { // what is loaded stays as it is
			t.packages[p.ImportPath] = p
			if p.local() {
				t.states[p.ImportPath] = p.state()
			}
		}
	}
}

// importError turns the go command's message into a sentence.
func importError(paths []string, err error) error {
	msg := err.Error()
	if ctx := strings.Index(msg, "go get "); ctx >= 0 || strings.Contains(msg, "no required module provides package") || strings.Contains(msg, "cannot find module providing package") {
		return &MissingError{paths}
	}
	if i := strings.Index(msg, "is not in std"); i >= 0 {
		return fmt.Errorf("package %s is not in the standard library", strings.Join(paths, ", "))
	}
	return errors.New(msg)
}

// Get adds the newest version of the module that has a package, and returns what
// was added: "added github.com/a/b v1.2.3".
func (t *Toolchain) Get(ctx context.Context, path string) (said string, err error) {
	cmd := command(ctx, t.gocmd, "get", "--", path)
	cmd.Dir = t.Module.Dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod")
	out, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	var added []string
	for line := range strings.Lines(string(out)) {
		line, isGo := strings.CutPrefix(strings.TrimSpace(line), "go: ")
		if err != nil && isGo && !strings.HasPrefix(line, "downloading ") {
			return "", errors.New(line)
		}
		if strings.HasPrefix(line, "added ") || strings.HasPrefix(line, "upgraded ") {
			added = append(added, line)
		}
	}
	if err != nil {
		return "", fmt.Errorf("go get: %w", err)
	}
	return strings.Join(added, ", "), nil
}

// A MissingError says that packages are in no module that the session requires.
type MissingError struct{ Paths []string }

func (e *MissingError) Error() string {
	return fmt.Sprintf("package %s is in no required module; %%get %s adds it", strings.Join(e.Paths, ", "), e.Paths[0])
}

// Package returns a package made known by Import, or nil.
func (t *Toolchain) Package(path string) *Package {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.packages[path]
}

// Export opens the types of a package for go/importer.
func (t *Toolchain) Export(path string) (io.ReadCloser, error) {
	p := t.Package(path)
	if p == nil || p.Export == "" {
		return nil, fmt.Errorf("package %s was not built", path)
	}
	return os.Open(p.Export)
}

// importcfg lists every known package and the given units for the compiler or
// linker. It has no importmap lines: the linker refuses them, and the standard
// library's vendored paths are not for cells.
func (t *Toolchain) importcfg(units map[string]string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var b strings.Builder
	paths := make([]string, 0, len(t.packages))
	for path := range t.packages {
		paths = append(paths, path)
	}
	sort.Strings(paths)
	for _, path := range paths {
		p := t.packages[path]
		if p.Export != "" {
			fmt.Fprintf(&b, "packagefile %s=%s\n", path, p.Export)
		}
	}
	for path, file := range units {
		fmt.Fprintf(&b, "packagefile %s=%s\n", path, file)
	}
	return b.String()
}

// Hash names content for the cache.
func Hash(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil))[:20]
}

// Version returns the Go version, "1.26.8".
func Version() (string, error) {
	gocmd, err := FindGo()
	if err != nil {
		return strings.TrimPrefix(runtime.Version(), "go"), err
	}
	out, err := exec.Command(gocmd, "env", "GOVERSION").Output()
	if err != nil {
		return strings.TrimPrefix(runtime.Version(), "go"), err
	}
	return strings.TrimPrefix(strings.TrimSpace(string(out)), "go"), nil
}

// Go returns the go command.
func (t *Toolchain) Go() string { return t.gocmd }

// Trim bounds the cache.
func (t *Toolchain) Trim() { t.cache.Trim(0) }

// Lacks says what the machine lacks for compiled cells, nil if nothing.
func Lacks() error {
	gocmd, err := FindGo()
	if err != nil {
		return err
	}
	out, err := exec.Command(gocmd, "env", "CC", "CGO_ENABLED").Output()
	if err != nil {
		return ErrNoGo
	}
	cc, cgo, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	if fields := strings.Fields(cc); len(fields) == 0 || cgo != "1" {
		return ErrNoCgo
	} else if _, err := exec.LookPath(fields[0]); err != nil {
		return ErrNoCgo
	}
	return nil
}
