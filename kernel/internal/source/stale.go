package source

import (
	"go/ast"
	"go/scanner"
	"go/token"
	"slices"
	"strings"
)

// A Graph knows which cell's statements used which names of which other cells.
// Cells go by the ids that the front end gives them. A cell is stale when a cell
// it used, directly or through a function, was deleted or has since run with
// another definition of the name, or is stale itself: what it shows can't come
// from the cells as they are. That a third cell defines the name too makes
// nothing stale, since that cell may stand below.
//
// Assignments in a cell's statements are followed; what functions assign, and
// what goes through pointers, files and the clock, is not.
type Graph struct {
	cells map[string]*node
	vars  map[string][]origin // the cell that defined a variable, then those that assigned to it
}

// A node is a cell as it was run last.
type node struct {
	cell  *Cell
	code  string            // the whole cell, commands too
	gives map[string]string // name → version
	uses  []origin
}

// An origin is a cell's part in what a name means.
type origin struct{ name, id, label, version string }

// A Stale cell, and why it is so.
type Stale struct {
	ID    string
	Label string // what the reader calls it: "cell [3]"
	Code  string // the whole cell, commands too
	Why   string // "used double of cell [1], which has changed"
}

// NewGraph returns a graph without cells.
func NewGraph() *Graph { return &Graph{cells: map[string]*node{}, vars: map[string][]origin{}} }

// Ran takes in a cell that was checked and committed; code is all of it.
func (g *Graph) Ran(ch *Checked, code string) {
	n := &node{cell: ch.Cell, code: code, gives: ch.declares()}
	for _, name := range ch.uses() {
		n.uses = append(n.uses, g.origins(ch, name)...)
	}
	version := n.version()
	own := origin{id: ch.Cell.ID, label: ch.Cell.Label, version: version}
	for _, name := range ch.assigns() {
		own.name = name
		g.vars[name] = append(slices.DeleteFunc(slices.Clone(g.vars[name]), func(o origin) bool { return o.id == own.id }), own)
		n.gives[name] = version
	}
	for _, v := range ch.Vars {
		own.name = v.Name
		g.vars[v.Name] = []origin{own}
		n.gives[v.Name] = version
	}
	if ch.Cell.ID != "" {
		g.cells[ch.Cell.ID] = n
	}
}

// Delete forgets cells that the reader has deleted.
func (g *Graph) Delete(ids []string) {
	for _, id := range ids {
		delete(g.cells, id)
	}
}

// Stale lists the stale cells in the order in which to run them again: that in
// which they were run, but none before one that it uses.
func (g *Graph) Stale() []Stale {
	var all []Stale
	stale := map[string]bool{}
	for grown := true; grown; {
		grown = false
		for id, n := range g.cells {
			if !stale[id] && g.why(id, n, stale) != "" {
				stale[id], grown = true, true
			}
		}
	}
	for id := range stale {
		n := g.cells[id]
		all = append(all, Stale{id, n.cell.Label, n.code, g.why(id, n, stale)})
	}
	slices.SortFunc(all, func(a, b Stale) int { // by number: [9] before [10]
		if d := len(a.Label) - len(b.Label); d != 0 {
			return d
		}
		return strings.Compare(a.Label, b.Label)
	})
	var out []Stale
	var add func(s Stale)
	add = func(s Stale) {
		if !stale[s.ID] {
			return
		}
		delete(stale, s.ID)
		for _, u := range g.cells[s.ID].uses {
			for _, before := range all {
				if before.ID == u.id {
					add(before)
				}
			}
		}
		out = append(out, s)
	}
	for _, s := range all {
		add(s)
	}
	return out
}

// why says why a cell is stale, "" if it isn't.
func (g *Graph) why(id string, n *node, stale map[string]bool) string {
	for _, u := range n.uses {
		if u.id == id || u.id == "" {
			continue
		}
		at := g.cells[u.id]
		if at == nil {
			return "used " + u.name + " of " + u.label + ", which was deleted"
		}
		from := "used " + u.name + " of " + at.cell.Label
		switch at.gives[u.name] {
		case "":
			return from + ", which does not define it any more"
		case u.version:
			if stale[u.id] {
				return from + ", which is stale"
			}
		default:
			return from + ", which has changed"
		}
	}
	return ""
}

// version stands for what the cell says and what it used.
func (n *node) version() string {
	parts := []string{tokens(n.cell.Text)}
	for _, u := range n.uses {
		parts = append(parts, u.name, u.id, u.version)
	}
	return hash(parts)
}

// tokens is Go source without its comments and white space.
func tokens(text string) string {
	var s scanner.Scanner
	s.Init(token.NewFileSet().AddFile("", -1, len(text)), []byte(text), nil, 0)
	var b strings.Builder
	for {
		_, tok, lit := s.Scan()
		if tok == token.EOF {
			return b.String()
		}
		if tok != token.SEMICOLON { // most stand for the end of a line
			b.WriteString(tok.String() + " " + lit + "\n")
		}
	}
}

// origins lists the cells that make a name what it is: those that declare it and
// all it leads to, and those that assign to the variables among them.
func (g *Graph) origins(ch *Checked, name string) (out []origin) {
	if old, ok := strings.CutPrefix(name, oldPrefix); ok {
		return g.vars[old]
	}
	seen := map[string]bool{}
	for _, v := range ch.Vars {
		seen[v.Name] = true // the cell's own
	}
	var walk func(name string)
	walk = func(name string) {
		if seen[name] {
			return
		}
		seen[name] = true
		d := ch.scope.decls[name]
		if d == nil {
			out = append(out, g.vars[name]...)
			return
		}
		for _, c := range d.cells() {
			out = append(out, origin{name, c.ID, c.Label, ch.scope.part(d, c)})
		}
		for _, n := range sortedNames(d.uses) {
			walk(n)
		}
	}
	walk(name)
	return out
}

// cells lists those that hold a part of the declaration: a type's methods may
// stand in others than the type.
func (d *Decl) cells() []*Cell {
	out := []*Cell{d.cell}
	for _, m := range d.methods {
		if !slices.Contains(out, m.cell) {
			out = append(out, m.cell)
		}
	}
	return out
}

// part names what one cell says of the declaration.
func (s *Scope) part(d *Decl, c *Cell) string {
	var texts []string
	if d.cell == c {
		texts = append(texts, s.nodeText(c, d.node))
	}
	for _, m := range d.methods {
		if m.cell == c {
			texts = append(texts, s.nodeText(c, m.node))
		}
	}
	for i, t := range texts {
		texts[i] = tokens(t)
	}
	slices.Sort(texts)
	return hash(texts)
}

// declares returns the versions of what the cell declares, or declares again.
func (ch *Checked) declares() map[string]string {
	out := map[string]string{}
	for _, d := range ch.scope.decls {
		for _, c := range d.cells() {
			if c == ch.Cell || c.ID != "" && c.ID == ch.Cell.ID && c.Key == ch.Cell.Key {
				for _, n := range d.names() {
					out[n] = ch.scope.part(d, c)
				}
			}
		}
	}
	return out
}

// Defines lists the names that a cell's Go declares at its top level, sorted;
// nothing where it can't be parsed.
func Defines(text string) []string {
	s := &Scope{fset: token.NewFileSet(), files: map[*token.File]*Cell{}}
	c, errs := s.Parse(text, "")
	if len(errs) > 0 {
		return nil
	}
	return sortedNames(newNames(c).all)
}

// uses lists the session's names that the cell's statements use, sorted.
func (ch *Checked) uses() []string {
	names := map[string]bool{}
	ch.inBody(func(n ast.Node) {
		if id, ok := n.(*ast.Ident); ok {
			if o := ch.info.Uses[id]; o != nil && (o.Parent() == ch.top || isTop(o)) {
				names[o.Name()] = true
			}
		}
	})
	return sortedNames(names)
}

// assigns lists the variables of earlier cells that the cell's statements assign
// to, in whole or in part, sorted.
func (ch *Checked) assigns() []string {
	names := map[string]bool{}
	to := func(x ast.Expr) {
		if id := root(x); id != nil && ch.scope.vars[id.Name] != nil {
			if o := ch.info.Uses[id]; o != nil && (o.Parent() == ch.top || isTop(o)) {
				names[id.Name] = true
			}
		}
	}
	ch.inBody(func(n ast.Node) {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, x := range n.Lhs {
				to(x)
			}
		case *ast.IncDecStmt:
			to(n.X)
		case *ast.RangeStmt:
			to(n.Key)
			to(n.Value)
		}
	})
	return sortedNames(names)
}

// root is the name that x begins with: a of a.b[i], the variable that an
// assignment changes, and T of *T[K, V], the type of a receiver.
func root(x ast.Expr) *ast.Ident {
	for {
		switch y := x.(type) {
		case *ast.Ident:
			return y
		case *ast.SelectorExpr:
			x = y.X
		case *ast.IndexExpr:
			x = y.X
		case *ast.IndexListExpr:
			x = y.X
		case *ast.StarExpr:
			x = y.X
		case *ast.ParenExpr:
			x = y.X
		default:
			return nil
		}
	}
}

// inBody visits what runs when the cell runs.
func (ch *Checked) inBody(visit func(ast.Node)) {
	each := func(n ast.Node) bool { visit(n); return true }
	for _, st := range ch.Cell.stmts {
		ast.Inspect(st, each)
	}
	for _, f := range ch.funcs {
		ast.Inspect(f, each)
	}
}
