package source

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strconv"
	"strings"

	"songsong/kernel/internal/native"
)

// Roots lists the session names that the cell's body leads to.
func (ch *Checked) Roots() []string {
	used := map[string]bool{}
	note := func(n ast.Node) {
		ast.Inspect(n, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				if o := ch.info.Uses[id]; o != nil && isTop(o) {
					used[o.Name()] = true
				}
			}
			return true
		})
	}
	for _, st := range ch.Cell.stmts {
		note(st)
	}
	for _, f := range ch.funcs {
		note(f)
	}
	for _, v := range ch.Vars { // their types may not be named in the body
		for _, n := range typeNames(v.Obj.Type()) {
			used[n] = true
		}
	}
	for id := range used {
		if v := ch.scope.vars[id]; v != nil {
			for _, n := range typeNames(v.Obj.Type()) {
				used[n] = true
			}
		}
	}
	for _, tv := range ch.info.Types { // a value's type may be needed for its mirror
		if tv.Type != nil {
			if n, ok := types.Unalias(tv.Type).(*types.Named); ok && isTop(n.Obj()) {
				used[n.Obj().Name()] = true
			}
		}
	}
	return sortedNames(used)
}

// typeNames lists the session types that t speaks of.
func typeNames(t types.Type) (out []string) {
	w := &typeWriter{imports: map[string]string{}}
	w.named = func(o *types.TypeName) string {
		out = append(out, o.Name())
		return o.Name()
	}
	w.text(t)
	return out
}

// HasBody reports whether the cell does anything when it runs.
func (ch *Checked) HasBody() bool {
	return len(ch.Cell.stmts) > 0 || len(ch.funcs) > 0
}

// LowerBody writes the package that runs the cell: a function registered with
// rt under the package's own path. The declarations it uses must have units. An
// error says which variable's type can't be written down.
func (ch *Checked) LowerBody(run int) (native.Source, *Error) {
	l := ch.scope.newLowerer(ch)
	l.startFile(ch.Cell, ch.info)
	paths := map[string]bool{}
	if ch.Cell.Program {
		text := l.program(ch, run)
		files := map[string]string{"body.go": l.endFile(text)}
		l.notePaths(paths)
		return l.source(files, paths), nil
	}
	for _, v := range ch.Vars {
		if _, ok := l.w.text(v.Obj.Type()); !ok {
			return native.Source{}, &Error{Msg: fmt.Sprintf("variable %s has type %s, which can't be named outside its package; give the variable an interface or an exported type", v.Name, v.Obj.Type()),
				Cell: ch.Cell, Offset: ch.scope.offset(v.Obj.Pos())}
		}
	}
	l.uses = map[int]*Var{}
	var b, funcs strings.Builder
	calls := ""
	for i, f := range ch.funcs {
		l.line(&funcs, ch.Cell, f.Pos())
		name := fmt.Sprintf("ꞩ%s%d", f.Name.Name, i)
		text := l.funcDecl(f)
		funcs.WriteString(strings.Replace(text, "func "+f.Name.Name, "func "+name, 1) + "\n")
		if f.Name.Name != "_" {
			calls += name + "()\n"
		}
	}
	for i, st := range ch.order {
		l.line(&b, ch.Cell, st.Pos())
		last := i == len(ch.order)-1
		switch {
		case last && ch.Value != nil:
			b.WriteString(l.shown(ch.Value))
		case last && len(ch.Cell.values) > 0:
			b.WriteString(strings.Replace(l.shown(ch.Cell.values...), "ꞩrt.Show", shower(ch.Cell.quiet), 1))
		default:
			b.WriteString(l.topStmt(st))
		}
		b.WriteString("\n")
	}
	var head strings.Builder
	for n := range len(l.keys) {
		if v := l.uses[n]; v != nil {
			t, ok := l.w.text(v.Obj.Type())
			if !ok {
				return native.Source{}, &Error{Msg: fmt.Sprintf("variable %s has type %s, which can't be named outside its package", v.Name, v.Obj.Type())}
			}
			fmt.Fprintf(&head, "ꞩv%d := ꞩrt.Ptr[%s](ꞩs%d); _ = ꞩv%d\n", n, t, n, n)
		}
	}
	text := l.slotVars(0, "SlotOf") + "func init() { ꞩrt.Register(\"@PATH@\", ꞩbody) }\nfunc main() {}\nfunc ꞩbody() {\n" +
		head.String() + b.String() + calls + "}\n" + funcs.String()
	files := map[string]string{"body.go": l.endFile(text)}
	l.notePaths(paths)
	return l.source(files, paths), nil
}

// topStmt renders a statement of the cell's top level; definitions become those
// of session variables.
func (l *lowerer) topStmt(st ast.Stmt) string {
	switch s := st.(type) {
	case *ast.LabeledStmt:
		if len(defined(s)) > 0 {
			return s.Label.Name + ": ;" + l.topStmt(s.Stmt)
		}
	case *ast.AssignStmt:
		if s.Tok == token.DEFINE {
			return l.define(s)
		}
	case *ast.DeclStmt:
		return l.varDecl(s.Decl.(*ast.GenDecl))
	case *ast.ExprStmt:
		if tv := l.info.Types[s.X]; tv.IsNil() {
			return ""
		} else if !isCallOrReceive(s.X) || tv.IsBuiltin() {
			return "_ = " + l.render(s.X)
		}
	}
	return l.render(st)
}

// shower is what a cell's values are handed to.
func shower(quiet bool) string {
	if quiet {
		return "func(...any) {}"
	}
	return "ꞩrt.Show"
}

func isCallOrReceive(x ast.Expr) bool {
	switch x := ast.Unparen(x).(type) {
	case *ast.CallExpr:
		return true
	case *ast.UnaryExpr:
		return x.Op == token.ARROW
	}
	return false
}

// temp names the temporary that holds what becomes the variable of id; def is
// the text that makes it so.
func (l *lowerer) temp(id *ast.Ident) (name, def string) {
	if id.Name == "_" {
		return "_", ""
	}
	if l.body.again[id] {
		v := l.scope.vars[id.Name]
		n := l.slot(v)
		l.uses[n] = v
		return "ꞩt_" + id.Name, fmt.Sprintf("; *ꞩv%d = ꞩt_%s", n, id.Name)
	}
	v := l.body.defs[id]
	if v == nil {
		return id.Name, ""
	}
	n := l.slot(v)
	l.uses[n] = v
	return "ꞩt_" + id.Name, fmt.Sprintf("; ꞩv%d = ꞩrt.Def(ꞩs%d, ꞩt_%s)", n, n, id.Name)
}

func (l *lowerer) define(s *ast.AssignStmt) string {
	var names []string
	defs := ""
	for _, x := range s.Lhs {
		name, def := l.temp(x.(*ast.Ident))
		names, defs = append(names, name), defs+def
	}
	var rhs []string
	for _, x := range s.Rhs {
		rhs = append(rhs, l.render(x))
	}
	// in a block of its own, since the temporaries may come again
	return "{ " + strings.Join(names, ", ") + l.text(s.Lhs[len(s.Lhs)-1].End(), s.Rhs[0].Pos()) + joined(l, s.Rhs, rhs) + defs + " }"
}

// joined joins rendered expressions with the text between them.
func joined(l *lowerer, xs []ast.Expr, texts []string) string {
	var b strings.Builder
	for i, t := range texts {
		if i > 0 {
			b.WriteString(l.text(xs[i-1].End(), xs[i].Pos()))
		}
		b.WriteString(t)
	}
	return b.String()
}

func (l *lowerer) varDecl(g *ast.GenDecl) string {
	var b strings.Builder
	at := g.TokPos
	for _, sp := range g.Specs {
		v := sp.(*ast.ValueSpec)
		b.WriteString(strings.Repeat("\n", strings.Count(l.text(at, v.Pos()), "\n")))
		var names []string
		defs := ""
		for _, id := range v.Names {
			name, def := l.temp(id)
			names, defs = append(names, name), defs+def
		}
		b.WriteString("{ var " + strings.Join(names, ", ") + " ")
		if v.Type != nil {
			b.WriteString(l.render(v.Type))
		}
		if len(v.Values) > 0 {
			var rhs []string
			for _, x := range v.Values {
				rhs = append(rhs, l.render(x))
			}
			b.WriteString(" = " + joined(l, v.Values, rhs))
		}
		b.WriteString(l.embed(g, sp) + defs + " }; ")
		at = v.End()
	}
	return b.String()
}

// program writes a whole program as it stands: its variables stay variables of
// its package, and become session variables by their addresses. run tells apart
// runs in one executor, since a package's variables are initialised once.
func (l *lowerer) program(ch *Checked, run int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "// run %d\n", run)
	for _, d := range ch.Decls {
		if d.cell == ch.Cell {
			l.unit[d] = true
		}
	}
	for _, d := range ch.Decls {
		if d.cell == ch.Cell {
			l.writeDecl(&b, ch.Cell, d)
		}
	}
	for _, st := range ch.Cell.stmts {
		if g, ok := st.(*ast.DeclStmt); ok {
			l.line(&b, ch.Cell, st.Pos())
			text := l.render(g)
			if d := g.Decl.(*ast.GenDecl); len(d.Specs) == 1 && d.Tok == token.VAR {
				text += l.embed(d, d.Specs[0])
			}
			b.WriteString(text + "\n")
		}
	}
	hasMain := false
	for _, f := range ch.funcs {
		hasMain = hasMain || f.Name.Name == "main"
		l.writeFunc(&b, ch.Cell, f)
	}
	for _, d := range ch.Decls {
		if d.cell == ch.Cell {
			l.writeShims(&b, d)
			l.writeWrappers(&b, d)
		}
	}
	b.WriteString("//line /Ꞩrt:1\n")
	if !hasMain {
		b.WriteString("func main() {}\n")
	}
	b.WriteString("func init() { ꞩrt.Register(\"@PATH@\", ꞩbody) }\nfunc ꞩbody() {\n")
	for _, v := range ch.Vars {
		if !allocatable(v.Obj.Type()) {
			continue
		}
		fmt.Fprintf(&b, "ꞩrt.Bind(ꞩrt.Slot(%s), &%s)\n", strconv.Quote(v.Slot), v.Name)
	}
	b.WriteString("main()\n}\n")
	return b.String()
}

// writeWrappers gives a program's functions a spelling that later cells can use.
func (l *lowerer) writeWrappers(b *strings.Builder, d *Decl) {
	for _, o := range d.objs {
		f, ok := o.(*types.Func)
		if !ok || f.Exported() {
			continue
		}
		sig := f.Signature()
		params, args := l.typeParams(sig)
		var ps, as []string
		for i := range sig.Params().Len() {
			t, dots := l.w.typ(sig.Params().At(i).Type()), ""
			if sig.Variadic() && i == sig.Params().Len()-1 {
				t, dots = "..."+l.w.typ(sig.Params().At(i).Type().(*types.Slice).Elem()), "..."
			}
			ps, as = append(ps, fmt.Sprintf("a%d %s", i, t)), append(as, fmt.Sprintf("a%d%s", i, dots))
		}
		ret, res := "", ""
		if sig.Results().Len() > 0 {
			ret, res = "return ", " ("+l.w.tuple(sig.Results(), false)+")"
		}
		fmt.Fprintf(b, "func %s%s(%s)%s { %s%s%s(%s) }\n", reserved(f.Name()), params, strings.Join(ps, ", "), res, ret, f.Name(), args, strings.Join(as, ", "))
	}
}

// allocatable reports whether a type parameter may stand for the type: not for
// one that holds runtime/cgo.Incomplete, which never lies on Go's heap.
func allocatable(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Struct:
		for i := range u.NumFields() {
			f := u.Field(i)
			if f.Type().String() == "runtime/cgo.Incomplete" || !allocatable(f.Type()) {
				return false
			}
		}
	case *types.Array:
		return allocatable(u.Elem())
	case *types.Pointer:
		if _, ok := u.Elem().Underlying().(*types.Struct); ok && u.Elem() != t {
			return shallowAllocatable(u.Elem())
		}
	}
	return true
}

// shallowAllocatable looks at a struct's own fields only: types may be recursive.
func shallowAllocatable(t types.Type) bool {
	u := t.Underlying().(*types.Struct)
	for i := range u.NumFields() {
		if u.Field(i).Type().String() == "runtime/cgo.Incomplete" {
			return false
		}
	}
	return true
}
