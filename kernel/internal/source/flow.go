package source

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// startsGoroutine reports whether f runs the function it is given on a goroutine
// of its own, where a panic would end the executor.
func (l *lowerer) startsGoroutine(f ast.Expr) bool {
	sel, ok := f.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	fn, ok := l.info.Uses[sel.Sel].(*types.Func)
	if !ok {
		return false
	}
	switch fn.FullName() {
	case "(*sync.WaitGroup).Go", "(*golang.org/x/sync/errgroup.Group).Go", "time.AfterFunc":
		return true
	}
	return false
}

// markCalls notes the statements in which a function may come back to itself: the
// innermost that holds such a call, once in each list. A check before them stops
// any recursion, and calls that go no deeper pay nothing.
func (l *lowerer) markCalls(body *ast.BlockStmt, back func(*ast.Ident) bool) {
	var path []ast.Node
	ast.Inspect(body, func(n ast.Node) bool {
		if n == nil {
			path = path[:len(path)-1]
			return true
		}
		path = append(path, n)
		if id, ok := n.(*ast.Ident); ok && back(id) {
			l.markInnermost(path)
		}
		return true
	})
}

func (l *lowerer) markInnermost(path []ast.Node) {
	for i := len(path) - 1; i > 0; i-- {
		for _, st := range list(path[i-1]) {
			if l.marked[st] {
				return
			}
			if st == path[i] {
				l.marked[st] = true
				return
			}
		}
	}
}

// list returns the statements that n holds; the clauses of a switch are none, nothing
// may stand between them.
func list(n ast.Node) []ast.Stmt {
	switch n := n.(type) {
	case *ast.BlockStmt:
		if len(n.List) > 0 {
			switch n.List[0].(type) {
			case *ast.CaseClause, *ast.CommClause:
				return nil
			}
		}
		return n.List
	case *ast.CaseClause:
		return n.Body
	case *ast.CommClause:
		return n.Body
	}
	return nil
}

// recurs returns what tells whether a name in the function leads back to it: by
// calls of functions and methods of the session, or by any method of an interface
// of the session.
func (l *lowerer) recurs(n *ast.FuncDecl) func(*ast.Ident) bool {
	self := n.Name.Name
	if n.Recv != nil {
		self = Receiver(n) + "." + self
	}
	return func(id *ast.Ident) bool {
		f, ok := l.info.Uses[id].(*types.Func)
		if !ok || !isSession(f) {
			return false
		}
		key := callKey(f)
		return key == "" || l.reaches(key, self)
	}
}

// callKey names a function or method of the session, "" for one of an interface.
func callKey(f *types.Func) string {
	recv := f.Signature().Recv()
	if recv == nil {
		return f.Name()
	}
	t := recv.Type()
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	if n, ok := types.Unalias(t).(*types.Named); ok && !types.IsInterface(t) {
		return n.Obj().Name() + "." + f.Name()
	}
	return ""
}

// reaches reports whether the function named from calls, by others, the one named to.
func (l *lowerer) reaches(from, to string) bool {
	seen := map[string]bool{}
	var walk func(string) bool
	walk = func(key string) bool {
		if key == to {
			return true
		}
		if seen[key] {
			return false
		}
		seen[key] = true
		return slices.ContainsFunc(l.callees(key), walk)
	}
	return walk(from)
}

// callees lists the functions and methods that one of the session mentions.
func (l *lowerer) callees(key string) (out []string) {
	if known, ok := l.calls[key]; ok {
		return known
	}
	name, method, isMethod := strings.Cut(key, ".")
	d := l.decl(name)
	if d == nil {
		return nil
	}
	var body ast.Node = d.node
	for _, m := range d.methods {
		if isMethod && m.node.Name.Name == method {
			body = m.node
		}
	}
	ast.Inspect(body, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			if f, ok := d.info.Uses[id].(*types.Func); ok && isSession(f) {
				if k := callKey(f); k != "" {
					out = append(out, k)
				}
			}
		}
		return true
	})
	l.calls[key] = out
	return out
}

// markOuterCalls marks where a function literal calls a function variable declared
// outside it, which may be itself.
func (l *lowerer) markOuterCalls(n *ast.FuncLit) {
	called := map[*ast.Ident]bool{}
	ast.Inspect(n.Body, func(x ast.Node) bool {
		if c, ok := x.(*ast.CallExpr); ok {
			if id, ok := c.Fun.(*ast.Ident); ok {
				v, ok := l.info.Uses[id].(*types.Var)
				called[id] = ok && !(n.Pos() <= v.Pos() && v.Pos() < n.End())
			}
		}
		return true
	})
	l.markCalls(n.Body, func(id *ast.Ident) bool { return called[id] })
}

func (l *lowerer) goStmt(n *ast.GoStmt) string {
	head := l.text(n.Pos(), n.Call.Pos())
	if lit, ok := n.Call.Fun.(*ast.FuncLit); ok {
		fun := l.render(lit.Type) + l.text(lit.Type.End(), lit.Body.Pos()) + l.block(lit.Body, " ꞩrt.Began(); defer ꞩrt.Catch();")
		return head + l.children(n.Call, map[ast.Node]string{lit: fun})
	}
	tv := l.info.Types[n.Call.Fun]
	if tv.IsBuiltin() || tv.IsType() || l.keepsAlive(n.Call) {
		return head + l.render(n.Call)
	}
	fun := l.render(n.Call.Fun)
	if id := calledIdent(n.Call.Fun); id != nil {
		if inst, ok := l.info.Instances[id]; ok {
			if _, explicit := n.Call.Fun.(*ast.IndexExpr); !explicit {
				fun += l.w.args(inst.TypeArgs)
			}
		}
	}
	sig, ok := tv.Type.Underlying().(*types.Signature)
	guarded, spelled := "", false
	if ok {
		guarded, spelled = l.guarded(fun, sig, n.Call)
	}
	if !spelled {
		return head + l.children(n.Call, map[ast.Node]string{n.Call.Fun: "ꞩrt.Spawn(" + fun + ")"})
	}
	var args []string
	for _, a := range n.Call.Args {
		args = append(args, l.render(a))
	}
	between := ""
	if len(args) > 0 {
		between = l.text(n.Call.Lparen+1, n.Call.Args[0].Pos())
	}
	end := n.Call.Lparen + 1
	if len(args) > 0 {
		end = n.Call.Args[len(args)-1].End()
	}
	return head + guarded + between + joined(l, n.Call.Args, args) + l.text(end, n.Call.End())
}

// keepsAlive reports whether an argument is written uintptr(p), which keeps what p
// points to alive only in the call itself (//go:uintptrescapes): no guard fits between.
func (l *lowerer) keepsAlive(call *ast.CallExpr) bool {
	for _, a := range call.Args {
		if c, ok := a.(*ast.CallExpr); ok && l.info.Types[c.Fun].IsType() && len(c.Args) == 1 {
			to, from := types.Unalias(l.info.TypeOf(c.Fun)), types.Unalias(l.info.TypeOf(c.Args[0]))
			if to == types.Typ[types.Uintptr] && from == types.Typ[types.UnsafePointer] {
				return true
			}
		}
	}
	return false
}

// guarded returns func(f F, a0 T0, …) { guard; f(a0, …) }(fun, without the rest
// of the arguments; false if a type can't be spelled here, or if the arguments
// are the results of one call.
func (l *lowerer) guarded(fun string, sig *types.Signature, call *ast.CallExpr) (string, bool) {
	if len(call.Args) == 1 {
		if _, several := l.info.TypeOf(call.Args[0]).(*types.Tuple); several {
			return "", false
		}
	}
	var params, args []string
	for i := range sig.Params().Len() {
		t, ok := l.w.text(sig.Params().At(i).Type())
		if !ok {
			return "", false
		}
		dots := ""
		if s, isSlice := sig.Params().At(i).Type().(*types.Slice); isSlice && sig.Variadic() && i == sig.Params().Len()-1 {
			elem, _ := l.w.text(s.Elem())
			t, dots = "..."+elem, "..."
		}
		params, args = append(params, fmt.Sprintf("ꞩa%d %s", i, t)), append(args, fmt.Sprintf("ꞩa%d%s", i, dots))
	}
	of, ok := l.w.text(sig)
	if !ok {
		return "", false
	}
	params = append([]string{"ꞩf " + of}, params...)
	rest := ""
	if len(call.Args) > 0 {
		rest = ", "
	}
	return fmt.Sprintf("func(%s) { ꞩrt.Began(); defer ꞩrt.Catch(); ꞩf(%s) }(%s%s", strings.Join(params, ", "), strings.Join(args, ", "), fun, rest), true
}

func calledIdent(x ast.Expr) *ast.Ident {
	switch x := ast.Unparen(x).(type) {
	case *ast.Ident:
		return x
	case *ast.SelectorExpr:
		return x.Sel
	}
	return nil
}

// forStmt puts a check into a loop that has no bound in sight.
func (l *lowerer) forStmt(n *ast.ForStmt) string {
	start := l.use(n.Init)
	if !counted(n) {
		start += check
	}
	return l.children(n, map[ast.Node]string{n.Body: l.block(n.Body, start)})
}

// counted reports whether the loop counts to a bound: such loops pay nothing.
func counted(n *ast.ForStmt) bool {
	c, ok := n.Cond.(*ast.BinaryExpr)
	if !ok || n.Post == nil {
		return false
	}
	switch c.Op {
	case token.LSS, token.LEQ, token.GTR, token.GEQ, token.NEQ:
		return true
	}
	return false
}

func (l *lowerer) rangeStmt(n *ast.RangeStmt) string {
	start := ""
	if n.Tok == token.DEFINE {
		for _, x := range []ast.Expr{n.Key, n.Value} {
			if id, ok := x.(*ast.Ident); ok && l.info.Defs[id] != nil && l.unused[l.info.Defs[id]] {
				start += " _ = " + id.Name + ";"
			}
		}
	}
	if t := l.info.TypeOf(n.X); t != nil {
		if _, ok := t.Underlying().(*types.Chan); ok {
			start += check
		}
	}
	return l.children(n, map[ast.Node]string{n.Body: l.block(n.Body, start)})
}
