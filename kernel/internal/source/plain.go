package source

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"strconv"
	"strings"

	"songsong/kernel/internal/rt"
)

// plainLibrary are the functions of the standard library that package interp holds.
var plainLibrary = set("fmt.Println fmt.Printf fmt.Print fmt.Sprint fmt.Sprintf fmt.Sprintln math.Sqrt math.Pow math.Abs math.Floor math.Ceil math.Log " +
	"math.Exp math.Max math.Min math.Round strconv.Itoa strconv.Quote strings.ToUpper strings.ToLower strings.Repeat strings.Contains " +
	"strings.TrimSpace strings.ReplaceAll strings.HasPrefix strings.HasSuffix")

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

// plainTypes are the types that plain cells compute with; values of other types
// are only handed on.
var plainTypes = set("bool string int int64 float64")

// A plainWriter writes a plain cell. why is set by the first thing that is not plain.
type plainWriter struct {
	ch     *Checked
	loaded func(*Decl) bool
	out    rt.Plain
	vars   map[string]int // slot → number
	funcs  map[string]int // key → number
	why    string
}

// LowerPlain writes the cell for the interpreter if it is plain: assignments and
// calls of compiled functions over variables, without declarations, control flow
// or anything the interpreter might mean otherwise than the compiler. If it is
// not, why says what stands against it. loaded reports whether a function's unit
// is in the executor already.
func (ch *Checked) LowerPlain(loaded func(*Decl) bool) (p rt.Plain, why string) {
	w := &plainWriter{ch: ch, loaded: loaded, vars: map[string]int{}, funcs: map[string]int{}}
	if ch.Cell.Program || len(ch.funcs) > 0 || len(ch.Decls) > 0 || len(ch.Dropped) > 0 {
		return p, "it declares functions, types or constants"
	}
	var b strings.Builder
	w.out.File = ch.Cell.Path()
	for i, st := range ch.order {
		line, _ := ch.Cell.line(ch.scope.offset(st.Pos()))
		fmt.Fprintf(&b, "x.At(%d)\n", line-ch.Cell.shift)
		if i == len(ch.order)-1 && ch.Value != nil {
			b.WriteString("x.Show(" + w.arg(ch.Value) + ")\n")
		} else {
			b.WriteString(w.stmt(st) + "\n")
		}
		if w.why != "" {
			return p, w.why
		}
	}
	w.out.Body = b.String()
	return w.out, ""
}

// Key is the name under which the function's unit registers it.
func (d *Decl) Key() string {
	if d.Unit == nil {
		return ""
	}
	return d.Unit.Path + "." + d.Name
}

func (w *plainWriter) not(format string, args ...any) string {
	if w.why == "" {
		w.why = fmt.Sprintf(format, args...)
	}
	return "nil"
}

func (w *plainWriter) stmt(st ast.Stmt) string {
	switch s := st.(type) {
	case *ast.EmptyStmt:
		return ""
	case *ast.ExprStmt:
		if call, ok := ast.Unparen(s.X).(*ast.CallExpr); ok {
			return w.call(call)
		}
	case *ast.IncDecStmt:
		return w.target(s.X) + s.Tok.String()
	case *ast.AssignStmt:
		return w.assign(s)
	}
	return w.not("it has statements other than assignments and calls")
}

func (w *plainWriter) assign(s *ast.AssignStmt) string {
	if len(s.Lhs) != 1 || len(s.Rhs) != 1 {
		return w.not("it assigns several values at once")
	}
	switch s.Tok {
	case token.ASSIGN, token.ADD_ASSIGN, token.SUB_ASSIGN, token.MUL_ASSIGN:
		return w.target(s.Lhs[0]) + " " + s.Tok.String() + " " + w.expr(s.Rhs[0])
	case token.DEFINE:
		id := s.Lhs[0].(*ast.Ident)
		v := w.ch.defs[id]
		if v == nil {
			return w.not("it defines a variable twice")
		}
		rhs := w.expr(s.Rhs[0])
		t := basicName(v.Obj.Type())
		if t == "" {
			return w.not("it defines a variable of type %s", v.Obj.Type())
		}
		if _, used := w.vars[v.Slot]; used {
			return w.not("it uses a variable it defines")
		}
		return fmt.Sprintf("*x.V%d = %s", w.variable(v, t), rhs)
	}
	return w.not("it assigns with %s", s.Tok)
}

func (w *plainWriter) target(x ast.Expr) string {
	id, ok := x.(*ast.Ident)
	if !ok || basicName(w.ch.info.TypeOf(x)) == "" {
		return w.not("it assigns to something other than a variable of a basic type")
	}
	return w.ident(id)
}

// basicName returns the name of a type that plain cells compute with, or "".
func basicName(t types.Type) string {
	if b, ok := types.Unalias(t).(*types.Basic); ok && plainTypes[b.Name()] {
		return b.Name()
	}
	return ""
}

func (w *plainWriter) variable(v *Var, fresh string) int {
	n, ok := w.vars[v.Slot]
	if !ok {
		n = len(w.out.Vars)
		w.vars[v.Slot] = n
		w.out.Vars = append(w.out.Vars, rt.PlainVar{Slot: v.Slot, New: fresh})
	}
	return n
}

func (w *plainWriter) ident(id *ast.Ident) string {
	o := w.ch.info.Uses[id]
	v, ok := o.(*types.Var)
	if !ok || !isTop(o) || w.ch.oldVars[o] == nil && w.ch.scope.vars[id.Name] == nil {
		return w.not("it uses %s, which is no variable of the session", id.Name)
	}
	sv := w.ch.scope.vars[v.Name()]
	if strings.HasPrefix(v.Name(), oldPrefix) {
		sv = w.ch.oldVars[o]
	}
	if sv == nil {
		return w.not("it uses %s", id.Name)
	}
	for _, own := range w.ch.Vars { // x := x + 1 reads the heap cell that it replaces
		if own.Slot == sv.Slot && own.Obj != o {
			return w.not("it redefines a variable by itself")
		}
	}
	return fmt.Sprintf("(*x.V%d)", w.variable(sv, ""))
}

// expr writes an expression of a basic type.
func (w *plainWriter) expr(x ast.Expr) string {
	tv := w.ch.info.Types[x]
	name := basicName(types.Default(tv.Type))
	if name == "" {
		return w.not("it computes with type %s", tv.Type)
	}
	if tv.Value != nil {
		return literal(name, tv.Value, w)
	}
	switch x := x.(type) {
	case *ast.ParenExpr:
		return "(" + w.expr(x.X) + ")"
	case *ast.Ident:
		return w.ident(x)
	case *ast.CallExpr:
		return w.call(x)
	case *ast.UnaryExpr:
		if x.Op == token.SUB || x.Op == token.NOT || x.Op == token.ADD {
			return x.Op.String() + w.expr(x.X)
		}
	case *ast.BinaryExpr:
		switch x.Op {
		case token.ADD, token.SUB, token.MUL, token.EQL, token.NEQ, token.LSS, token.LEQ, token.GTR, token.GEQ, token.LAND, token.LOR:
			return "(" + w.expr(x.X) + " " + x.Op.String() + " " + w.expr(x.Y) + ")"
		case token.QUO:
			if name == "float64" {
				return "(" + w.expr(x.X) + " / " + w.expr(x.Y) + ")"
			}
		}
	}
	return w.not("it has an expression that only the compiler may evaluate")
}

// literal writes a constant with its type.
func literal(name string, v constant.Value, w *plainWriter) string {
	switch name {
	case "bool":
		return v.ExactString()
	case "string":
		return strconv.Quote(constant.StringVal(v))
	case "int", "int64":
		if n, ok := constant.Int64Val(constant.ToInt(v)); ok {
			return fmt.Sprintf("%s(%d)", name, n)
		}
	case "float64":
		if f, _ := constant.Float64Val(v); f == f && f-f == 0 {
			return fmt.Sprintf("float64(%s)", strconv.FormatFloat(f, 'g', -1, 64))
		}
	}
	return w.not("it has a constant of type %s", name)
}

// arg writes an argument: a basic value, or a variable handed on as it is.
func (w *plainWriter) arg(x ast.Expr) string {
	if id, ok := ast.Unparen(x).(*ast.Ident); ok && w.ch.info.Types[x].Value == nil {
		return w.ident(id)
	}
	if call, ok := ast.Unparen(x).(*ast.CallExpr); ok && w.ch.info.Types[x].Value == nil {
		if _, several := w.ch.info.TypeOf(x).(*types.Tuple); several {
			return w.not("it hands on several values of a call")
		}
		return w.call(call)
	}
	return w.expr(x)
}

func (w *plainWriter) call(c *ast.CallExpr) string {
	if c.Ellipsis.IsValid() {
		return w.not("it calls a function with …")
	}
	tv := w.ch.info.Types[c.Fun]
	if tv.IsType() {
		to, from := basicName(tv.Type), basicName(types.Default(w.ch.info.TypeOf(c.Args[0])))
		if (to == "float64" || to == "int" || to == "int64") && (from == "int" || from == "int64") {
			return to + "(" + w.expr(c.Args[0]) + ")"
		}
		return w.not("it converts to %s", tv.Type)
	}
	key := w.callee(c.Fun)
	sig, ok := tv.Type.(*types.Signature)
	if !ok || w.why != "" {
		return w.not("it calls a built-in function")
	}
	var args []string
	for i, a := range c.Args {
		args = append(args, w.arg(a))
		if p := sig.Params().At(min(i, sig.Params().Len()-1)).Type(); !handsOn(p, w.ch.info.TypeOf(a), sig.Variadic() && i >= sig.Params().Len()-1) {
			return w.not("it hands a %s to a parameter of type %s", w.ch.info.TypeOf(a), p)
		}
	}
	n, ok := w.funcs[key]
	if !ok {
		n = len(w.out.Funcs)
		w.funcs[key] = n
		w.out.Funcs = append(w.out.Funcs, key)
	}
	return fmt.Sprintf("x.F%d(%s)", n, strings.Join(args, ", "))
}

// handsOn reports whether an argument reaches its parameter without a conversion
// but that to the empty interface.
func handsOn(param, arg types.Type, variadic bool) bool {
	if s, ok := param.(*types.Slice); ok && variadic {
		param = s.Elem()
	}
	if i, ok := param.Underlying().(*types.Interface); ok {
		return i.Empty() && !types.IsInterface(arg)
	}
	return types.Identical(param, types.Default(arg)) || basicName(param) != ""
}

// callee returns the key of the function called.
func (w *plainWriter) callee(fun ast.Expr) string {
	switch f := ast.Unparen(fun).(type) {
	case *ast.Ident:
		if fn, ok := w.ch.info.Uses[f].(*types.Func); ok && isTop(fn) && fn.Signature().TypeParams().Len() == 0 {
			if d := w.ch.scope.decls[f.Name]; d != nil && d.Kind == Func && d.Unit != nil && w.loaded(d) {
				return d.Key()
			}
			return w.not("it calls %s, which is not loaded yet", f.Name)
		}
	case *ast.SelectorExpr:
		if fn, ok := w.ch.info.Uses[f.Sel].(*types.Func); ok && fn.Pkg() != nil && fn.Signature().Recv() == nil {
			if key := fn.Pkg().Path() + "." + fn.Name(); plainLibrary[key] {
				return key
			}
			return w.not("it calls %s.%s", fn.Pkg().Name(), fn.Name())
		}
	}
	return w.not("it calls something other than a named function")
}
