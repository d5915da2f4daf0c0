package source

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"maps"
	"path/filepath"
	"reflect"
	"runtime"
	"sort"
	"strings"
	"unsafe"

	"songsong/kernel/internal/native"
)

// A Scope is what a session has declared: its names and what they mean now.
// It is not safe for concurrent use.
type Scope struct {
	fset     *token.FileSet
	pkg      *types.Package // the whole notebook; emptied for each check
	importer types.Importer
	load     func(paths []string) error
	Folder   string // of the notebook, which //go:embed starts from
	compileC func(native.C, func(string) string) (*native.CPackage, error)
	c        cCode
	files    map[*token.File]*Cell

	decls   map[string]*Decl   // by name; methods under their type
	vars    map[string]*Var    // by name
	imports map[string]*Import // by the name cells use
	broken  map[string]string  // names that no longer compile → why
	dots    []*Import          // dot imports, the latest last

	pictured map[string]string // imports that images have: name → path
}

// A Decl is a function, a type with its methods, or a group of constants.
type Decl struct {
	Name    string
	Names   []string // of a group of constants
	Kind    Kind
	Gen     string       // hash of what it says and of what it uses says
	Unit    *native.Unit // compiled form, nil if it is still to be compiled
	cell    *Cell
	node    ast.Node  // *ast.FuncDecl, *ast.TypeSpec or *ast.GenDecl
	methods []*method // of a type
	info    *types.Info
	objs    []types.Object
	uses    map[string]bool // session names it uses
	unused  []types.Object  // local variables without use
	old     *Decl           // the version before, while checking
}

// A method may stand in another cell than its type.
type method struct {
	cell *Cell
	node *ast.FuncDecl
}

// Kind says what a Decl declares.
type Kind int

const (
	Func Kind = iota
	Type
	Const
)

// A Var is a session variable.
type Var struct {
	Name string
	Slot string // key of its slot in package rt
	Obj  *types.Var
	Cell *Cell // that defined it
}

// An Import is an imported package under the name cells use for it.
type Import struct {
	Name, Path string
	spec       *ast.ImportSpec
	cell       *Cell
}

// NewScope returns an empty scope. load makes packages known to export, which
// opens a package's export data.
func NewScope(load func(paths []string) error, export func(path string) (io.ReadCloser, error)) *Scope {
	s := &Scope{fset: token.NewFileSet(), load: load, files: map[*token.File]*Cell{}}
	s.importer = importer.ForCompiler(s.fset, "gc", export)
	s.pkg = types.NewPackage("main", "main")
	s.Reset()
	return s
}

// SetC makes cells able to import "C"; compile builds C code.
func (s *Scope) SetC(compile func(native.C, func(string) string) (*native.CPackage, error)) {
	s.compileC = compile
}

// inFolder is a path that //go:embed names.
func (s *Scope) inFolder(file string) string { return filepath.Join(s.Folder, file) }

// Reset forgets every name.
func (s *Scope) Reset() {
	s.decls, s.vars = map[string]*Decl{}, map[string]*Var{}
	s.c = cCode{}
	s.imports, s.broken, s.dots = map[string]*Import{}, map[string]string{}, nil
	s.pictured = map[string]string{}
	for _, name := range everyday {
		s.pictured[name] = wellKnown[name]
	}
}

// position returns the cell and the offset of pos.
func (s *Scope) position(pos token.Pos) (*Cell, int) {
	f := s.fset.File(pos)
	c := s.files[f]
	if c == nil {
		return nil, 0
	}
	return c, f.Offset(pos) - c.prefix
}

// Names lists the session's names with their objects, sorted.
func (s *Scope) Names() []types.Object {
	var out []types.Object
	for _, d := range s.decls {
		out = append(out, d.objs...)
	}
	for _, v := range s.vars {
		out = append(out, v.Obj)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name() < out[j].Name() })
	k := 0
	for i, o := range out { // constants of one group come once per name
		if i == 0 || o != out[k-1] {
			out[k] = o
			k++
		}
	}
	return out[:k]
}

// Vars lists the session's variables, sorted by name.
func (s *Scope) Vars() []*Var {
	var out []*Var
	for _, v := range s.vars {
		out = append(out, v)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

// Imports lists the imported packages by the name cells use.
func (s *Scope) Imports() map[string]string {
	out := map[string]string{}
	for name, i := range s.imports {
		out[name] = i.Path
	}
	return out
}

// Import returns the types of a package, loading it if need be.
func (s *Scope) Import(path string) (*types.Package, error) {
	path = Alias(path)
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	if strings.HasPrefix(path, "github.com/janpfeifer/gonb/") {
		return nil, fmt.Errorf("package %s needs GoNB's own kernel and page; here are its packages gonbui and cache, and package display", path)
	}
	if err := s.load([]string{path}); err != nil {
		return nil, err
	}
	return s.importer.Import(path)
}

// aliases are the paths under which other kernels' notebooks import what is ours.
var aliases = map[string]string{
	"display":                           "songsong/kernel/display",
	"github.com/gopherdata/gophernotes": "songsong/kernel/display",
	"github.com/janpfeifer/gonb/cache":  "songsong/kernel/gonbui/cache",
	"github.com/janpfeifer/gonb/gonbui": "songsong/kernel/gonbui",
}

// Alias maps the import paths of gophernotes' and GoNB's packages to ours.
func Alias(path string) string {
	if own := aliases[path]; own != "" {
		return own
	}
	return path
}

func sizes() types.Sizes { return types.SizesFor("gc", runtime.GOARCH) }

// A Snapshot is what a scope knew at some time.
type Snapshot struct {
	decls   map[string]*Decl
	vars    map[string]*Var
	imports map[string]*Import
	dots    []*Import
	broken  map[string]string
	pending []*Decl // still to be compiled
	c       cCode
}

// Snapshot remembers the scope's names, so that a cell that fails to build, or
// that is only built ahead, leaves no trace.
func (s *Scope) Snapshot() Snapshot {
	old := Snapshot{decls: maps.Clone(s.decls), vars: maps.Clone(s.vars), imports: maps.Clone(s.imports), dots: s.dots, broken: maps.Clone(s.broken), c: s.c}
	for _, d := range s.decls {
		if d.Unit == nil {
			old.pending = append(old.pending, d)
		}
	}
	return old
}

// Restore makes the scope what it was.
func (s *Scope) Restore(old Snapshot) {
	s.decls, s.vars, s.imports, s.dots, s.broken, s.c = old.decls, old.vars, old.imports, old.dots, old.broken, old.c
	for _, d := range old.pending {
		d.Unit = nil
	}
}

// DropVars forgets every variable, as when the executor ended, and returns their names.
func (s *Scope) DropVars() []string {
	names := sortedNames(s.vars)
	for _, n := range names {
		s.broken[n] = "its value was lost when the executor ended; run its cell again"
	}
	clear(s.vars)
	return names
}

// Own reports whether d is part of the cell's own program.
func (ch *Checked) Own(d *Decl) bool { return ch.Cell.Program && d.cell == ch.Cell }

// emptyPackage removes every name from the scope of the notebook's package. One
// package and one scope must last, since the checker tells both apart by their
// pointers, but names can be added to a scope and never removed. So its fields
// are set behind go/types' back.
func (s *Scope) emptyPackage() {
	scope := reflect.ValueOf(s.pkg.Scope()).Elem()
	for _, name := range []string{"elems", "children"} {
		f := scope.FieldByName(name)
		reflect.NewAt(f.Type(), unsafe.Pointer(f.UnsafeAddr())).Elem().SetZero()
	}
}
