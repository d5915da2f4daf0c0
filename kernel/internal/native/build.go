package native

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"sync"
)

// A Unit is a package of lowered cells.
type Unit struct {
	Path   string // import path, from its content
	Object string // compiled file
	Deps   []*Unit

	files map[string]string
	flags []string   // for the compiler
	mu    sync.Mutex // held while it is built
	built bool
	said  string // what the compiler printed, which needs flags such as -m
}

// Source is what a unit is made of: files by name, the units it imports, and the
// packages it imports. In the text the unit's own path is written @PATH@.
type Source struct {
	Files   map[string]string
	Deps    []*Unit
	Imports []string
}

// Plan returns the unit of s, which [Toolchain.Compile] builds.
func (t *Toolchain) Plan(s Source) *Unit { return t.plan(s, t.Flags.Compiler) }

func (t *Toolchain) plan(s Source, flags []string) *Unit {
	parts := append([]string{t.Seed()}, flags...)
	for _, name := range sortedKeys(s.Files) {
		parts = append(parts, name, s.Files[name])
	}
	for _, path := range s.Imports {
		if p := t.Package(path); p != nil {
			parts = append(parts, path, p.Export)
		}
	}
	key := Hash(parts...)
	return &Unit{Path: "cell/" + key, Deps: s.Deps, files: s.Files, flags: flags}
}

// Compile builds the unit and those it imports; about 30 ms each, nothing when
// it is in the cache. It may be called concurrently.
func (t *Toolchain) Compile(ctx context.Context, u *Unit) error {
	for _, d := range u.Deps {
		if err := t.Compile(ctx, d); err != nil {
			return err
		}
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.built {
		return nil
	}
	object, ok := t.cache.path("unit", filepath.Base(u.Path)+".a")
	u.Object = object
	if said, err := os.ReadFile(object + ".said"); ok && (err == nil || len(u.flags) == 0) {
		u.said, u.built = string(said), true
		return nil
	}
	dir, err := os.MkdirTemp("", "songsong-")
	if err != nil {
		return fmt.Errorf("no room to compile: %w", err)
	}
	defer os.RemoveAll(dir)
	var files []string
	for _, name := range sortedKeys(u.files) {
		file := filepath.Join(dir, name)
		text := strings.ReplaceAll(u.files[name], "@PATH@", u.Path)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			return fmt.Errorf("no room to compile: %w", err)
		}
		files = append(files, file)
	}
	tmp := filepath.Join(dir, "unit.a")
	said, err := t.compile(ctx, tmp, u, files)
	if err != nil {
		return err
	}
	if err := install(tmp, object); err != nil {
		return err
	}
	if u.said = said; len(u.flags) > 0 { // else it is nothing
		if err := os.WriteFile(object+".said", []byte(said), 0o600); err != nil {
			return err
		}
	}
	u.built = true
	return nil
}

// Said returns what the compiler printed for the unit, once.
func (u *Unit) Said() string {
	u.mu.Lock()
	defer u.mu.Unlock()
	said := u.said
	u.said = ""
	return said
}

// Text returns the unit's source, for those who look for a fault in lowering.
func (u *Unit) Text() string {
	var b strings.Builder
	for _, name := range sortedKeys(u.files) {
		fmt.Fprintf(&b, "-- %s --\n%s", name, u.files[name])
	}
	return b.String()
}

// Link links the unit, and all it imports, to a plugin; about 250 ms, nothing
// when it is in the cache.
func (t *Toolchain) Link(ctx context.Context, u *Unit) (string, error) {
	so, ok := t.cache.path("plugin", filepath.Base(u.Path)+".so")
	if ok {
		return so, nil
	}
	return so, t.link(ctx, so, u.Object, objects(closure(u.Deps)), "-pluginpath", u.Path, "-buildmode=plugin")
}

func (t *Toolchain) link(ctx context.Context, to, object string, units map[string]string, args ...string) error {
	dir, err := os.MkdirTemp("", "songsong-")
	if err != nil {
		return fmt.Errorf("no room to link: %w", err)
	}
	defer os.RemoveAll(dir)
	cfg, tmp := filepath.Join(dir, "importcfg"), filepath.Join(dir, "out")
	if err := os.WriteFile(cfg, []byte(t.importcfg(units)), 0o600); err != nil {
		return fmt.Errorf("no room to link: %w", err)
	}
	all := append([]string{"-o", tmp, "-importcfg", cfg, "-installsuffix", t.suffix(), "-s", "-w", "-extld=" + t.extld, "-extldflags=" + t.extldflags}, args...)
	if t.Flags.Race {
		all = append(all, "-race")
	}
	if _, err := t.tool(ctx, "link", append(all, object)...); err != nil {
		return err
	}
	if err := writeNames(tmp); err != nil {
		return err
	}
	return install(tmp, to)
}

// Host returns the executor's program. It is an ordinary executable, since the
// linker lets only those hand their own code to plugins: linked from the plugins'
// object files, as a position-independent executable, it seems to work, but then
// each plugin runs its own copy of the runtime, and reflect.MakeFunc corrupts
// memory (tried). So what the host imports is compiled twice.
func (t *Toolchain) Host(ctx context.Context) (string, error) {
	if err := t.Import(ctx, HostPath, RuntimePath, "plugin", "runtime/cgo"); err != nil {
		return "", err
	}
	path, ok := t.cache.path("host", t.Seed())
	if ok {
		return path, nil
	}
	t.progress("building the executor")
	dir, err := os.MkdirTemp("", "songsong-")
	if err != nil {
		return "", fmt.Errorf("no room to compile: %w", err)
	}
	defer os.RemoveAll(dir)
	tmp := filepath.Join(dir, "host")
	args := append([]string{"build", "-ldflags=-s -w -checklinkname=0", "-o", tmp}, t.Flags.build()...) // serve/timers_linked.go
	if _, err := t.runContext(ctx, t.Module.Dir, append(args, HostPath)...); err != nil {
		return "", err
	}
	return path, install(tmp, path)
}

// compile compiles a unit's Go files to an object file, and returns what the
// compiler prints.
func (t *Toolchain) compile(ctx context.Context, object string, u *Unit, files []string) (said string, err error) {
	cfg := object + ".importcfg"
	if err := os.WriteFile(cfg, []byte(t.importcfg(objects(closure(u.Deps)))), 0o600); err != nil {
		return "", fmt.Errorf("no room to compile: %w", err)
	}
	args := []string{"-o", object, "-p", u.Path, "-lang=" + t.lang(), "-complete", "-installsuffix", t.suffix(),
		"-goversion", t.Version, "-c=2", "-dynlink", "-nolocalimports", "-importcfg", cfg, "-pack",
		"-trimpath", filepath.Dir(object) + "=>"} // or each object is another: what links with one refuses the next
	if t.Flags.Race {
		args = append(args, "-race")
	}
	return t.tool(ctx, "compile", slices.Concat(args, u.flags, files)...)
}

// Interpreter returns the plugin that holds the interpreter for plain cells.
func (t *Toolchain) Interpreter(ctx context.Context) (string, error) {
	if err := t.Import(ctx, InterpPath); err != nil {
		return "", err
	}
	u := t.plan(Source{Imports: []string{InterpPath}, Files: map[string]string{"interp.go": "package main\nimport _ \"" + InterpPath + "\"\nfunc main() {}\n"}}, nil)
	if err := t.Compile(ctx, u); err != nil {
		return "", err
	}
	return t.Link(ctx, u)
}

// Try compiles and links a program that does nothing, to see whether the flags
// for the compiler are any good. The host must have been built.
func (t *Toolchain) Try(ctx context.Context) error {
	if len(t.Flags.Compiler) == 0 {
		return nil
	}
	u := t.Plan(Source{Files: map[string]string{"try.go": "package main\nfunc main() {}\n"}})
	err := t.Compile(ctx, u)
	if err == nil {
		_, err = t.Link(ctx, u)
	}
	var tool *ToolError
	if errors.As(err, &tool) {
		first, _, _ := strings.Cut(tool.Text, "\n")
		return fmt.Errorf("the %s tool refuses -gcflags=%q: %s", tool.Tool, strings.Join(t.Flags.Compiler, " "), first)
	}
	return err
}

// All returns the unit and all it imports.
func (u *Unit) All() []*Unit { return closure([]*Unit{u}) }

// Seed stands for the toolchain and the host: what was built for another host
// can't be loaded by this one.
func (t *Toolchain) Seed() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.seed == "" {
		parts := []string{"executable, paths trimmed, names written", t.Version, fmt.Sprint(t.Flags.Race)}
		if p := t.packages[HostPath]; p != nil {
			parts = append(parts, p.Export)
		}
		parts = append(parts, t.Flags.Tags...)
		t.seed = Hash(parts...)
	}
	return t.seed
}

// trimEvery is after how many runs of the tools the cache is bounded again; it is
// when a session ends, too.
const trimEvery = 200

// Runs counts the runs of the compiler and the linker: what was found in the
// cache needs none.
func (t *Toolchain) Runs() int64 { return t.runs.Load() }

func (t *Toolchain) tool(ctx context.Context, name string, args ...string) (said string, err error) {
	if t.runs.Add(1)%trimEvery == 0 {
		defer t.Trim()
	}
	cmd := command(ctx, filepath.Join(t.tools, name), args...)
	cmd.Env = append(os.Environ(), "GOROOT="+t.goroot)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		if out.Len() == 0 {
			return "", fmt.Errorf("%s: %w", name, err)
		}
		return "", &ToolError{Tool: name, Text: out.String()}
	}
	return out.String(), nil
}

// A ToolError is what the compiler or the linker said.
type ToolError struct{ Tool, Text string }

func (e *ToolError) Error() string { return e.Tool + ": " + e.Text }

func (t *Toolchain) lang() string {
	v := strings.TrimPrefix(t.Version, "go")
	if parts := strings.SplitN(v, ".", 3); len(parts) >= 2 {
		return "go" + parts[0] + "." + strings.TrimRight(parts[1], "abcdefghijklmnopqrstuvwxyz-")
	}
	return "go1.26"
}

func (t *Toolchain) suffix() string {
	if t.Flags.Race {
		return "race_dynlink"
	}
	return "dynlink"
}

// install moves a built file to its place, at once for those who look. If another
// session has built the same meanwhile, its file stays: workers open it again by
// its name, and must find the very build that the session has open.
func install(from, to string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(to), ".new-")
	if err != nil {
		return fmt.Errorf("the cache folder can't be written: %w", err)
	}
	defer os.Remove(f.Name())
	_, err = f.Write(data)
	if err = errors.Join(err, f.Chmod(0o755), f.Close()); err != nil {
		return err
	}
	err = os.Link(f.Name(), to)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return nil
	}
	return os.Rename(f.Name(), to) // a file system without links
}

func objects(units []*Unit) map[string]string {
	m := map[string]string{}
	for _, u := range units {
		m[u.Path] = u.Object
	}
	return m
}

// closure returns units and all they import.
func closure(units []*Unit) (out []*Unit) {
	seen := map[*Unit]bool{}
	var add func([]*Unit)
	add = func(us []*Unit) {
		for _, u := range us {
			if !seen[u] {
				seen[u] = true
				out = append(out, u)
				add(u.Deps)
			}
		}
	}
	add(units)
	return out
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
