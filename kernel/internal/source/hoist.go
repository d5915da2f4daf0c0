package source

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// hoist turns the cell's variable definitions into declarations of the package,
// so that its functions see them, and returns them with the other statements.
// The statements themselves are not changed: lowering works on their text.
func (k *checker) hoist(ch *Checked) (decls []ast.Decl, body []ast.Stmt) {
	seen := map[string]bool{}
	for i, st := range k.cell.stmts {
		ids := defined(st)
		if len(ids) == 0 {
			body = append(body, st)
			continue
		}
		if l, ok := st.(*ast.LabeledStmt); ok {
			st = l.Stmt
		}
		if d, ok := st.(*ast.DeclStmt); ok {
			for _, sp := range d.Decl.(*ast.GenDecl).Specs {
				v := sp.(*ast.ValueSpec)
				k.hideOld(ch, v.Names, v.Values)
				for _, id := range v.Names {
					seen[id.Name] = true
				}
			}
			decls = append(decls, d.Decl)
			continue
		}
		a := st.(*ast.AssignStmt)
		var fresh, lhs []*ast.Ident
		var assigns []ast.Stmt
		for j, id := range ids {
			switch {
			case id.Name == "_":
				lhs = append(lhs, id)
			case seen[id.Name]:
				ch.again[id] = true
				tmp := &ast.Ident{Name: fmt.Sprintf("ꞩtmp%d_%d", i, j), NamePos: id.NamePos}
				lhs = append(lhs, tmp)
				assigns = append(assigns, &ast.AssignStmt{Lhs: []ast.Expr{id}, TokPos: id.Pos(), Tok: token.ASSIGN, Rhs: []ast.Expr{&ast.Ident{Name: tmp.Name, NamePos: id.NamePos}}})
			default:
				fresh, lhs = append(fresh, id), append(lhs, id)
			}
		}
		for _, id := range fresh {
			seen[id.Name] = true
		}
		if len(fresh) == 0 {
			ch.hoistErrs = append(ch.hoistErrs, &Error{Msg: "no new variables on left side of :=", Cell: k.cell, Offset: k.scope.offset(a.TokPos)})
			continue
		}
		k.hideOld(ch, fresh, a.Rhs)
		decls = append(decls, &ast.GenDecl{Tok: token.VAR, TokPos: a.Pos(), Specs: []ast.Spec{&ast.ValueSpec{Names: lhs, Values: a.Rhs}}})
		body = append(body, assigns...)
	}
	return decls, body
}

const oldPrefix = "Ꞩold_"

// hideOld makes x in x := x + 1 the variable x of an earlier cell, and url in url, err := url.Parse(s) the package.
func (k *checker) hideOld(ch *Checked, ids []*ast.Ident, values []ast.Expr) {
	names := map[string]bool{}
	for _, id := range ids {
		names[id.Name] = true
	}
	for _, x := range values {
		ast.Inspect(x, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				ast.Inspect(n.X, func(n ast.Node) bool { k.hideIdent(ch, names, n); return true })
				return false
			default:
				k.hideIdent(ch, names, n)
			}
			return true
		})
	}
}

func (k *checker) hideIdent(ch *Checked, names map[string]bool, n ast.Node) {
	id, ok := n.(*ast.Ident)
	if !ok {
		return
	}
	name := id.Name
	switch v := k.scope.vars[name]; {
	case !names[name]:
	case v != nil:
		ch.hidden[oldPrefix+name] = v.Obj
		ch.rename(id)
	case k.scope.decls[name] == nil:
		path := wellKnown[name]
		if i := k.scope.imports[name]; i != nil {
			path = i.Path
		}
		if path == "" {
			return
		}
		if _, err := k.scope.Import(path); err == nil {
			ch.imps[oldPrefix+name] = &Import{Name: oldPrefix + name, Path: path, cell: k.cell}
			ch.rename(id)
		}
	}
}

// vars finds the variables the cell defines. It reports whether one has another
// type than before, so that what uses it must be checked again.
func (k *checker) vars(ch *Checked) (again bool) {
	for _, st := range k.cell.stmts {
		for _, id := range defined(st) {
			if id.Name == "_" || ch.again[id] {
				continue
			}
			obj, ok := ch.info.Defs[id].(*types.Var)
			if !ok {
				continue
			}
			v := &Var{Name: id.Name, Obj: obj, Cell: k.cell}
			ch.defs[id] = v
			ch.Vars = append(ch.Vars, v)
			old := k.scope.vars[id.Name]
			if old != nil && !types.Identical(old.Obj.Type(), obj.Type()) && !k.stale[id.Name] && k.used(id.Name) {
				k.stale[id.Name] = true
				again = true
			}
		}
	}
	return again
}

// used reports whether an earlier declaration uses the name.
func (k *checker) used(name string) bool {
	for _, d := range k.scope.decls {
		if d.uses[name] && d.Unit != nil || d.uses[name] {
			return true
		}
	}
	return false
}

// earlyUses refuses statements that use a variable before the cell defines it,
// unless the session has one of that name and type.
func (ch *Checked) earlyUses() (errs []*Error) {
	if ch.declOnly() || ch.Cell.Program {
		return nil
	}
	mine := map[types.Object]*Var{}
	for _, v := range ch.Vars {
		mine[v.Obj] = v
	}
	for _, st := range ch.Cell.stmts {
		ast.Inspect(st, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncLit:
				return false
			case *ast.Ident:
				v := mine[ch.info.Uses[n]]
				if v == nil || n.Pos() >= v.Obj.Pos() {
					return true
				}
				if old := ch.scope.vars[v.Name]; old != nil && types.Identical(old.Obj.Type(), v.Obj.Type()) {
					return true
				}
				_, off := ch.scope.position(n.Pos())
				errs = append(errs, &Error{Msg: v.Name + " is used before this cell defines it", Cell: ch.Cell, Offset: off})
			}
			return true
		})
	}
	return errs
}

// lose gives up the earlier declaration or method at pos, which does not compile
// any more; false if there is none.
func (k *checker) lose(set *declSet, pos token.Pos, c *Cell, msg string) bool {
	in := func(n ast.Node) bool { return n.Pos() <= pos && pos < n.End() }
	for _, d := range set.decls {
		for _, m := range d.methods {
			if in(m.node) && m.cell != k.cell {
				k.cut[m.node] = fmt.Sprintf("method %s of %s (%s) does not fit the new declarations and is gone: %s", m.node.Name.Name, d.Name, c.Label, msg)
				return true
			}
		}
		if d.old != nil && d.cell != k.cell && in(d.node) {
			k.lost[d.old] = fmt.Sprintf("%s (%s) does not compile with the new declarations and is gone: %s", d.Name, c.Label, msg)
			return true
		}
	}
	return false
}

// finish fills in what the checker found.
func (k *checker) finish(ch *Checked, set *declSet) {
	s := k.scope
	ch.Decls, ch.c = set.decls, k.c
	if len(k.cell.decls) > 0 { // others are not looked at again
		k.cell.imps = ch.imps
	}
	top := ch.top
	byName := map[string]*Decl{}
	for _, d := range set.decls {
		d.info, d.unused, d.uses, d.objs = ch.info, ch.unused, map[string]bool{}, nil
		for _, n := range d.names() {
			if o := top.Lookup(n); o != nil {
				d.objs = append(d.objs, o)
			}
			byName[n] = d
		}
		nodes := []ast.Node{d.node}
		for _, m := range d.methods {
			nodes = append(nodes, m.node)
		}
		for _, n := range nodes {
			ast.Inspect(n, func(n ast.Node) bool {
				if id, ok := n.(*ast.Ident); ok {
					if o := ch.info.Uses[id]; o != nil {
						if _, isPkg := o.(*types.PkgName); isPkg || o.Parent() == top || isTop(o) || byDot(o) && top.Lookup(o.Name()) == o {
							d.uses[o.Name()] = true
						}
					}
				}
				return true
			})
		}
		for _, n := range d.names() {
			delete(d.uses, n)
		}
	}
	lookup := func(n string) *Decl {
		if d := byName[n]; d != nil {
			return d
		}
		return s.decls[n]
	}
	for _, d := range set.decls {
		d.Gen = s.gen(d, lookup)
	}
	for _, v := range ch.Vars {
		v.Slot = s.slot(v.Name, v.Obj.Type(), lookup)
	}
	for _, name := range sortedNames(ch.kept) {
		old := ch.kept[name]
		obj, ok := top.Lookup(name).(*types.Var)
		if !ok || !sameShape(old.Obj.Type(), obj.Type()) {
			ch.Dropped = append(ch.Dropped, old)
			continue
		}
		now := &Var{Name: name, Obj: obj, Cell: old.Cell, Slot: s.slot(name, obj.Type(), lookup)}
		if now.Slot != old.Slot {
			ch.Moved = append(ch.Moved, [2]string{now.Slot, old.Slot})
		}
		ch.kept[name] = now
	}
	for _, v := range ch.Dropped {
		delete(ch.kept, v.Name)
		ch.Notices = append(ch.Notices, &Error{Msg: fmt.Sprintf("variable %s is gone: its type has another shape now", v.Name), Soft: true})
	}
	for d := range k.lost {
		ch.gone = append(ch.gone, d)
	}
	ch.why = k.lost
	ch.order = k.cell.stmts
	if ch.declOnly() {
		ch.order = ch.initOrder()
	}
}

// gen hashes what d says and all it leads to.
func (s *Scope) gen(d *Decl, lookup func(string) *Decl) string {
	seen := map[*Decl]bool{}
	var texts []string
	var walk func(d *Decl)
	walk = func(d *Decl) {
		if d == nil || seen[d] {
			return
		}
		seen[d] = true
		texts = append(texts, d.text(s))
		for _, n := range sortedNames(d.uses) {
			walk(lookup(n))
		}
	}
	walk(d)
	return hash(texts)
}

// slot returns the key of a variable's slot: its name and its type.
func (s *Scope) slot(name string, t types.Type, lookup func(string) *Decl) string {
	w := &typeWriter{imports: map[string]string{}}
	w.named = func(o *types.TypeName) string {
		if d := lookup(o.Name()); d != nil {
			return o.Name() + "#" + d.Gen
		}
		return o.Name()
	}
	text, _ := w.text(t)
	return name + "@" + text + w.importDecls()
}

// sameShape reports whether values of two versions of a type have one layout.
func sameShape(a, b types.Type) bool {
	seen := map[string]bool{}
	var shape func(t types.Type) string
	shape = func(t types.Type) string {
		w := &typeWriter{imports: map[string]string{}}
		w.named = func(o *types.TypeName) string {
			if seen[o.Name()] {
				return o.Name()
			}
			seen[o.Name()] = true
			return o.Name() + "(" + shape(o.Type().Underlying()) + ")"
		}
		text, _ := w.text(t)
		return text
	}
	left := shape(a)
	clear(seen)
	return left == shape(b)
}

// alone splits a declaration into specifications of one variable each, or of
// those that one call defines.
func alone(g *ast.GenDecl) (out []ast.Spec) {
	for _, sp := range g.Specs {
		v := sp.(*ast.ValueSpec)
		if len(v.Values) != len(v.Names) {
			out = append(out, v)
			continue
		}
		for i, id := range v.Names {
			out = append(out, &ast.ValueSpec{Names: []*ast.Ident{id}, Type: v.Type, Values: v.Values[i : i+1]})
		}
	}
	return out
}

// initOrder puts variable declarations in the order in which Go initialises them.
func (ch *Checked) initOrder() []ast.Stmt {
	place := map[types.Object]int{}
	var all, out []ast.Stmt
	for _, st := range ch.Cell.stmts {
		for _, sp := range alone(st.(*ast.DeclStmt).Decl.(*ast.GenDecl)) {
			st := &ast.DeclStmt{Decl: &ast.GenDecl{Tok: token.VAR, TokPos: sp.Pos(), Specs: []ast.Spec{sp}}}
			for _, id := range defined(st) {
				if o := ch.info.Defs[id]; o != nil {
					place[o] = len(all)
				}
			}
			all = append(all, st)
		}
	}
	done := map[int]bool{}
	add := func(i int) {
		if !done[i] {
			done[i] = true
			out = append(out, all[i])
		}
	}
	for i, st := range all { // without a value: zero from the start
		if len(st.(*ast.DeclStmt).Decl.(*ast.GenDecl).Specs[0].(*ast.ValueSpec).Values) == 0 {
			add(i)
		}
	}
	for _, init := range ch.info.InitOrder {
		for _, v := range init.Lhs {
			if i, ok := place[v]; ok {
				add(i)
			}
		}
	}
	for i := range all {
		add(i)
	}
	return out
}

// Commit makes what the cell declares known to later cells.
func (ch *Checked) Commit() {
	s := ch.scope
	if ch.c != nil {
		s.c = *ch.c
	}
	for _, d := range ch.gone {
		for _, n := range d.names() {
			if s.decls[n] == d {
				delete(s.decls, n)
				s.broken[n] = ch.why[d]
			}
		}
	}
	for name, i := range ch.imps {
		if !strings.HasPrefix(name, oldPrefix) {
			s.imports[name] = i
		}
	}
	for name := range ch.ownImports() {
		delete(s.decls, name)
		delete(s.vars, name)
		delete(s.broken, name)
	}
	for name := range newNames(ch.Cell).all {
		delete(s.imports, name)
	}
	s.dots = ch.dots
	for _, d := range ch.Decls {
		for _, n := range d.names() {
			s.decls[n] = d
			delete(s.vars, n)
			delete(s.broken, n)
		}
	}
	for _, v := range ch.Dropped {
		if s.vars[v.Name] == v {
			delete(s.vars, v.Name)
		}
	}
	for name, v := range ch.kept {
		s.vars[name] = v
	}
	for _, v := range ch.Vars {
		s.vars[v.Name] = v
		delete(s.decls, v.Name)
		delete(s.broken, v.Name)
	}
}
