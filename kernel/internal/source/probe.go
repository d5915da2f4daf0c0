package source

import (
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"go/types"
	"sort"
	"strings"
)

// A View is what the type checker makes of an unfinished cell at one place.
type View struct {
	Names   []types.Object // visible there, inner ones first
	Fields  []*types.Var   // of the struct whose literal the place is in
	Package *types.Package // before the dot
	Type    types.Type     // of what is before the dot
	IsType  bool           // that is a type, not a value
	Object  types.Object   // named there
	Own     *types.Package // the notebook
	Missing []string       // packages that are not loaded; what they have is not in the view
	Image   *Image         // for gopls; nil if the cell is beyond the checker
}

// placeholder stands for the name that is being typed.
const placeholder = "ꞩhere"

// ViewFor is the view for completing text[start:end], the part of a name that is
// typed so far, maybe none. It changes nothing and loads nothing.
func (s *Scope) ViewFor(text string, start, end int) *View {
	return s.view(text, text[:start]+placeholder+text[end:], start, true)
}

// ViewAt is the view of the name that starts at offset; what it names is Object.
func (s *Scope) ViewAt(text string, offset int) *View { return s.view(text, text, offset, false) }

// view looks at text; typed is the cell as it is.
func (s *Scope) view(typed, text string, offset int, completing bool) (v *View) {
	v = &View{Own: s.pkg}
	load := s.load
	s.load = func([]string) error { return nil } // what is not loaded fails to import
	defer func() {
		s.load = load
		if recover() != nil { // the checker's hooks expect code that parses
			v = &View{Own: s.pkg}
		}
	}()
	c := s.parseUnfinished(text)
	defer func() {
		for f, cell := range s.files {
			if cell == c {
				delete(s.files, f)
				s.fset.RemoveFile(f)
			}
		}
	}()
	k := &checker{scope: s, cell: c, extra: map[string]*Import{}, lost: map[*Decl]string{}, cut: map[*ast.FuncDecl]string{}, stale: map[string]bool{}}
	ch, undefined := k.look()
	for range 2 {
		if !k.addKnown(undefined) {
			break
		}
		ch, undefined = k.look()
	}
	v = &View{Own: s.pkg, Missing: k.missing(ch, undefined)}
	v.find(ch, c.file.Pos(offset+c.prefix), completing)
	v.Image = k.image(ch, typed, undefined)
	return v
}

// parseUnfinished parses what it can of a cell, closing what is open.
func (s *Scope) parseUnfinished(text string) *Cell {
	text += closers(text)
	c := &Cell{Key: "view", Text: text, Label: "cell", prefix: len(declHeader)}
	segs, _ := split(text)
	parse := func(header string, isDecl bool) *ast.File {
		src := header + blank(text, segs, isDecl)
		if !isDecl {
			src += "\n}"
		}
		f, _ := parser.ParseFile(s.fset, "", src, parser.SkipObjectResolution|parser.AllErrors)
		c.file = s.fset.File(f.FileStart)
		s.files[c.file] = c
		return f
	}
	df := parse(declHeader, true)
	c.imports = df.Imports
	for _, d := range df.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.IMPORT {
			continue
		}
		if _, bad := d.(*ast.BadDecl); !bad {
			c.decls = append(c.decls, d)
		}
	}
	sf := parse(stmtHeader, false)
	for _, d := range sf.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Body != nil {
			c.stmts = append(c.stmts, f.Body.List...)
		}
	}
	c.file = s.fset.File(sf.FileStart)
	return c
}

// closers returns the brackets that text leaves open.
func closers(text string) string {
	open := []byte{}
	fset := token.NewFileSet()
	var sc scanner.Scanner
	sc.Init(fset.AddFile("", fset.Base(), len(text)), []byte(text), nil, scanner.ScanComments)
	comment := false // the last token is one
	for {
		_, tok, lit := sc.Scan()
		switch tok {
		case token.EOF:
			var b strings.Builder
			if comment && len(open) > 0 {
				b.WriteByte('\n')
			}
			for i := len(open) - 1; i >= 0; i-- {
				if open[i] == '}' {
					b.WriteByte('\n')
				}
				b.WriteByte(open[i])
			}
			return b.String()
		case token.LPAREN:
			open = append(open, ')')
		case token.LBRACK:
			open = append(open, ']')
		case token.LBRACE:
			open = append(open, '}')
		case token.RPAREN, token.RBRACK, token.RBRACE:
			if len(open) > 0 && tok.String()[0] == open[len(open)-1] {
				open = open[:len(open)-1]
			}
		}
		if tok != token.SEMICOLON || lit == ";" {
			comment = tok == token.COMMENT
		}
	}
}

// look type-checks the cell, whatever is wrong with it, and lists undefined names.
func (k *checker) look() (ch *Checked, undefined []string) {
	ch = newChecked(k.scope, k.cell)
	ch.addImports(k.extra)
	raw, _ := k.types(ch)
	for _, e := range raw {
		if name, ok := strings.CutPrefix(e.Msg, "undefined: "); ok {
			undefined = append(undefined, name)
		}
	}
	return ch, undefined
}

// addKnown imports the well-known packages among undefined names that are loaded.
func (k *checker) addKnown(undefined []string) (added bool) {
	for _, name := range undefined {
		path := wellKnown[name]
		if path == "" || k.extra[name] != nil {
			continue
		}
		if _, err := k.scope.Import(path); err == nil {
			k.extra[name] = &Import{Name: name, Path: path, cell: k.cell}
			added = true
		}
	}
	return added
}

// missing lists packages that the cell imports or means and that are not loaded.
func (k *checker) missing(ch *Checked, undefined []string) (paths []string) {
	for _, spec := range k.cell.imports {
		if path := strings.Trim(spec.Path.Value, "\"`"); path != "" && path != "C" {
			if _, err := k.scope.Import(path); err != nil {
				paths = append(paths, path)
			}
		}
	}
	for _, name := range undefined {
		if path := wellKnown[name]; path != "" {
			if _, err := k.scope.Import(path); err != nil {
				paths = append(paths, path)
			}
		}
	}
	return paths
}

// find fills the view for the name at pos.
func (v *View) find(ch *Checked, pos token.Pos, completing bool) {
	s := ch.scope
	_, want := s.position(pos)
	at := func(n ast.Node) bool {
		c, off := s.position(n.Pos())
		return c == ch.Cell && off == want
	}
	for _, f := range ch.parsed {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				if at(n.Sel) {
					v.selector(ch, n)
				}
			case *ast.CompositeLit:
				for _, e := range n.Elts {
					if kv, ok := e.(*ast.KeyValueExpr); ok {
						e = kv.Key
					}
					if id, ok := e.(*ast.Ident); ok && at(id) {
						v.literal(ch.info.TypeOf(n))
					}
				}
			case *ast.Ident:
				if at(n) {
					if v.Object == nil {
						v.Object = ch.info.ObjectOf(n)
					}
					if completing {
						v.names(ch, n.Pos())
					}
				}
			}
			return true
		})
	}
}

func (v *View) selector(ch *Checked, n *ast.SelectorExpr) {
	if id, ok := n.X.(*ast.Ident); ok {
		if p, ok := ch.info.Uses[id].(*types.PkgName); ok {
			v.Package = p.Imported()
			return
		}
	}
	if tv, ok := ch.info.Types[n.X]; ok && tv.Type != nil {
		v.Type, v.IsType = tv.Type, tv.IsType()
	}
}

func (v *View) literal(t types.Type) {
	if t == nil {
		return
	}
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	if st, ok := t.Underlying().(*types.Struct); ok {
		for f := range st.Fields() {
			v.Fields = append(v.Fields, f)
		}
	}
}

// names lists what is visible at pos, from the inside out.
func (v *View) names(ch *Checked, pos token.Pos) {
	if v.Names != nil {
		return
	}
	inner := ch.types.Scope()
	for _, sc := range ch.info.Scopes { // the smallest that holds pos
		if sc.Pos() <= pos && pos < sc.End() && (inner == ch.types.Scope() || sc.End()-sc.Pos() < inner.End()-inner.Pos()) {
			inner = sc
		}
	}
	seen := map[string]bool{}
	for sc := inner; sc != nil; sc = sc.Parent() {
		names := sc.Names()
		sort.Strings(names)
		for _, name := range names {
			o := sc.Lookup(name)
			local := sc != ch.types.Scope() && sc != types.Universe && sc.Parent() != ch.types.Scope()
			if seen[name] || local && o.Pos() > pos || strings.HasPrefix(name, "ꞩ") || strings.HasPrefix(name, "Ꞩ") {
				continue
			}
			seen[name] = true
			v.Names = append(v.Names, o)
		}
	}
	for _, o := range ch.dotted() {
		if !seen[o.Name()] {
			seen[o.Name()] = true
			v.Names = append(v.Names, o)
		}
	}
}

// Syntax returns the syntax errors of a cell.
func Syntax(text string) []*Error {
	s := &Scope{fset: token.NewFileSet(), files: map[*token.File]*Cell{}}
	_, errs := s.Parse(text, "cell")
	return errs
}

// KnownPackages maps the names of packages that import themselves to their paths.
func KnownPackages() map[string]string { return wellKnown }

// A Declared is the source of a session name.
type Declared struct {
	Cell string // label of the cell
	Text string // its declaration, or the whole cell for a variable
	Doc  string // its doc comment
	Slot string // of a variable
}

// Declared returns where a session name was declared.
func (s *Scope) Declared(name string) (d Declared, ok bool) {
	if v := s.vars[name]; v != nil && v.Cell != nil {
		return Declared{Cell: v.Cell.Label, Text: v.Cell.Text, Slot: v.Slot}, true
	}
	decl := s.decls[name]
	if decl == nil || decl.cell == nil {
		return d, false
	}
	_, at := s.position(decl.node.Pos())
	d = Declared{Cell: decl.cell.Label, Text: decl.text(s), Doc: commentAbove(decl.cell.Text, at)}
	if decl.Kind == Type {
		d.Text = "type " + d.Text
	}
	return d, true
}

// commentAbove returns the text of the // comment on the lines above an offset.
func commentAbove(text string, at int) string {
	lines := strings.Split(text[:min(max(at, 0), len(text))], "\n")
	var comment []string
	for i := len(lines) - 2; i >= 0; i-- {
		line, ok := strings.CutPrefix(strings.TrimSpace(lines[i]), "//")
		if !ok || strings.HasPrefix(line, "|") {
			break
		}
		comment = append([]string{strings.TrimPrefix(line, " ")}, comment...)
	}
	return strings.Join(comment, "\n")
}
