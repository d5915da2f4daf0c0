package source

import (
	"go/ast"
	"go/types"
	"strings"
)

// turns is how many copies of a function take turns, see [lowerer.takesTurns]. With
// 2 the checks of fib still cost 5 %, with 3 they can't be measured.
const turns = 3

// A turn is the copy of a function that is being written.
type turn struct {
	of    *types.Func
	round int // 0 is the function itself
}

// turnName spells the copy so many rounds ahead of the one being written, if o is
// its function; "" for the function itself. A plugin's names are shown without Ꞩ
// and ꞩ, so stack traces name the function.
func (l *lowerer) turnName(o types.Object, ahead int) string {
	if l.turn == nil || o != l.turn.of {
		return ""
	}
	round := (l.turn.round + ahead) % turns
	if round == 0 {
		return ""
	}
	return strings.Repeat("ꞩ", round) + reserved(o.Name())
}

// writeTurns writes the copies of f but the first and returns what the first is
// written as: nil, and no copies, for a function that takes no turns.
func (l *lowerer) writeTurns(b *strings.Builder, c *Cell, f *ast.FuncDecl) *turn {
	self := l.takesTurns(f)
	if self == nil {
		return nil
	}
	for round := 1; round < turns; round++ {
		l.turn = &turn{self, round}
		l.line(b, c, f.Pos())
		b.WriteString(l.render(f) + "\n")
	}
	return &turn{of: self}
}

// takesTurns returns the function that f declares if it is one for which the
// check before its calls of itself would be much of the work: it calls nothing
// else, and has no loop. Such a function is written as copies that call each
// other in turn, and only the first has the check. What runs between two checks
// stays bounded: with the 4 calls that are allowed here, 4+16 times what the
// function does by itself.
func (l *lowerer) takesTurns(f *ast.FuncDecl) *types.Func {
	const most = 4
	d := l.decl(f.Name.Name)
	if f.Recv != nil || f.Type.TypeParams != nil || f.Body == nil || d == nil || d.node != f || !l.unit[d] || hasDirective(f) {
		return nil
	}
	self, ok := l.info.Defs[f.Name].(*types.Func)
	if !ok {
		return nil
	}
	calls, names, others := 0, 0, false
	ast.Inspect(f.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ForStmt, *ast.RangeStmt, *ast.LabeledStmt, *ast.FuncLit, *ast.GoStmt, *ast.DeferStmt:
			others = true
		case *ast.TypeSpec: // each copy would have a type of its own
			others = true
		case *ast.Ident:
			_, pkg := l.info.Uses[n].(*types.PkgName)
			others = others || pkg
			if l.info.Uses[n] == self {
				names++
			}
		case *ast.CallExpr:
			id, ok := ast.Unparen(n.Fun).(*ast.Ident)
			if ok && l.info.Uses[id] == self {
				calls++
			} else if tv := l.info.Types[n.Fun]; !tv.IsBuiltin() && !tv.IsType() {
				others = true
			}
		}
		return !others
	})
	if others || calls == 0 || calls > most || calls != names {
		return nil
	}
	return self
}

// hasDirective reports whether the compiler is told something about f.
func hasDirective(f *ast.FuncDecl) bool {
	if f.Doc == nil {
		return false
	}
	for _, line := range f.Doc.List {
		if strings.HasPrefix(line.Text, "//go:") {
			return true
		}
	}
	return false
}
