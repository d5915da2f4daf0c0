package source

import (
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"strconv"
	"strings"
)

// An Image is a session with one unfinished cell, as the files of an ordinary Go
// package: for tools that know no cells. What does not fit into one (two cells
// that mean different packages by one name, a group of constants of which the
// cell declares some anew) is left out, so an image may lack names, but has none
// that mean something else.
type Image struct {
	Files map[string]string // source by name: SessionFile, DeclsFile, BodyFile
	segs  []segment
	heads map[string]int // length of what stands before the cell's text

	declImports, bodyImports string
}

// The files of an image. All are always there.
const (
	SessionFile = "session.go" // what earlier cells declared, and all variables
	DeclsFile   = "decls.go"   // the cell's imports, types, functions and constants
	BodyFile    = "body.go"    // its statements
)

// NewImage returns the image of an empty session and cell.
func NewImage() *Image {
	im := &Image{Files: map[string]string{SessionFile: "package main\n"}}
	im.setCell("", "", "")
	return im
}

// With returns the image with another cell, whose declarations it does not know;
// im may be nil.
func (im *Image) With(text string) *Image {
	out := NewImage()
	if im == nil {
		out.setCell(text, "", "")
		return out
	}
	out.Files[SessionFile] = im.Files[SessionFile]
	out.setCell(text, im.declImports, im.bodyImports)
	return out
}

// setCell puts the cell into its two files. Both keep the length of its text.
func (im *Image) setCell(text, declImports, bodyImports string) {
	im.declImports, im.bodyImports = declImports, bodyImports
	im.segs, _ = split(text)
	end := closers(text)
	head := map[string]string{
		DeclsFile: "package main\n" + declImports,
		BodyFile:  "package main\n" + bodyImports + "func _() { ",
	}
	im.heads = map[string]int{}
	for name, h := range head {
		im.heads[name] = len(h)
	}
	decls, body := blank(text, im.segs, true), blank(text, im.segs, false)
	if n := len(im.segs); n > 0 && im.segs[n-1].isDecl() { // only the last can be open
		decls += end
	} else {
		body += end
	}
	im.Files[DeclsFile] = head[DeclsFile] + decls + "\n"
	im.Files[BodyFile] = head[BodyFile] + body + "\n}\n"
}

// Place returns where a byte of the cell is in the image.
func (im *Image) Place(offset int) (file string, at int) {
	file = BodyFile
	for _, s := range im.segs {
		if s.isDecl() && s.start <= offset && offset <= s.end {
			file = DeclsFile
		}
	}
	return file, im.heads[file] + offset
}

// Offset is where a byte of a file is in the cell; it is negative before the cell.
func (im *Image) Offset(file string, at int) int { return at - im.heads[file] }

// image makes the image of what was looked at; text is the cell as it is.
func (k *checker) image(ch *Checked, text string, undefined []string) *Image {
	w := &imageWriter{scope: k.scope, news: k.news(ch), own: k.ownMethods(), imports: map[string]string{}}
	im := &Image{Files: map[string]string{SessionFile: w.session(ch)}}
	used := k.scope.remember(ch, undefined)
	top := ch.types.Scope()
	maps.DeleteFunc(used, func(name, _ string) bool { return top.Lookup(name) != nil || w.news.all[name] })
	explicit := map[string]bool{}
	var specs strings.Builder
	for _, spec := range k.cell.imports {
		if _, err := strconv.Unquote(spec.Path.Value); err != nil {
			continue
		}
		explicit[spec.Path.Value] = true
		if name := spec.Name; name != nil {
			specs.WriteString("import " + name.Name + " " + spec.Path.Value + "\n")
		} else {
			specs.WriteString("import " + spec.Path.Value + "\n")
		}
	}
	maps.DeleteFunc(used, func(_, path string) bool { return explicit[strconv.Quote(path)] })
	decls := importLines(used) + dotLines(ch.dots, explicit)
	im.setCell(text, decls, decls+specs.String())
	return im
}

// ownMethods names the methods the cell declares, as "Type.Method".
func (k *checker) ownMethods() map[string]bool {
	own := map[string]bool{}
	for _, d := range k.cell.decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv != nil {
			own[Receiver(f)+"."+f.Name.Name] = true
		}
	}
	return own
}

// everyday are packages that every image imports: those that cells use most.
var everyday = []string{"errors", "fmt", "math", "os", "sort", "strconv", "strings", "sync", "time"}

// remember returns the imports that the cell and earlier looks used. They stay in
// the image, since each change of a file's imports costs gopls a run of go list.
func (s *Scope) remember(ch *Checked, undefined []string) map[string]string {
	for _, name := range undefined {
		if path := wellKnown[name]; path != "" {
			s.pictured[name] = path
		}
	}
	for id := range identifiers(ch.Cell.decls, ch.Cell.stmts) {
		if i := ch.imps[id]; i != nil {
			s.pictured[id] = Alias(i.Path)
		}
	}
	return maps.Clone(s.pictured)
}

// identifiers lists the names in declarations and statements.
func identifiers(decls []ast.Decl, stmts []ast.Stmt) map[string]bool {
	found := map[string]bool{}
	add := func(n ast.Node) {
		ast.Inspect(n, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				found[id.Name] = true
			}
			return true
		})
	}
	for _, d := range decls {
		add(d)
	}
	for _, s := range stmts {
		add(s)
	}
	return found
}

func importLines(paths map[string]string) string {
	var b strings.Builder
	for _, name := range sortedNames(paths) {
		b.WriteString("import " + name + " " + strconv.Quote(paths[name]) + "\n")
	}
	return b.String()
}

// dotLines are the dot imports but those of the given quoted paths.
func dotLines(dots []*Import, but map[string]bool) string {
	var b strings.Builder
	for _, i := range dots {
		if path := strconv.Quote(Alias(i.Path)); !but[path] {
			b.WriteString("import . " + path + "\n")
		}
	}
	return b.String()
}

// An imageWriter writes what earlier cells declared.
type imageWriter struct {
	scope   *Scope
	news    names             // of the cell: not written
	own     map[string]bool   // methods of the cell: not written
	imports map[string]string // name → path
	text    strings.Builder
}

// session writes every declaration that the cell does not replace, then the
// variables: the session's and the cell's.
func (w *imageWriter) session(ch *Checked) string {
	for _, name := range sortedNames(w.scope.decls) {
		d := w.scope.decls[name]
		if replaced(d, w.news.all) {
			w.methods(d)
			continue
		}
		if d.Kind != Type {
			w.add(d, d.cell, d.node, "")
			continue
		}
		w.add(d, d.cell, d.node, "type ")
		w.methods(d)
	}
	spell := &typeWriter{imports: map[string]string{}, named: func(o *types.TypeName) string { return o.Name() }}
	vars := writeVars(ch, spell)
	return "package main\n" + importLines(w.imports) + dotLines(ch.dots, nil) + spell.importDecls() + w.text.String() + vars
}

func replaced(d *Decl, names map[string]bool) bool {
	for _, n := range d.names() {
		if names[n] {
			return true
		}
	}
	return false
}

func (w *imageWriter) methods(d *Decl) {
	for _, m := range d.methods {
		if !w.own[d.Name+"."+m.node.Name.Name] {
			w.add(d, m.cell, m.node, "")
		}
	}
}

// add writes a declaration with its comment, unless its imports contradict those
// of others.
func (w *imageWriter) add(d *Decl, c *Cell, n ast.Node, keyword string) {
	need := map[string]string{}
	for name := range identifiersOf(n) {
		i := c.imps[name]
		if i == nil {
			continue
		}
		if path := w.imports[name]; path != "" && path != Alias(i.Path) {
			return
		}
		need[name] = Alias(i.Path)
	}
	maps.Copy(w.imports, need)
	_, at := w.scope.position(n.Pos())
	if doc := commentAbove(c.Text, at); doc != "" {
		w.text.WriteString("// " + strings.ReplaceAll(doc, "\n", "\n// ") + "\n")
	}
	w.text.WriteString(keyword + w.scope.nodeText(c, n) + "\n")
}

func identifiersOf(n ast.Node) map[string]bool {
	if d, ok := n.(ast.Decl); ok {
		return identifiers([]ast.Decl{d}, nil)
	}
	return identifiers([]ast.Decl{&ast.GenDecl{Tok: token.TYPE, Specs: []ast.Spec{n.(ast.Spec)}}}, nil)
}

func writeVars(ch *Checked, spell *typeWriter) string {
	var b strings.Builder
	for _, name := range ch.types.Scope().Names() {
		o, ok := variable(ch, name)
		if !ok || strings.ContainsAny(name, "Ꞩꞩ") {
			continue
		}
		if t, ok := spell.text(o.Type()); ok {
			b.WriteString("var " + name + " " + t + "\n")
		}
	}
	return b.String()
}

func variable(ch *Checked, name string) (*types.Var, bool) {
	v, ok := ch.types.Scope().Lookup(name).(*types.Var)
	return v, ok && isSession(v) && v.Type() != nil && v.Type() != types.Typ[types.Invalid]
}
