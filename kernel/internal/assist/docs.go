package assist

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/build"
	"go/doc"
	"go/doc/comment"
	"go/parser"
	"go/printer"
	"go/token"
	"path/filepath"
	"strings"
	"sync"

	"songsong/kernel/internal/source"
)

// Docs finds documentation in the source of packages. The zero value is ready;
// it may be used concurrently. A package costs 1 to 150 ms the first time.
type Docs struct {
	// Dir returns the folder of a package, "" if it is not known.
	Dir func(path string) string

	mu       sync.Mutex
	packages map[string]*documented // nil values are remembered failures
}

type documented struct {
	*doc.Package
	fset *token.FileSet
	body map[string]*ast.FuncDecl // "Name" or "Type.Name" → with its body
}

// keep is how many packages Docs remembers.
const keep = 40

func (d *Docs) load(path string) *documented {
	d.mu.Lock()
	defer d.mu.Unlock()
	if p, ok := d.packages[path]; ok {
		return p
	}
	if d.packages == nil || len(d.packages) >= keep {
		d.packages = map[string]*documented{}
	}
	p := d.parse(path)
	d.packages[path] = p
	return p
}

func (d *Docs) parse(path string) *documented {
	dir := ""
	if d.Dir != nil {
		dir = d.Dir(path)
	}
	if dir == "" {
		dir = filepath.Join(build.Default.GOROOT, "src", filepath.FromSlash(path))
	}
	found, err := build.ImportDir(dir, 0)
	if err != nil {
		return nil
	}
	p := &documented{fset: token.NewFileSet(), body: map[string]*ast.FuncDecl{}}
	var files []*ast.File
	for _, name := range append(found.GoFiles, found.CgoFiles...) {
		f, err := parser.ParseFile(p.fset, filepath.Join(dir, name), nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			continue
		}
		for _, n := range f.Decls {
			if fn, ok := n.(*ast.FuncDecl); ok {
				copied := *fn
				p.body[funcKey(fn)] = &copied
			}
		}
		files = append(files, f)
	}
	mode := doc.Mode(0) // it takes bodies from the tree; ours are copied
	if path == "builtin" {
		mode |= doc.AllDecls
	}
	if p.Package, err = doc.NewFromFiles(p.fset, files, path, mode); err != nil {
		return nil
	}
	return p
}

func funcKey(f *ast.FuncDecl) string {
	if t := source.Receiver(f); t != "" {
		return t + "." + f.Name.Name
	}
	return f.Name.Name
}

// A Text is documentation: a declaration and what is said of it.
type Text struct {
	Decl     string // Go
	Comment  string // plain
	Markdown string // the comment as Markdown
	More     string // Go: the source, or the methods of a type
	Hover    string // Markdown that says it all, in the place of Decl and Markdown; "" for none
}

// Package returns the documentation of a package.
func (d *Docs) Package(path string) (Text, bool) {
	p := d.load(path)
	if p == nil {
		return Text{}, false
	}
	t := p.text("package "+p.Name+" // import \""+path+"\"", p.Doc)
	var b strings.Builder
	for _, f := range p.Funcs {
		fmt.Fprintln(&b, p.print(f.Decl))
	}
	for _, ty := range p.Types {
		fmt.Fprintln(&b, "type", ty.Name)
	}
	t.More = b.String()
	return t, true
}

// Name returns the documentation of a package's name or, if of is not "", of the
// method or field of that type.
func (d *Docs) Name(path, of, name string) (Text, bool) {
	p := d.load(path)
	if p == nil {
		return Text{}, false
	}
	for _, f := range p.allFuncs() {
		if f.Name == name && strings.TrimLeft(f.Recv, "*") == of || f.Name == name && strings.HasPrefix(strings.TrimLeft(f.Recv, "*"), of+"[") && of != "" {
			t := p.text(p.print(f.Decl), f.Doc)
			key := name
			if of != "" {
				key = of + "." + name
			}
			if body := p.body[key]; body != nil {
				full := *body
				full.Doc = nil
				t.More = p.print(&full)
			}
			return t, true
		}
	}
	for _, ty := range p.Types {
		switch {
		case ty.Name == name && of == "":
			t := p.text(p.print(ty.Decl), ty.Doc)
			var b strings.Builder
			for _, m := range append(ty.Funcs, ty.Methods...) {
				fmt.Fprintln(&b, p.print(m.Decl))
			}
			t.More = b.String()
			return t, true
		case ty.Name == of:
			return p.field(ty, name)
		}
	}
	for _, v := range p.values() {
		for _, n := range v.Names {
			if n == name && of == "" {
				return p.text(p.value(v, name), v.Doc), true
			}
		}
	}
	return Text{}, false
}

// Names lists the names a package exports, with their declarations; for packages
// the type checker has not loaded.
func (d *Docs) Names(path string) (out []Completion) {
	if path == "" {
		return nil
	}
	p := d.load(path)
	if p == nil {
		return nil
	}
	for _, f := range p.allFuncs() {
		if f.Recv == "" {
			out = append(out, Completion{Text: f.Name, Kind: "function", Signature: cut(strings.TrimPrefix(p.print(f.Decl), "func "+f.Name))})
		}
	}
	for _, t := range p.Types {
		out = append(out, Completion{Text: t.Name, Kind: "type"})
	}
	for _, v := range p.values() {
		kind := "variable"
		if v.Decl.Tok == token.CONST {
			kind = "constant"
		}
		for _, n := range v.Names {
			if token.IsExported(n) {
				out = append(out, Completion{Text: n, Kind: kind})
			}
		}
	}
	return out
}

func (p *documented) allFuncs() (out []*doc.Func) {
	out = append(out, p.Funcs...)
	for _, t := range p.Types {
		out = append(append(out, t.Funcs...), t.Methods...)
	}
	return out
}

func (p *documented) values() (out []*doc.Value) {
	out = append(append(out, p.Consts...), p.Vars...)
	for _, t := range p.Types {
		out = append(append(out, t.Consts...), t.Vars...)
	}
	return out
}

func (p *documented) text(decl, comment string) Text {
	return Text{Decl: decl, Comment: string(p.Text(comment)), Markdown: p.markdown(comment)}
}

// markdown makes Markdown of a comment, with links that lead somewhere.
func (p *documented) markdown(text string) string {
	pr := p.Printer()
	pr.HeadingID = func(*comment.Heading) string { return "" }
	pr.DocLinkURL = func(l *comment.DocLink) string {
		path, name := l.ImportPath, l.Name
		if path == "" {
			path = p.ImportPath
		}
		if l.Recv != "" {
			name = l.Recv + "." + name
		}
		return strings.TrimSuffix("https://pkg.go.dev/"+path+"#"+name, "#")
	}
	return string(pr.Markdown(p.Parser().Parse(text)))
}

// value prints the line of a group that declares name.
func (p *documented) value(v *doc.Value, name string) string {
	for _, s := range v.Decl.Specs {
		if vs, ok := s.(*ast.ValueSpec); ok {
			for _, id := range vs.Names {
				if id.Name == name {
					return v.Decl.Tok.String() + " " + p.print(vs)
				}
			}
		}
	}
	return v.Decl.Tok.String() + " " + name
}

func (p *documented) field(t *doc.Type, name string) (Text, bool) {
	for _, s := range t.Decl.Specs {
		ts, ok := s.(*ast.TypeSpec)
		if !ok {
			continue
		}
		var list *ast.FieldList
		switch x := ts.Type.(type) {
		case *ast.StructType:
			list = x.Fields
		case *ast.InterfaceType:
			list = x.Methods
		}
		if list == nil {
			continue
		}
		for _, f := range list.List {
			for _, id := range f.Names {
				if id.Name == name {
					return p.text(name+" "+p.print(f.Type), f.Doc.Text()+f.Comment.Text()), true
				}
			}
		}
	}
	return Text{}, false
}

func (p *documented) print(n ast.Node) string {
	if f, ok := n.(*ast.FuncDecl); ok && f.Doc != nil {
		c := *f
		c.Doc = nil
		n = &c
	}
	if g, ok := n.(*ast.GenDecl); ok && g.Doc != nil {
		c := *g
		c.Doc = nil
		n = &c
	}
	var b bytes.Buffer
	printer.Fprint(&b, p.fset, n)
	return b.String()
}
