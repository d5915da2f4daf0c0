package source

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"sort"
	"strconv"
	"strings"
)

// A declSet is what one round of checking compiles: the new declarations and the
// earlier ones they make stale.
type declSet struct {
	decls []*Decl
	named map[string]bool // their names
	same  map[string]bool // names that the cell declares just as they were
	moved map[string]bool // variables whose type is compiled again
}

func (d *Decl) names() []string {
	if d.Kind == Const {
		return d.Names
	}
	return []string{d.Name}
}

// text is what the declaration says, its methods included.
func (d *Decl) text(s *Scope) string {
	parts := []string{s.nodeText(d.cell, d.node)}
	for _, m := range d.methods {
		parts = append(parts, s.nodeText(m.cell, m.node))
	}
	sort.Strings(parts[1:])
	return strings.Join(parts, "\n")
}

func (s *Scope) nodeText(c *Cell, n ast.Node) string {
	f := s.fset.File(n.Pos())
	return c.Text[f.Offset(n.Pos())-c.prefix : f.Offset(n.End())-c.prefix]
}

// collect finds what must be compiled: the cell's declarations that say something
// new, and every earlier one that uses what they change.
func (k *checker) collect(news names) *declSet {
	s := k.scope
	set := &declSet{named: map[string]bool{}, same: map[string]bool{}, moved: map[string]bool{}}
	changed := map[string]bool{}
	for name := range k.stale {
		changed[name] = true
	}
	own := append(k.declared(), k.added...)
	for _, d := range own {
		old := s.decls[d.Name]
		if old != nil && !k.cell.Program && k.lost[old] == "" && old.Kind == d.Kind && (d.Unit == nil || d.Unit == old.Unit) && old.text(s) == d.text(s) && sameImports(old, k) {
			for _, n := range d.names() {
				set.same[n] = true
			}
			continue
		}
		d.old = old
		set.add(d)
		for _, n := range d.names() {
			changed[n] = true
		}
	}
	for name := range news.all {
		if s.decls[name] != nil && !set.same[name] || s.vars[name] != nil && !news.vars[name] {
			changed[name] = true
		}
	}
	for d := range k.lost {
		for _, n := range d.names() {
			changed[n] = true
		}
	}
	for grown := true; grown; {
		grown = false
		for _, name := range sortedNames(s.decls) {
			d := s.decls[name]
			if set.named[name] || k.lost[d] != "" || news.all[name] && !set.same[name] || !usesAny(d, changed) {
				continue
			}
			fresh := *d
			fresh.Unit, fresh.old = nil, d
			fresh.methods = k.keep(d.methods)
			set.add(&fresh)
			for _, n := range d.names() {
				changed[n] = true
			}
			grown = true
		}
	}
	for name, v := range s.vars {
		if !news.all[name] && mentions(v.Obj.Type(), set.named) {
			set.moved[name] = true
		}
	}
	return set
}

func (set *declSet) add(d *Decl) {
	set.decls = append(set.decls, d)
	for _, n := range d.names() {
		set.named[n] = true
	}
}

func usesAny(d *Decl, names map[string]bool) bool {
	for n := range d.uses {
		if names[n] {
			return true
		}
	}
	return false
}

// sameImports reports whether the packages d uses mean the same in the cell.
func sameImports(d *Decl, k *checker) bool {
	for name, i := range d.cell.imps {
		if now := k.scope.imports[name]; d.uses[name] && (now == nil || now.Path != i.Path) {
			return false
		}
	}
	return true
}

func (k *checker) keep(ms []*method) (out []*method) {
	for _, m := range ms {
		if k.cut[m.node] == "" {
			out = append(out, m)
		}
	}
	return out
}

// declared lists the cell's declarations, methods under their types; a method of
// an earlier cell's type brings that type along.
func (k *checker) declared() (out []*Decl) {
	s, c := k.scope, k.cell
	byName := map[string]*Decl{}
	add := func(d *Decl) {
		d.cell = c
		out = append(out, d)
		if byName[d.Name] == nil {
			byName[d.Name] = d
		}
	}
	var methods []*ast.FuncDecl
	for _, n := range c.decls {
		switch n := n.(type) {
		case *ast.FuncDecl:
			switch {
			case n.Recv != nil:
				methods = append(methods, n)
			case !isBodyFunc(c, n):
				add(&Decl{Name: n.Name.Name, Kind: Func, node: n})
			}
		case *ast.GenDecl:
			if n.Tok == token.CONST {
				d := &Decl{Kind: Const, node: n}
				for _, sp := range n.Specs {
					for _, id := range sp.(*ast.ValueSpec).Names {
						if id.Name != "_" {
							d.Names = append(d.Names, id.Name)
						}
					}
				}
				if len(d.Names) > 0 {
					d.Name = d.Names[0]
					add(d)
				}
				continue
			}
			for _, sp := range n.Specs {
				add(&Decl{Name: sp.(*ast.TypeSpec).Name.Name, Kind: Type, node: sp})
			}
		}
	}
	for _, m := range methods {
		name := Receiver(m)
		d := byName[name]
		if d == nil {
			old := s.decls[name]
			if old == nil || old.Kind != Type {
				d = &Decl{Name: "_", Kind: Func, node: m} // the checker says what is wrong
				add(d)
				continue
			}
			fresh := *old
			fresh.Unit, fresh.methods = nil, nil
			d = &fresh
			out = append(out, d)
			byName[name] = d
		}
		d.methods = append(d.methods, &method{c, m})
	}
	for _, d := range byName {
		if old := s.decls[d.Name]; d.Kind == Type && old != nil && old.Kind == Type {
			k.inherit(d, old)
		}
	}
	return out
}

// inherit gives d the methods that other cells declare on the type of that name.
func (k *checker) inherit(d, old *Decl) {
	have := map[string]bool{}
	for _, m := range d.methods {
		have[m.node.Name.Name] = true
	}
	for _, m := range k.keep(old.methods) {
		ownBefore := m.cell.ID != "" && m.cell.ID == k.cell.ID // the cell was edited and lost it
		if !have[m.node.Name.Name] && !ownBefore {
			d.methods = append(d.methods, m)
		}
	}
}

// isBodyFunc reports whether the function belongs to the cell's body: init, blank
// ones, and a program's main.
func isBodyFunc(c *Cell, f *ast.FuncDecl) bool {
	switch f.Name.Name {
	case "init", "_":
		return true
	case "main":
		return c.Program || f.Type.Params.NumFields() == 0 && f.Type.Results == nil
	}
	return false
}

// Receiver returns the name of the method's type, "" if f is no method.
func Receiver(f *ast.FuncDecl) string {
	if f.Recv == nil || len(f.Recv.List) == 0 {
		return ""
	}
	if id := root(f.Recv.List[0].Type); id != nil {
		return id.Name
	}
	return ""
}

// files makes a file of each cell that takes part in this round.
func (k *checker) files(ch *Checked, set *declSet) (files []*ast.File) {
	byCell := map[*Cell][]ast.Decl{}
	var cells []*Cell
	add := func(c *Cell, d ast.Decl) {
		if byCell[c] == nil && c != k.cell {
			cells = append(cells, c)
		}
		byCell[c] = append(byCell[c], d)
	}
	own := newNames(k.cell).all
	taken := func(name string) bool {
		return own[name] || set.named[name] || k.scope.decls[name] != nil || k.scope.vars[name] != nil
	}
	for _, d := range set.decls {
		if d.info != nil { // of an earlier cell
			k.keepPackages(ch, d, taken)
		}
		switch n := d.node.(type) {
		case *ast.FuncDecl:
			add(d.cell, n)
		case *ast.GenDecl:
			add(d.cell, n)
		case *ast.TypeSpec:
			add(d.cell, &ast.GenDecl{Tok: token.TYPE, TokPos: n.Pos(), Specs: []ast.Spec{n}})
		}
		for _, m := range d.methods {
			add(m.cell, m.node)
		}
	}
	for _, n := range k.cell.decls {
		if f, ok := n.(*ast.FuncDecl); ok && f.Recv == nil && isBodyFunc(k.cell, f) {
			add(k.cell, f)
			ch.funcs = append(ch.funcs, f)
		}
	}
	hoisted, body := k.hoist(ch)
	byCell[k.cell] = append(byCell[k.cell], hoisted...)
	pos := k.scope.start(k.cell)
	byCell[k.cell] = append(byCell[k.cell], &ast.FuncDecl{Name: &ast.Ident{Name: "ꞩbody", NamePos: pos},
		Type: &ast.FuncType{Func: pos, Params: &ast.FieldList{}}, Body: &ast.BlockStmt{Lbrace: pos, List: body, Rbrace: k.scope.end(k.cell)}})
	for _, c := range append(cells, k.cell) {
		imps := ch.imps
		if c != k.cell {
			imps = c.imps
		}
		files = append(files, k.scope.file(c, byCell[c], imps))
	}
	if f := k.movedFile(ch, set); f != nil {
		files = append(files, f)
	}
	return files
}

// keepPackages lets an earlier declaration see the packages it means, though their names are taken by now.
func (k *checker) keepPackages(ch *Checked, d *Decl, taken func(name string) bool) {
	hide := func(c *Cell, n ast.Node) {
		for n := range ast.Preorder(n) {
			id, ok := n.(*ast.Ident)
			if !ok || c == k.cell || !taken(id.Name) {
				continue
			}
			if p, ok := d.info.Uses[id].(*types.PkgName); ok {
				c.imps[oldPrefix+id.Name] = &Import{Name: oldPrefix + id.Name, Path: p.Imported().Path(), cell: c}
				ch.rename(id)
			}
		}
	}
	hide(d.cell, d.node)
	for _, m := range d.methods {
		hide(m.cell, m.node)
	}
}

// rename gives an identifier the name of what it means beside what hides it, for the checker only.
func (ch *Checked) rename(id *ast.Ident) {
	id.Name = oldPrefix + id.Name
	ch.renamed = append(ch.renamed, id)
}

func (s *Scope) start(c *Cell) token.Pos { return c.file.Pos(0) }
func (s *Scope) end(c *Cell) token.Pos   { return c.file.Pos(c.file.Size()) }

// file makes a file of declarations, with the imports they use.
func (s *Scope) file(c *Cell, decls []ast.Decl, imps map[string]*Import) *ast.File {
	used := map[string]bool{}
	for _, d := range decls {
		ast.Inspect(d, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				used[id.Name] = true
			}
			return true
		})
	}
	pos := s.start(c)
	f := &ast.File{Package: pos, Name: &ast.Ident{Name: "main", NamePos: pos}, FileStart: pos, FileEnd: s.end(c)}
	add := func(sp *ast.ImportSpec) {
		f.Imports = append(f.Imports, sp)
		f.Decls = append(f.Decls, &ast.GenDecl{Tok: token.IMPORT, TokPos: sp.Pos(), Specs: []ast.Spec{sp}})
	}
	own := map[string]bool{}
	for _, sp := range c.imports {
		if sp.Name != nil && sp.Name.Name == "." {
			continue // addDots does it
		}
		add(sp)
		path, _ := strconv.Unquote(sp.Path.Value)
		own[path] = true
	}
	for _, name := range sortedNames(imps) {
		if i := imps[name]; used[name] && (!own[i.Path] || i.spec == nil && strings.HasPrefix(name, "ꞩ")) { // a command's import stands beside the cell's
			add(&ast.ImportSpec{Name: &ast.Ident{Name: name, NamePos: pos}, Path: &ast.BasicLit{Kind: token.STRING, Value: strconv.Quote(i.Path), ValuePos: pos}})
		}
	}
	f.Decls = append(f.Decls, decls...)
	return f
}

// movedFile declares the earlier variables whose type is compiled again, so that
// they have the new type.
func (k *checker) movedFile(ch *Checked, set *declSet) *ast.File {
	ch.kept = map[string]*Var{}
	w := &typeWriter{imports: map[string]string{}}
	w.named = func(o *types.TypeName) string { return o.Name() }
	var vars strings.Builder
	for _, name := range sortedNames(k.scope.vars) {
		if v := k.scope.vars[name]; set.moved[name] {
			if t, ok := w.text(v.Obj.Type()); ok {
				vars.WriteString("var " + name + " " + t + "\n")
				ch.kept[name] = v
			}
		}
	}
	if vars.Len() == 0 {
		return nil
	}
	f, err := parser.ParseFile(k.scope.fset, "", "package main\n"+w.importDecls()+vars.String(), parser.SkipObjectResolution)
	if err != nil {
		return nil
	}
	return f
}

func sortedNames[T any](m map[string]T) []string {
	out := make([]string, 0, len(m))
	for n := range m {
		out = append(out, n)
	}
	sort.Strings(out)
	return out
}

// mentions reports whether t speaks of a session type with one of the names.
func mentions(t types.Type, names map[string]bool) bool {
	found := false
	w := &typeWriter{imports: map[string]string{}}
	w.named = func(o *types.TypeName) string {
		found = found || names[o.Name()]
		return o.Name()
	}
	w.text(t)
	return found
}
