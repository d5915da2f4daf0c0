package source

import (
	"fmt"
	"go/types"
	"strconv"
	"strings"
)

// A typeWriter spells types as Go source.
type typeWriter struct {
	named   func(*types.TypeName) string // how to spell a type of the session
	imports map[string]string            // path → name under which the file imports it
	taken   map[string]string            // names the file already uses for imports, by path
	fields  func(*types.Var) string      // how to spell a struct field, nil for its name
	bad     bool
}

// text returns t as Go source; false if it can't be spelled outside its package.
func (w *typeWriter) text(t types.Type) (string, bool) {
	w.bad = false
	s := w.typ(t)
	return s, !w.bad
}

// pkg returns the name under which the file must import a package.
func (w *typeWriter) pkg(p *types.Package) string {
	if n, ok := w.taken[p.Path()]; ok {
		return n
	}
	if n, ok := w.imports[p.Path()]; ok {
		return n
	}
	n := fmt.Sprintf("ꞩp%d", len(w.imports))
	w.imports[p.Path()] = n
	return n
}

func (w *typeWriter) importDecls() string {
	var b strings.Builder
	for _, path := range sortedNames(w.imports) {
		fmt.Fprintf(&b, "import %s %s\n", w.imports[path], strconv.Quote(path))
	}
	return b.String()
}

func isSession(o types.Object) bool { return o.Pkg() != nil && o.Pkg().Path() == "main" }

// isTop reports whether o is declared at the top level of the session.
func isTop(o types.Object) bool {
	return isSession(o) && o.Parent() != nil && o.Parent().Parent() == types.Universe
}

func (w *typeWriter) typ(t types.Type) string {
	switch t := t.(type) {
	case *types.Basic:
		if t.Kind() == types.UnsafePointer {
			return w.pkg(types.Unsafe) + ".Pointer"
		}
		if t.Info()&types.IsUntyped != 0 {
			return w.typ(types.Default(t))
		}
		return t.Name()
	case *types.Pointer:
		return "*" + w.typ(t.Elem())
	case *types.Slice:
		return "[]" + w.typ(t.Elem())
	case *types.Array:
		return "[" + strconv.FormatInt(t.Len(), 10) + "]" + w.typ(t.Elem())
	case *types.Map:
		return "map[" + w.typ(t.Key()) + "]" + w.typ(t.Elem())
	case *types.Chan:
		switch t.Dir() {
		case types.SendOnly:
			return "chan<- " + w.typ(t.Elem())
		case types.RecvOnly:
			return "<-chan " + w.typ(t.Elem())
		}
		return "chan (" + w.typ(t.Elem()) + ")"
	case *types.Signature:
		return "func" + w.signature(t)
	case *types.Struct:
		return w.structType(t)
	case *types.Interface:
		return w.interfaceType(t)
	case *types.Named:
		return w.object(t.Obj()) + w.args(t.TypeArgs())
	case *types.Alias:
		if t.Obj().Parent() == types.Universe {
			return t.Obj().Name()
		}
		return w.typ(types.Unalias(t))
	case *types.TypeParam:
		return t.Obj().Name()
	case *types.Union:
		var parts []string
		for i := range t.Len() {
			s := w.typ(t.Term(i).Type())
			if t.Term(i).Tilde() {
				s = "~" + s
			}
			parts = append(parts, s)
		}
		return strings.Join(parts, " | ")
	}
	w.bad = true
	return "any"
}

func (w *typeWriter) object(o *types.TypeName) string {
	switch {
	case o.Pkg() == nil:
		return o.Name()
	case isTop(o):
		return w.named(o)
	case isSession(o): // local to a function
		return o.Name()
	case !o.Exported():
		w.bad = true
	}
	return w.pkg(o.Pkg()) + "." + o.Name()
}

func (w *typeWriter) args(l *types.TypeList) string {
	if l.Len() == 0 {
		return ""
	}
	var parts []string
	for i := range l.Len() {
		parts = append(parts, w.typ(l.At(i)))
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

func (w *typeWriter) tuple(t *types.Tuple, variadic bool) string {
	var parts []string
	for i := range t.Len() {
		v := t.At(i).Type()
		if s, ok := v.(*types.Slice); ok && variadic && i == t.Len()-1 {
			parts = append(parts, "..."+w.typ(s.Elem()))
		} else {
			parts = append(parts, w.typ(v))
		}
	}
	return strings.Join(parts, ", ")
}

func (w *typeWriter) signature(t *types.Signature) string {
	s := "(" + w.tuple(t.Params(), t.Variadic()) + ")"
	switch t.Results().Len() {
	case 0:
		return s
	case 1:
		return s + " " + w.typ(t.Results().At(0).Type())
	}
	return s + " (" + w.tuple(t.Results(), false) + ")"
}

func (w *typeWriter) structType(t *types.Struct) string {
	var b strings.Builder
	b.WriteString("struct{")
	for i := range t.NumFields() {
		f := t.Field(i)
		if i > 0 {
			b.WriteString("; ")
		}
		name := f.Name()
		if w.fields != nil {
			name = w.fields(f)
		} else if !f.Exported() && !isSession(f) {
			w.bad = true
		}
		if !f.Embedded() || w.fields != nil {
			b.WriteString(name + " ")
		}
		b.WriteString(w.typ(f.Type()))
		if tag := t.Tag(i); tag != "" && w.fields == nil {
			b.WriteString(" " + strconv.Quote(tag))
		}
	}
	return b.String() + "}"
}

func (w *typeWriter) interfaceType(t *types.Interface) string {
	if t.NumMethods() == 0 && t.NumEmbeddeds() == 0 {
		return "interface{}"
	}
	var parts []string
	for i := range t.NumExplicitMethods() {
		m := t.ExplicitMethod(i)
		if !m.Exported() && !isSession(m) {
			w.bad = true
		}
		parts = append(parts, methodName(m)+w.signature(m.Type().(*types.Signature)))
	}
	for i := range t.NumEmbeddeds() {
		parts = append(parts, w.typ(t.EmbeddedType(i)))
	}
	return "interface{ " + strings.Join(parts, "; ") + " }"
}

// methodName spells a method: those of the session that are not exported get a
// name that other packages of the session can use.
func methodName(m *types.Func) string {
	if !m.Exported() && isSession(m) && m.Name() != "_" {
		return reserved(m.Name())
	}
	return m.Name()
}

// reserved is the spelling of a name that is not exported in the units of other cells.
func reserved(name string) string { return "Ꞩ" + name }
