package source

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"sort"
	"strings"
)

// check is what an interrupt stops: two instructions when there is none.
const check = " if ꞩrt.Stop != 0 { ꞩrt.Halt() };"

// text returns the cell's text from one position to another.
func (l *lowerer) text(from, to token.Pos) string {
	f := l.scope.fset.File(from)
	c := l.scope.files[f]
	if c == nil || !to.IsValid() || to < from {
		return ""
	}
	a, b := f.Offset(from)-c.prefix, f.Offset(to)-c.prefix
	return c.Text[max(a, 0):min(max(b, 0), len(c.Text))]
}

// render returns the lowered text of n. Lines stay where they are.
func (l *lowerer) render(n ast.Node) string {
	switch n := n.(type) {
	case *ast.Ident:
		return l.ident(n)
	case *ast.SelectorExpr:
		return l.selector(n)
	case *ast.ParenExpr:
		if text, ok := l.spellsC(n); ok {
			return text
		}
	case *ast.CompositeLit:
		return l.composite(n, "")
	case *ast.UnaryExpr:
		if lit, ok := ast.Unparen(n.X).(*ast.CompositeLit); ok && n.Op == token.AND {
			if s := l.composite(lit, "&"); strings.HasPrefix(s, "ꞩrt.MirrorPtr[") {
				return s
			}
		}
	case *ast.CallExpr:
		return l.call(n)
	case *ast.FuncDecl:
		return l.funcDecl(n)
	case *ast.FuncLit:
		l.markOuterCalls(n)
	case *ast.GoStmt:
		return l.goStmt(n)
	case *ast.ForStmt:
		return l.forStmt(n)
	case *ast.RangeStmt:
		return l.rangeStmt(n)
	case *ast.IfStmt:
		if use := l.use(n.Init); use != "" {
			return l.children(n, map[ast.Node]string{n.Body: l.block(n.Body, use)})
		}
	case *ast.TypeSwitchStmt:
		return l.typeSwitch(n)
	case *ast.SwitchStmt:
		if use := l.use(n.Init); use != "" && len(n.Body.List) > 0 {
			first := n.Body.List[0].(*ast.CaseClause)
			return l.children(n, nil, insert{first.Colon + 1, use})
		}
	case *ast.CommClause:
		return l.children(n, l.stmts(n.Body), insert{n.Colon + 1, l.use(n.Comm)})
	case *ast.BlockStmt:
		return l.block(n, "")
	case *ast.CaseClause:
		return l.children(n, l.stmts(n.Body))
	}
	return l.children(n, nil)
}

// insert is text to put at a place between the children of a node.
type insert struct {
	pos  token.Pos
	text string
}

// children renders n by its text and its rendered children; done holds those
// that are rendered already.
func (l *lowerer) children(n ast.Node, done map[ast.Node]string, ins ...insert) string {
	var kids []ast.Node
	first := true
	ast.Inspect(n, func(c ast.Node) bool {
		if first {
			first = false
			return true
		}
		switch c.(type) {
		case nil, *ast.CommentGroup, *ast.Comment:
			return false
		}
		kids = append(kids, c)
		return false
	})
	sort.SliceStable(kids, func(i, j int) bool { return kids[i].Pos() < kids[j].Pos() })
	var b strings.Builder
	at := n.Pos()
	gap := func(to token.Pos) {
		for _, x := range ins {
			if at <= x.pos && x.pos <= to && x.text != "" {
				b.WriteString(l.text(at, x.pos) + x.text)
				at = x.pos
			}
		}
		b.WriteString(l.text(at, to))
	}
	for _, k := range kids {
		if k.Pos() < at || !k.Pos().IsValid() {
			continue
		}
		gap(k.Pos())
		if s, ok := done[k]; ok {
			b.WriteString(s)
		} else {
			b.WriteString(l.render(k))
		}
		at = k.End()
	}
	gap(n.End())
	return b.String()
}

// block renders a block with text at its start.
func (l *lowerer) block(n *ast.BlockStmt, start string) string {
	return l.children(n, l.stmts(n.List), insert{n.Lbrace + 1, start})
}

// stmts renders statements that define variables without use, so that they are
// used, and those before which an interrupt may stop.
func (l *lowerer) stmts(list []ast.Stmt) map[ast.Node]string {
	var done map[ast.Node]string
	for _, st := range list {
		use := l.use(st)
		if use == "" && !l.marked[st] {
			continue
		}
		if done == nil {
			done = map[ast.Node]string{}
		}
		if use != "" {
			use = "; " + strings.TrimSuffix(use, ";")
		}
		if l.marked[st] {
			done[st] = check + " "
		}
		done[st] += l.render(st) + use
	}
	return done
}

// use returns assignments to _ for the variables without use that st defines.
func (l *lowerer) use(st ast.Stmt) string {
	if st == nil || len(l.unused) == 0 {
		return ""
	}
	var b strings.Builder
	note := func(x ast.Expr) {
		if id, ok := x.(*ast.Ident); ok && l.unused[l.info.Defs[id]] && l.info.Defs[id] != nil {
			b.WriteString(" _ = " + id.Name + ";")
		}
	}
	switch st := st.(type) {
	case *ast.AssignStmt:
		if st.Tok == token.DEFINE {
			for _, x := range st.Lhs {
				note(x)
			}
		}
	case *ast.DeclStmt:
		for _, sp := range st.Decl.(*ast.GenDecl).Specs {
			if v, ok := sp.(*ast.ValueSpec); ok {
				for _, id := range v.Names {
					note(id)
				}
			}
		}
	}
	return b.String()
}

func (l *lowerer) ident(id *ast.Ident) string {
	if f, ok := l.info.Defs[id].(*types.Func); ok {
		if f.Signature().Recv() != nil {
			return methodName(f)
		}
		if name := l.turnName(f, 0); name != "" {
			return name
		}
		if isTop(f) && l.decl(id.Name) != nil && l.unit[l.decl(id.Name)] {
			return l.topName(id.Name, true)
		}
		return id.Name
	}
	o := l.info.Uses[id]
	if o == nil {
		return id.Name
	}
	if name := l.turnName(o, 1); name != "" {
		return name
	}
	if p, ok := o.(*types.PkgName); ok {
		if l.unit[l.decl(id.Name)] { // a declaration of this unit has the name too
			return l.w.pkg(p.Imported())
		}
		l.imports[id.Name] = p.Imported().Path()
		return id.Name
	}
	if v := l.variable(o); v != nil {
		n := l.slot(v)
		if l.uses != nil {
			l.uses[n] = v
		}
		return fmt.Sprintf("(*ꞩv%d)", n)
	}
	if isTop(o) {
		_, isFunc := o.(*types.Func)
		return l.topName(id.Name, isFunc)
	}
	if v, ok := o.(*types.Var); ok && v.IsField() {
		return l.fieldName(v)
	}
	if byDot(o) {
		if s := standIn(o.Pkg(), id.Name); s != "" {
			return s
		}
		return l.w.pkg(o.Pkg()) + "." + id.Name
	}
	return id.Name
}

// fieldName spells a field of this unit: an embedded type of another cell goes
// by its reserved name.
func (l *lowerer) fieldName(v *types.Var) string {
	if v.Embedded() && isSession(v) && !v.Exported() {
		if d := l.decl(v.Name()); d != nil && d.Kind == Type && !l.unit[d] {
			return reserved(v.Name())
		}
	}
	return v.Name()
}

// stand-ins: functions of the standard library that a cell gets from rt, so that
// output finds its cell and an exit ends the cell alone.
var standIns = map[string]string{
	"fmt.Println": "Println", "fmt.Printf": "Printf", "fmt.Print": "Print", "os.Exit": "Exit",
	"fmt.Scan": "Scan", "fmt.Scanln": "Scanln", "fmt.Scanf": "Scanf",
	"log.Fatal": "Fatal", "log.Fatalf": "Fatalf", "log.Fatalln": "Fatalln", "encoding/gob.Register": "GobRegister",
}

// standIn is what a cell gets for a function of a package, "" for the function itself.
func standIn(p *types.Package, name string) string {
	if s := standIns[p.Path()+"."+name]; s != "" {
		return "ꞩrt." + s
	}
	return ""
}

func (l *lowerer) selector(n *ast.SelectorExpr) string {
	if id, ok := n.X.(*ast.Ident); ok {
		if p, ok := l.info.Uses[id].(*types.PkgName); ok {
			if s := standIn(p.Imported(), n.Sel.Name); s != "" {
				return s
			}
			return l.ident(id) + l.text(id.End(), n.End())
		}
	}
	sel := l.info.Selections[n]
	if sel == nil {
		return l.children(n, nil)
	}
	switch o := sel.Obj().(type) {
	case *types.Func:
		return l.render(n.X) + l.text(n.X.End(), n.Sel.Pos()) + methodName(o)
	case *types.Var:
		if !o.Exported() && isSession(o) {
			if !l.local(o.Origin().Pos()) {
				return l.mirrored(n, sel)
			}
			return l.render(n.X) + l.text(n.X.End(), n.Sel.Pos()) + l.fieldName(o)
		}
	}
	return l.render(n.X) + l.text(n.X.End(), n.End())
}

func (l *lowerer) call(n *ast.CallExpr) string {
	if l.info.Types[n.Fun].IsBuiltin() {
		return l.builtin(n)
	}
	done := map[ast.Node]string{}
	if sig, ok := l.info.TypeOf(n.Fun).(*types.Signature); ok {
		for i, a := range n.Args {
			if s := l.stdStream(sig, i, a); s != "" {
				done[a] = s
			}
			if lit, ok := a.(*ast.FuncLit); ok && l.startsGoroutine(n.Fun) {
				done[a] = l.render(lit.Type) + l.text(lit.Type.End(), lit.Body.Pos()) + l.block(lit.Body, " defer ꞩrt.CatchIn();")
			}
		}
	}
	return l.children(n, done)
}

// builtin renders a call of a built-in function: print and println are those of
// rt, except where the stack may not grow.
func (l *lowerer) builtin(n *ast.CallExpr) string {
	id, ok := ast.Unparen(n.Fun).(*ast.Ident)
	if !ok || l.nosplit || id.Name != "print" && id.Name != "println" {
		return l.children(n, nil)
	}
	done := map[ast.Node]string{n.Fun: "ꞩrt.BuiltinPrint" + strings.TrimPrefix(id.Name, "print")}
	for _, a := range n.Args {
		t := l.info.TypeOf(a)
		b, basic := t.(*types.Basic)
		switch {
		case basic && b.Kind() == types.UntypedInt:
			done[a] = "int64(" + l.render(a) + ")"
		case types.IsInterface(t) && !isTypeParam(t):
			done[a] = "ꞩrt.WordsOf(" + l.render(a) + ")"
		}
	}
	return l.children(n, done)
}

func isTypeParam(t types.Type) bool { _, ok := types.Unalias(t).(*types.TypeParam); return ok }

// stdStream returns what stands for os.Stdin, os.Stdout or os.Stderr given to a parameter
// of interface type.
func (l *lowerer) stdStream(sig *types.Signature, i int, a ast.Expr) string {
	sel, ok := a.(*ast.SelectorExpr)
	if !ok || sig.Params().Len() == 0 {
		return ""
	}
	v, ok := l.info.Uses[sel.Sel].(*types.Var)
	if !ok || v.Pkg() == nil || v.Pkg().Path() != "os" || v.Name() != "Stdout" && v.Name() != "Stderr" && v.Name() != "Stdin" {
		return ""
	}
	i = min(i, sig.Params().Len()-1)
	if _, ok := sig.Params().At(i).Type().Underlying().(*types.Interface); !ok {
		return ""
	}
	return "ꞩrt." + v.Name()
}

func (l *lowerer) funcDecl(n *ast.FuncDecl) string {
	outer := l.uses
	l.uses = map[int]*Var{}
	defer func() { l.uses = outer }()
	var b strings.Builder
	b.WriteString("func ")
	if n.Recv != nil {
		b.WriteString(l.render(n.Recv) + " ")
	}
	b.WriteString(l.render(n.Name))
	if n.Type.TypeParams != nil {
		b.WriteString(l.render(n.Type.TypeParams))
	}
	b.WriteString(l.render(n.Type.Params) + " ")
	if n.Type.Results != nil {
		b.WriteString(l.render(n.Type.Results) + " ")
	}
	if n.Body == nil {
		return b.String()
	}
	if l.turn == nil || l.turn.round == 0 {
		l.markCalls(n.Body, l.recurs(n))
	}
	body := l.block(n.Body, "\x00")
	return b.String() + strings.Replace(body, "\x00", l.pointers(l.uses), 1)
}

// typeSwitch drops v from switch v := x.(type) where no clause uses v.
func (l *lowerer) typeSwitch(n *ast.TypeSwitchStmt) string {
	a, ok := n.Assign.(*ast.AssignStmt)
	if !ok || !l.unusedAt(a.Lhs[0].Pos()) {
		return l.children(n, nil)
	}
	return l.children(n, map[ast.Node]string{a: l.render(a.Rhs[0])})
}

func (l *lowerer) unusedAt(pos token.Pos) bool {
	for o := range l.unused {
		if o != nil && o.Pos() == pos {
			return true
		}
	}
	return false
}

// shown returns what a cell's values are rendered to.
func (l *lowerer) shown(values ...ast.Expr) string {
	var texts []string
	for _, x := range values {
		texts = append(texts, l.shownValue(x))
	}
	return "ꞩrt.Show(" + joined(l, values, texts) + ")"
}

// shownValue renders one value; an integer constant that no type of Go holds
// becomes its text.
func (l *lowerer) shownValue(x ast.Expr) string {
	tv := l.info.Types[x]
	if tv.Value != nil && tv.Value.Kind() == constant.Int {
		if b, ok := tv.Type.(*types.Basic); ok && b.Info()&types.IsUntyped != 0 {
			if _, exact := constant.Int64Val(tv.Value); !exact {
				return fmt.Sprintf("%q", tv.Value.ExactString())
			}
		}
	}
	return l.render(x)
}
