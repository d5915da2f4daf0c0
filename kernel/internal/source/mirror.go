package source

import (
	"fmt"
	"go/ast"
	"go/types"
	"strings"
)

// mirrored reaches a field of a struct of another unit, which may not be named
// here: through a pointer to a struct of the same layout with other field names.
func (l *lowerer) mirrored(n *ast.SelectorExpr, sel *types.Selection) string {
	x, t := l.render(n.X), l.info.TypeOf(n.X)
	isPtr, addressable := false, l.info.Types[n.X].Addressable()
	for _, i := range sel.Index() {
		if p, ok := types.Unalias(t).Underlying().(*types.Pointer); ok {
			t, isPtr = p.Elem(), true
		} else {
			isPtr = false
		}
		st, ok := types.Unalias(t).Underlying().(*types.Struct)
		if !ok {
			return x + "." + n.Sel.Name
		}
		m := l.mirror(st)
		switch {
		case isPtr:
			x = fmt.Sprintf("(*%s)(ꞩunsafe.Pointer(%s)).F%d", m, x, i)
		case addressable:
			x = fmt.Sprintf("(*%s)(ꞩunsafe.Pointer(&%s)).F%d", m, x, i)
		default:
			x = fmt.Sprintf("ꞩrt.Mirror[%s](%s).F%d", m, x, i)
		}
		addressable = addressable || isPtr
		t = st.Field(i).Type()
	}
	return x
}

// mirror spells a struct with the layout of st and the field names F0, F1 …
func (l *lowerer) mirror(st *types.Struct) string {
	var b strings.Builder
	b.WriteString("struct{")
	for i := range st.NumFields() {
		fmt.Fprintf(&b, "F%d %s; ", i, l.w.typ(st.Field(i).Type()))
	}
	return b.String() + "}"
}

// composite renders a composite literal, whose address is taken if elided is &;
// one of a struct that has fields of another unit is written as its mirror.
func (l *lowerer) composite(n *ast.CompositeLit, elided string) string {
	t := l.info.TypeOf(n)
	if p, ok := types.Unalias(t).Underlying().(*types.Pointer); ok && n.Type == nil {
		t, elided = p.Elem(), "&" // &T elided in a list of *T
	}
	st, ok := types.Unalias(t).Underlying().(*types.Struct)
	if !ok || !l.foreign(st) || len(n.Elts) == 0 {
		return l.children(n, nil)
	}
	var b strings.Builder
	spelled, _ := l.w.text(t)
	if elided == "&" {
		fmt.Fprintf(&b, "ꞩrt.MirrorPtr[%s](&%s", spelled, l.mirror(st))
	} else {
		fmt.Fprintf(&b, "ꞩrt.Mirror[%s](%s", spelled, l.mirror(st))
	}
	at := n.Lbrace
	for _, e := range n.Elts {
		b.WriteString(l.text(at, e.Pos()))
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			for i := range st.NumFields() {
				if id, ok := kv.Key.(*ast.Ident); ok && st.Field(i).Name() == id.Name {
					fmt.Fprintf(&b, "F%d", i)
				}
			}
			b.WriteString(l.text(kv.Key.End(), kv.Value.Pos()) + l.render(kv.Value))
		} else {
			b.WriteString(l.render(e))
		}
		at = e.End()
	}
	b.WriteString(l.text(at, n.End()) + ")")
	return b.String()
}

// foreign reports whether the struct has a field that this unit may not name.
func (l *lowerer) foreign(st *types.Struct) bool {
	for i := range st.NumFields() {
		if f := st.Field(i); !f.Exported() && isSession(f) && !l.local(f.Origin().Pos()) {
			return true
		}
	}
	return false
}
