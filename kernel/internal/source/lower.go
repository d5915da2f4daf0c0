package source

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"sort"
	"strconv"
	"strings"

	"songsong/kernel/internal/native"
)

// A lowerer writes one unit: a package of the compiler's made of declarations, or
// of a cell's body.
type lowerer struct {
	scope *Scope
	unit  map[*Decl]bool          // declarations that are part of this package
	deps  map[*native.Unit]string // imported units → the name they are imported under
	slots map[string]int          // keys of slots the package uses → number
	keys  []*Var                  // the variables of slots, in order
	body  *Checked                // the cell whose body this is, nil for a unit of declarations

	// of the file being written
	cell    *Cell
	info    *types.Info
	imports map[string]string // name → path
	w       *typeWriter
	uses    map[int]*Var // slots the function being written uses
	unused  map[types.Object]bool
	calls   map[string][]string // function → those it mentions
	marked  map[ast.Stmt]bool   // statements with a check before them
	nosplit bool                // the function being written may not call others
	turn    *turn               // the copy being written of a function that takes turns, or nil
}

func (s *Scope) newLowerer(ch *Checked) *lowerer {
	l := &lowerer{scope: s, unit: map[*Decl]bool{}, deps: map[*native.Unit]string{}, slots: map[string]int{}, body: ch, unused: map[types.Object]bool{}, calls: map[string][]string{}, marked: map[ast.Stmt]bool{}}
	if ch != nil {
		for _, o := range ch.unused {
			l.unused[o] = true
		}
	}
	return l
}

// startFile begins a file of the given cell.
func (l *lowerer) startFile(c *Cell, info *types.Info) {
	l.cell, l.info = c, info
	l.imports = map[string]string{}
	l.w = &typeWriter{named: l.typeName, imports: map[string]string{}}
}

// endFile returns the file: header, imports and the given text.
func (l *lowerer) endFile(text string) string {
	var b strings.Builder
	b.WriteString("package main\nimport ꞩrt " + strconv.Quote(native.RuntimePath) + "\nimport ꞩunsafe \"unsafe\"\nvar _ ꞩunsafe.Pointer; var _ = ꞩrt.Halt\n")
	for _, name := range sortedNames(l.imports) {
		fmt.Fprintf(&b, "import %s %s\n", name, strconv.Quote(Alias(l.imports[name])))
	}
	b.WriteString(l.w.importDecls())
	var units []string
	for u, name := range l.deps {
		if strings.Contains(text, name+".") {
			units = append(units, fmt.Sprintf("import %s %s\n", name, strconv.Quote(u.Path)))
		}
	}
	sort.Strings(units)
	b.WriteString(strings.Join(units, ""))
	return moveImportsFirst(b.String()) + text
}

// moveImportsFirst puts the lines that are no imports behind those that are.
func moveImportsFirst(head string) string {
	var first, rest []string
	for _, line := range strings.Split(strings.TrimSuffix(head, "\n"), "\n") {
		if strings.HasPrefix(line, "package ") || strings.HasPrefix(line, "import ") {
			first = append(first, line)
		} else {
			rest = append(rest, line)
		}
	}
	return strings.Join(append(first, rest...), "\n") + "\n"
}

// source collects what the unit is made of.
func (l *lowerer) source(files map[string]string, paths map[string]bool) native.Source {
	src := native.Source{Files: files}
	for u := range l.deps {
		src.Deps = append(src.Deps, u)
	}
	sort.Slice(src.Deps, func(i, j int) bool { return src.Deps[i].Path < src.Deps[j].Path })
	paths[native.RuntimePath] = true
	src.Imports = sortedNames(paths)
	return src
}

func (l *lowerer) notePaths(paths map[string]bool) {
	for _, p := range l.imports {
		paths[Alias(p)] = true
	}
	for p := range l.w.imports {
		paths[p] = true
	}
	delete(paths, "unsafe")
}

// Pending lists the declarations that the named ones lead to and that are still
// to be compiled, in a fixed order.
func (s *Scope) Pending(roots []string) []*Decl {
	seen := map[*Decl]bool{}
	var out []*Decl
	var walk func(name string)
	walk = func(name string) {
		d := s.decls[name]
		if d == nil || seen[d] || d.Unit != nil {
			return
		}
		seen[d] = true
		out = append(out, d)
		for _, n := range sortedNames(d.uses) {
			walk(n)
		}
	}
	for _, name := range roots {
		walk(name)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

// LowerDecls writes the unit of the given declarations.
func (s *Scope) LowerDecls(decls []*Decl) native.Source {
	l := s.newLowerer(nil)
	byCell := map[*Cell][]*Decl{}
	infos := map[*Cell]*types.Info{}
	var cells []*Cell
	add := func(c *Cell, d *Decl) {
		if byCell[c] == nil {
			cells = append(cells, c)
		}
		byCell[c] = append(byCell[c], d)
		infos[c] = d.info
	}
	for _, d := range decls {
		l.unit[d] = true
		if d.info != nil {
			for _, o := range d.unused {
				l.unused[o] = true
			}
		}
	}
	for _, d := range decls {
		seen := map[*Cell]bool{d.cell: true}
		add(d.cell, d)
		for _, m := range d.methods {
			if !seen[m.cell] {
				seen[m.cell] = true
				add(m.cell, d)
			}
		}
	}
	files, paths := map[string]string{}, map[string]bool{}
	for i, c := range cells {
		known := len(l.keys)
		l.startFile(c, infos[c])
		var b strings.Builder
		for _, d := range byCell[c] {
			l.info = d.info
			l.writeDecl(&b, c, d)
		}
		for _, d := range byCell[c] {
			if d.cell == c {
				l.info = d.info
				l.writeShims(&b, d)
			}
		}
		b.WriteString(l.slotVars(known, "UsedSlotOf"))
		files[fmt.Sprintf("cell%d.go", i)] = l.endFile(b.String())
		l.notePaths(paths)
	}
	return l.source(files, paths)
}

// slotVars declares the slots from a number on, by a function of package rt. Each has a heap cell from the
// start: a function may run where no cell defined its variables, in a worker process.
func (l *lowerer) slotVars(from int, make string) string {
	var b strings.Builder
	for i := from; i < len(l.keys); i++ {
		t, _ := l.w.text(l.keys[i].Obj.Type())
		fmt.Fprintf(&b, "var ꞩs%d = ꞩrt.%s[%s](%s)\n", i, make, t, strconv.Quote(l.keys[i].Slot))
	}
	return b.String()
}

// line writes where in the cell the text that follows stands.
func (l *lowerer) line(b *strings.Builder, c *Cell, pos token.Pos) {
	_, off := l.scope.position(pos)
	line, col := c.line(off)
	fmt.Fprintf(b, "//line %s:%d:%d\n", c.Path(), max(1, line-c.shift), col)
}

// writeDecl writes the parts of d that stand in cell c.
func (l *lowerer) writeDecl(b *strings.Builder, c *Cell, d *Decl) {
	if d.cell == c {
		switch n := d.node.(type) {
		case *ast.FuncDecl:
			l.writeFunc(b, c, n)
		case *ast.GenDecl:
			l.line(b, c, n.Pos())
			b.WriteString(l.render(n) + "\n")
		case *ast.TypeSpec:
			l.line(b, c, n.Pos())
			b.WriteString("type " + l.render(n) + "\n")
		}
	}
	for _, m := range d.methods {
		if m.cell == c {
			l.writeFunc(b, c, m.node)
		}
	}
}

func (l *lowerer) writeFunc(b *strings.Builder, c *Cell, f *ast.FuncDecl) {
	l.nosplit = false
	l.turn = l.writeTurns(b, c, f)
	defer func() { l.turn = nil }()
	if f.Doc != nil {
		for _, d := range f.Doc.List {
			l.nosplit = l.nosplit || d.Text == "//go:nosplit"
			if strings.HasPrefix(d.Text, "//go:") {
				b.WriteString(d.Text + "\n")
			}
		}
	}
	l.line(b, c, f.Pos())
	b.WriteString(l.render(f) + "\n")
}

// writeShims gives the types and constants that are not exported a spelling that
// other units can use. Functions are renamed outright: behind a wrapper their
// recover would not work.
func (l *lowerer) writeShims(b *strings.Builder, d *Decl) {
	b.WriteString("//line /Ꞩrt:1\n")
	for _, o := range d.objs {
		if f, ok := o.(*types.Func); ok && f.Signature().TypeParams().Len() == 0 {
			fmt.Fprintf(b, "func init() { ꞩrt.RegisterFunc(\"@PATH@.%s\", %s) }\n", f.Name(), l.topName(f.Name(), true))
		}
		if o.Exported() {
			continue
		}
		switch o := o.(type) {
		case *types.Const:
			fmt.Fprintf(b, "const %s = %s\n", reserved(o.Name()), o.Name())
		case *types.TypeName:
			params, args := l.typeParams(o.Type())
			fmt.Fprintf(b, "type %s%s = %s%s\n", reserved(o.Name()), params, o.Name(), args)
		}
	}
}

// typeParams spells the type parameters of a generic type, and the arguments that repeat them.
func (l *lowerer) typeParams(t types.Type) (params, args string) {
	var list *types.TypeParamList
	switch t := t.(type) {
	case *types.Named:
		list = t.TypeParams()
	case *types.Alias:
		list = t.TypeParams()
	case *types.Signature:
		list = t.TypeParams()
	}
	if list.Len() == 0 {
		return "", ""
	}
	var p, a []string
	for i := range list.Len() {
		tp := list.At(i)
		name := tp.Obj().Name()
		if name == "_" {
			name = fmt.Sprintf("ꞩT%d", i)
		}
		p = append(p, name+" "+l.w.typ(tp.Constraint()))
		a = append(a, name)
	}
	return "[" + strings.Join(p, ", ") + "]", "[" + strings.Join(a, ", ") + "]"
}

// decl returns what the name means in the session, nil if it is no declaration.
func (l *lowerer) decl(name string) *Decl { return l.scope.decls[name] }

// typeName spells a type of the session.
func (l *lowerer) typeName(o *types.TypeName) string { return l.topName(o.Name(), false) }

// topName spells a declared name of the session in this unit.
func (l *lowerer) topName(name string, isFunc bool) string {
	spelled := name
	d := l.decl(name)
	if !token.IsExported(name) {
		spelled = reserved(name)
	}
	switch {
	case d == nil:
		return name
	case l.unit[d]:
		if isFunc && (l.body == nil || !l.body.Cell.Program) {
			return spelled
		}
		return name
	case d.Unit == nil:
		return name // the compiler will say so
	}
	alias := l.deps[d.Unit]
	if alias == "" {
		alias = fmt.Sprintf("ꞩu%d", len(l.deps))
		l.deps[d.Unit] = alias
	}
	return alias + "." + spelled
}

// slot returns the number of the variable's slot in this package.
func (l *lowerer) slot(v *Var) int {
	n, ok := l.slots[v.Slot]
	if !ok {
		n = len(l.keys)
		l.slots[v.Slot] = n
		l.keys = append(l.keys, v)
	}
	return n
}

// variable returns the session variable that o is, nil if it is none.
func (l *lowerer) variable(o types.Object) *Var {
	v, ok := o.(*types.Var)
	if !ok || v.IsField() || !isTop(o) && (l.body == nil || l.body.oldVars[o] == nil) {
		return nil
	}
	if l.body != nil {
		if strings.HasPrefix(o.Name(), oldPrefix) {
			return l.body.oldVars[o]
		}
		if l.body.Cell.Program {
			for _, own := range l.body.Vars {
				if own.Obj == o {
					return nil // a plain variable of the program's package
				}
			}
		}
	}
	return l.scope.vars[o.Name()]
}

// local reports whether what is declared at pos lies in this unit.
func (l *lowerer) local(pos token.Pos) bool {
	in := func(n ast.Node) bool { return n.Pos() <= pos && pos < n.End() }
	if l.body != nil {
		if l.scope.fset.File(pos) == l.body.Cell.file {
			return true
		}
		for _, f := range l.body.funcs {
			if in(f) {
				return true
			}
		}
	}
	for d := range l.unit {
		if in(d.node) {
			return true
		}
		for _, m := range d.methods {
			if in(m.node) {
				return true
			}
		}
	}
	return false
}

// pointers declares the pointers to the variables a function uses.
func (l *lowerer) pointers(used map[int]*Var) string {
	var nums []int
	for n := range used {
		nums = append(nums, n)
	}
	sort.Ints(nums)
	var b strings.Builder
	for _, n := range nums {
		t, _ := l.w.text(used[n].Obj.Type())
		fmt.Fprintf(&b, " ꞩv%d := (*%s)(ꞩs%d.P);", n, t, n)
	}
	return b.String()
}
