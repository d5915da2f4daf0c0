package source

import (
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"sort"
	"strings"
)

// A Checked cell is well typed and ready to be lowered.
type Checked struct {
	Cell    *Cell
	Notices []*Error    // unused names and imports, declarations that broke
	Value   ast.Expr    // whose value is shown, nil for none
	Decls   []*Decl     // new, changed or made stale by this cell; their Unit is nil
	Vars    []*Var      // defined by this cell, in order of their definition
	Moved   [][2]string // slots that keep their heap cell under a new key: new, old
	Dropped []*Var      // variables lost because their type changed shape

	scope     *Scope
	info      *types.Info
	types     *types.Package
	top       *types.Scope            // of this check
	defs      map[*ast.Ident]*Var     // defining occurrence → variable
	again     map[*ast.Ident]bool     // defined before in this cell: an assignment
	unused    []types.Object          // local variables without use
	funcs     []*ast.FuncDecl         // init, main and blank functions: part of the body
	imps      map[string]*Import      // imports this cell sees
	dots      []*Import               // dot imports it sees, the latest last
	hidden    map[string]types.Object // "Ꞩold_x": the variable x of an earlier cell
	renamed   []*ast.Ident            // that mean them
	oldVars   map[types.Object]*Var
	kept      map[string]*Var // earlier variables whose type was compiled again
	gone      []*Decl         // earlier declarations that do not compile any more
	why       map[*Decl]string
	hoistErrs []*Error
	order     []ast.Stmt  // the statements in order of execution
	parsed    []*ast.File // what was checked
	c         *cCode      // the session's C code, nil if it is as it was
}

// Check type-checks a parsed cell against the session. It changes nothing;
// [Checked.Commit] does. Errors come all at once, in order of their places.
func (s *Scope) Check(c *Cell) (*Checked, []*Error) {
	k := &checker{scope: s, cell: c, extra: map[string]*Import{}, lost: map[*Decl]string{}, cut: map[*ast.FuncDecl]string{}, stale: map[string]bool{}}
	if errs := k.useC(); len(errs) > 0 {
		return nil, errs
	}
	if f := c.bodyless(); f != nil {
		return nil, []*Error{{Msg: "function " + f.Name.Name + " has no body: what needs assembly or //go:linkname belongs in a package; import that", Cell: c, Offset: s.offset(f.Name.Pos())}}
	}
	for range 8 { // a round more for each kind of repair
		ch, errs, again := k.round()
		if !again {
			sort.SliceStable(errs, func(i, j int) bool { return errs[i].Offset < errs[j].Offset })
			return ch, errs
		}
	}
	return nil, []*Error{{Msg: "this cell could not be checked against the session; please restart the kernel", Cell: c}}
}

// A checker checks one cell, in rounds: each finds what the next must include.
type checker struct {
	c     *cCode  // the session's C code if the cell adds to it
	added []*Decl // declarations that came by themselves
	scope *Scope
	cell  *Cell
	extra map[string]*Import       // imports added by themselves
	lost  map[*Decl]string         // old declarations that do not compile any more → why
	cut   map[*ast.FuncDecl]string // methods of other cells that do not fit their type any more → why
	stale map[string]bool          // names whose type this cell changes
}

func (k *checker) round() (ch *Checked, errs []*Error, again bool) {
	s, c := k.scope, k.cell
	ch = newChecked(s, c)
	if errs := ch.addImports(k.extra); len(errs) > 0 {
		return nil, errs, false
	}
	raw, set := k.types(ch)
	errs, again = k.sort(ch, set, raw)
	errs = append(errs, ch.hoistErrs...)
	if again || len(errs) > 0 {
		return nil, errs, again
	}
	if errs := ch.findValue(); len(errs) > 0 {
		return nil, errs, false
	}
	if k.vars(ch) {
		return nil, nil, true
	}
	if errs := append(ch.earlyUses(), ch.embedErrors()...); len(errs) > 0 {
		return nil, errs, false
	}
	k.finish(ch, set)
	return ch, nil, false
}

func newChecked(s *Scope, c *Cell) *Checked {
	return &Checked{Cell: c, scope: s, defs: map[*ast.Ident]*Var{}, again: map[*ast.Ident]bool{},
		imps: map[string]*Import{}, hidden: map[string]types.Object{}, oldVars: map[types.Object]*Var{},
		info: &types.Info{
			Scopes: map[ast.Node]*types.Scope{},
			Types:  map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
			Selections: map[*ast.SelectorExpr]*types.Selection{}, Implicits: map[ast.Node]types.Object{},
			Instances: map[*ast.Ident]types.Instance{},
		}}
}

// types runs the type checker over the cell and what it makes stale.
func (k *checker) types(ch *Checked) (raw []types.Error, set *declSet) {
	s := k.scope
	s.emptyPackage()
	ch.types = s.pkg
	news := k.news(ch)
	set = k.collect(news)
	files := k.files(ch, set)
	ch.parsed = files
	for name, d := range s.decls {
		if !set.named[name] && k.lost[d] == "" && !(news.all[name] && !set.same[name]) {
			for _, o := range d.objs {
				if o.Name() == name {
					ch.types.Scope().Insert(o)
				}
			}
		}
	}
	for name, v := range s.vars {
		ch.oldVars[v.Obj] = v
		if !news.all[name] && !set.moved[name] {
			ch.types.Scope().Insert(v.Obj)
		}
	}
	for name, o := range ch.hidden {
		ch.types.Scope().Insert(types.NewVar(o.Pos(), o.Pkg(), name, o.Type()))
		ch.oldVars[ch.types.Scope().Lookup(name)] = ch.oldVars[o]
	}
	ch.addDots(files, func(name string) bool { return news.all[name] || set.named[name] || set.moved[name] })
	conf := &types.Config{Importer: scopeImporter{s}, Sizes: sizes(), GoVersion: "go1.26", FakeImportC: true,
		Error: func(err error) {
			var e types.Error
			if errors.As(err, &e) {
				raw = append(raw, e)
			}
		}}
	if why := typeCheck(types.NewChecker(conf, s.fset, ch.types, ch.info), files); why != nil {
		raw = append(raw, types.Error{Fset: s.fset, Pos: s.start(k.cell), Msg: why.Error()})
	}
	ch.top = ch.types.Scope()
	for _, id := range ch.renamed {
		id.Name = strings.TrimPrefix(id.Name, oldPrefix)
	}
	return raw, set
}

// typeCheck runs the checker; a fault of its own becomes an error of the cell.
func typeCheck(c *types.Checker, files []*ast.File) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("the type checker failed on this cell (%v); please write it otherwise and report this", v)
		}
	}()
	c.Files(files)
	return nil
}

func (s *Scope) offset(p token.Pos) int {
	_, off := s.position(p)
	if f := s.fset.File(p); f != nil && off == 0 {
		off = max(0, f.Offset(p)-len(declHeader))
	}
	return off
}

// names are what a cell declares at its top level.
type names struct {
	all  map[string]bool
	vars map[string]bool
}

func newNames(c *Cell) names {
	n := names{map[string]bool{}, map[string]bool{}}
	add := func(id *ast.Ident, isVar bool) {
		if id.Name != "_" {
			n.all[id.Name] = true
			if isVar {
				n.vars[id.Name] = true
			}
		}
	}
	for _, d := range c.decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil && d.Name.Name != "init" && d.Name.Name != "main" {
				add(d.Name, false)
			}
		case *ast.GenDecl:
			for _, sp := range d.Specs {
				switch sp := sp.(type) {
				case *ast.TypeSpec:
					add(sp.Name, false)
				case *ast.ValueSpec:
					for _, id := range sp.Names {
						add(id, false)
					}
				}
			}
		}
	}
	for _, st := range c.stmts {
		for _, id := range defined(st) {
			add(id, true)
		}
	}
	return n
}

// defined lists the names a top-level statement defines or, with :=, may define.
func defined(st ast.Stmt) (ids []*ast.Ident) {
	switch st := st.(type) {
	case *ast.LabeledStmt:
		return defined(st.Stmt)
	case *ast.AssignStmt:
		if st.Tok == token.DEFINE {
			for _, x := range st.Lhs {
				if id, ok := x.(*ast.Ident); ok {
					ids = append(ids, id)
				}
			}
		}
	case *ast.DeclStmt:
		if g, ok := st.Decl.(*ast.GenDecl); ok && g.Tok == token.VAR {
			for _, sp := range g.Specs {
				ids = append(ids, sp.(*ast.ValueSpec).Names...)
			}
		}
	}
	return ids
}

// sort turns the type checker's errors into errors of the cell and notices, and
// says whether the cell must be checked again with something mended.
func (k *checker) sort(ch *Checked, set *declSet, raw []types.Error) (errs []*Error, again bool) {
	for _, e := range raw {
		c, off := k.scope.position(e.Pos)
		msg := strings.ReplaceAll(e.Msg, "\t", " ")
		switch {
		case c == nil:
			if i := strings.Index(msg, "imported and not used"); i < 0 {
				errs = append(errs, &Error{Msg: msg, Cell: k.cell})
			}
		case strings.Contains(msg, "imported and not used") || strings.Contains(msg, "imported as "):
			if c == k.cell && k.isOwnImport(off) && len(c.decls)+len(c.stmts) > 0 { // imports alone are for later cells
				ch.Notices = append(ch.Notices, &Error{Msg: msg, Cell: c, Offset: off, Soft: true})
			}
		case strings.HasPrefix(msg, "declared and not used: "):
			ch.Notices = append(ch.Notices, &Error{Msg: msg, Cell: c, Offset: off, Soft: true})
			ch.unused = append(ch.unused, ch.objectAt(e.Pos))
		case strings.HasPrefix(msg, "initialization cycle") && len(k.cell.stmts) > 0 && !k.cell.Program && !ch.declOnly():
		case strings.HasSuffix(msg, "is not used") && ch.lastExpr() != nil && e.Pos >= ch.lastExpr().Pos() && e.Pos < ch.lastExpr().End():
		case c != k.cell:
			if k.lose(set, e.Pos, c, msg) {
				again = true
				continue
			}
			errs = append(errs, &Error{Msg: msg, Cell: c, Offset: off})
		default:
			if name, ok := strings.CutPrefix(msg, "undefined: "); ok {
				if k.autoImport(ch, name, e.Pos) {
					again = true
					continue
				}
				if why := k.scope.broken[name]; why != "" {
					msg += " (" + why + ")"
				} else {
					msg += ch.suggest(name, e.Pos)
				}
			} else if strings.Contains(msg, " undefined (type ") && !strings.Contains(msg, "but does have") {
				msg += ch.suggestMember(e.Pos)
			}
			errs = append(errs, &Error{Msg: readableC(strings.ReplaceAll(msg, "Ꞩold_", "")), Cell: c, Offset: off, Soft: false})
		}
	}
	if again {
		return nil, true
	}
	for _, why := range slices.Sorted(maps.Values(k.lost)) {
		ch.Notices = append(ch.Notices, &Error{Msg: why, Soft: true})
	}
	for _, why := range slices.Sorted(maps.Values(k.cut)) {
		ch.Notices = append(ch.Notices, &Error{Msg: why, Soft: true})
	}
	return errs, false
}

func (ch *Checked) objectAt(pos token.Pos) types.Object {
	for id, o := range ch.info.Defs {
		if id.Pos() == pos {
			return o
		}
	}
	for _, o := range ch.info.Implicits {
		if o.Pos() == pos {
			return o
		}
	}
	return nil
}

// declOnly reports whether the cell has no statements but variable declarations.
func (ch *Checked) declOnly() bool {
	for _, st := range ch.Cell.stmts {
		if d, ok := st.(*ast.DeclStmt); !ok || d.Decl.(*ast.GenDecl).Tok != token.VAR {
			return false
		}
	}
	return true
}

func (ch *Checked) lastExpr() ast.Expr {
	if n := len(ch.Cell.stmts); n > 0 {
		if x, ok := ch.Cell.stmts[n-1].(*ast.ExprStmt); ok {
			return x.X
		}
	}
	return nil
}

// findValue decides whose value the cell shows.
func (ch *Checked) findValue() []*Error {
	x := ch.lastExpr()
	if x == nil || ch.Cell.quiet {
		return nil
	}
	tv, ok := ch.info.Types[x]
	if !ok || tv.IsVoid() || tv.IsType() || tv.IsBuiltin() {
		return nil
	}
	if b, ok := tv.Type.(*types.Basic); ok && b.Kind() == types.UntypedNil {
		return nil
	}
	if isPrint(ch, x) {
		return nil
	}
	if t, ok := tv.Type.(*types.Tuple); ok && t.Len() == 0 {
		return nil
	}
	ch.Value = x
	return nil
}

// isPrint reports whether x calls a function of fmt that prints: its byte count
// and error are nobody's result.
func isPrint(ch *Checked, x ast.Expr) bool {
	call, ok := ast.Unparen(x).(*ast.CallExpr)
	if !ok {
		return false
	}
	name, _ := call.Fun.(*ast.Ident)
	if sel, ok := call.Fun.(*ast.SelectorExpr); ok {
		name = sel.Sel
	}
	f, ok := ch.info.Uses[name].(*types.Func)
	return ok && f.Pkg() != nil && f.Pkg().Path() == "fmt" && (strings.HasPrefix(f.Name(), "Print") || strings.HasPrefix(f.Name(), "Fprint"))
}
