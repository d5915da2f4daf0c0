package source

import (
	"fmt"
	"go/ast"
	"go/scanner"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/ast/astutil"

	"songsong/kernel/internal/native"
)

// cCode is the C code of a session: all that stood above an import "C", as one
// file, and the Go package that cgo makes of it. A cell that adds to it or uses a
// new name has it built again, whole.
type cCode struct {
	parts []cPart
	uses  map[string]cUse // names used so far
	built *Cell           // the declarations of the package, nil for none
	decls []*Decl
	has   map[string]bool // their names
}

// A cPart is the C code above one import "C".
type cPart struct {
	cell    *Cell
	text    string
	line    int // of its first line
	defines []string
}

// cUse is how cells use a name of C, as bits.
type cUse int

const (
	cCalled cUse = 1 << iota
	cPaired      // called for a value and an error
	cNamed
)

// takeC takes import "C" out of the cell's imports and keeps the C code above it.
// The parser gives no comment on a file's first line to what follows.
func (s *Scope) takeC(c *Cell, decl *ast.GenDecl, comments []*ast.CommentGroup) {
	for _, sp := range decl.Specs {
		if sp.(*ast.ImportSpec).Path.Value != `"C"` {
			continue
		}
		c.c = &cPart{cell: c}
		for _, doc := range comments {
			from, _ := c.line(s.offset(doc.Pos()))
			to, _ := c.line(s.offset(doc.End()))
			if at, _ := c.line(s.offset(decl.Pos())); doc.Pos() > decl.Pos() || at-to > 1 || len(decl.Specs) > 1 {
				continue
			}
			c.c.line = from
			for _, d := range doc.List {
				text := d.Text
				if strings.HasPrefix(text, "/*") {
					text = strings.TrimSuffix(strings.TrimPrefix(text, "/*"), "*/")
				} else {
					text = strings.TrimPrefix(text, "//")
				}
				c.c.text += text + "\n"
			}
			c.c.defines = cDefines(c.c.text)
		}
	}
	c.imports = slices.DeleteFunc(c.imports, func(s *ast.ImportSpec) bool { return s.Path.Value == `"C"` })
}

// cDefines lists what C code defines at its top level: functions and variables.
// Names it lists by mistake are left out when cgo does not know them.
func cDefines(text string) (names []string) {
	text = regexp.MustCompile(`(?m)^\s*#.*(\\\n.*)*$`).ReplaceAllString(text, "")
	text = regexp.MustCompile(`(?s)/\*.*?\*/|//[^\n]*`).ReplaceAllString(text, "")
	var s scanner.Scanner
	s.Init(token.NewFileSet().AddFile("", -1, len(text)), []byte(text), func(token.Position, string) {}, 0)
	depth, last := 0, ""
	for {
		_, tok, lit := s.Scan()
		if depth == 0 && last != "" && (tok == token.LPAREN || tok == token.ASSIGN || tok == token.SEMICOLON && lit == ";") {
			names = append(names, last)
		}
		last = ""
		switch tok {
		case token.EOF:
			return names
		case token.LPAREN, token.LBRACE, token.LBRACK:
			depth++
		case token.RPAREN, token.RBRACE, token.RBRACK:
			depth--
		case token.IDENT:
			last = lit
		}
	}
}

// isC reports whether x is a name of C.
func (k *checker) isC(n ast.Node) (*ast.SelectorExpr, bool) {
	sel, ok := n.(*ast.SelectorExpr)
	if !ok {
		return nil, false
	}
	id, ok := sel.X.(*ast.Ident)
	return sel, ok && id.Name == "C"
}

// useC makes the names of C that the cell uses names of the session, and has the
// C code built if there is more of it than before.
func (k *checker) useC() []*Error {
	s, c := k.scope, k.cell
	if c.c == nil && len(s.c.parts) == 0 || s.decls["C"] != nil || s.vars["C"] != nil {
		return nil
	}
	if s.compileC == nil {
		return []*Error{{Msg: "import \"C\" needs the Go toolchain and a C compiler", Cell: c}}
	}
	if m := exportLine.FindStringSubmatchIndex(c.Text); m != nil {
		return []*Error{{Msg: "C code can't call a function of a cell; put both into a package and import that", Cell: c, Offset: m[0]}}
	}
	next := cCode{parts: s.c.parts, uses: map[string]cUse{}, built: s.c.built, decls: s.c.decls, has: s.c.has}
	for n, u := range s.c.uses {
		next.uses[n] = u
	}
	at := map[string]token.Pos{}
	var roots []ast.Node
	for _, d := range c.decls {
		roots = append(roots, d)
	}
	for _, st := range c.stmts {
		roots = append(roots, st)
	}
	pairs := map[ast.Node]bool{}
	for _, r := range roots {
		k.findC(r, next.uses, at, pairs)
	}
	grown := len(next.uses) > len(s.c.uses) || next.built == nil
	for n, u := range next.uses {
		grown = grown || s.c.uses[n] != u
	}
	if c.c != nil && c.c.text != "" {
		grown = next.add(*c.c) || grown
	}
	for name, pos := range at {
		for _, p := range next.parts {
			if next.uses[name]&cNamed != 0 && regexp.MustCompile(`(?m)^\s*static\s[^(){};]*\b`+name+`\s*[=;\[]`).MatchString(p.text) {
				return []*Error{{Msg: "C." + name + " is a static variable, which Go can't reach; leave out the word static", Cell: c, Offset: s.offset(pos)}}
			}
		}
	}
	if grown {
		if errs := k.buildC(&next, at); len(errs) > 0 {
			return errs
		}
		k.added = append(k.added, next.decls...)
		k.c = &next
	}
	for _, r := range roots {
		k.renameC(r, next.has, pairs)
	}
	return nil
}

var exportLine = regexp.MustCompile(`(?m)^//export \w+`)

// cSpelled are the names that cgo invents, in messages.
var cSpelled = regexp.MustCompile(`\((_C(?:func|2func)_\w+)\)|(\(\*)?\b_C(?:type|func|2func|var|macro|fpvar_fp|iconst|fconst|sconst)_\w+(?:\(\)\))?`)

// readableC spells names of C in a message as the reader does.
func readableC(msg string) string {
	return cSpelled.ReplaceAllStringFunc(msg, func(name string) string {
		name = strings.Trim(name, "()*")
		for _, prefix := range []string{"_Ctype_", "_Cfunc_", "_C2func_", "_Cvar_", "_Cmacro_", "_Cfpvar_fp_", "_Ciconst_", "_Cfconst_", "_Csconst_"} {
			if n, ok := strings.CutPrefix(name, prefix); ok {
				return "C." + n
			}
		}
		return name
	})
}

// add adds a part, which takes the place of one of the same cell or with the same
// definitions; false if it is there already.
func (code *cCode) add(p cPart) bool {
	for _, old := range code.parts {
		if old.text == p.text {
			return false
		}
	}
	code.parts = slices.DeleteFunc(slices.Clone(code.parts), func(old cPart) bool {
		return p.cell.ID != "" && p.cell.ID == old.cell.ID ||
			slices.ContainsFunc(old.defines, func(n string) bool { return slices.Contains(p.defines, n) })
	})
	code.parts = append(code.parts, p)
	for _, n := range p.defines {
		if code.uses[n] == 0 {
			code.uses[n] = 0 // known, but of no use yet
		}
	}
	return true
}

// findC notes how the names of C below n are used.
func (k *checker) findC(root ast.Node, uses map[string]cUse, at map[string]token.Pos, pairs map[ast.Node]bool) {
	called := map[ast.Node]bool{}
	ast.Inspect(root, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if len(n.Lhs) == 2 && len(n.Rhs) == 1 {
				if call, ok := n.Rhs[0].(*ast.CallExpr); ok {
					pairs[call.Fun] = true
				}
			}
		case *ast.ValueSpec:
			if len(n.Names) == 2 && len(n.Values) == 1 {
				if call, ok := n.Values[0].(*ast.CallExpr); ok {
					pairs[call.Fun] = true
				}
			}
		case *ast.CallExpr:
			called[n.Fun] = true
		case *ast.SelectorExpr:
			if sel, ok := k.isC(n); ok {
				name := sel.Sel.Name
				at[name] = sel.Pos()
				switch {
				case pairs[n]:
					uses[name] |= cPaired
				case called[n]:
					uses[name] |= cCalled
				default:
					uses[name] |= cNamed
				}
			}
		}
		return true
	})
}

var (
	cUnknown = regexp.MustCompile(`could not determine what C\.(\w+) refers to`)
	cPlace   = regexp.MustCompile(`(?m)^\s*(/Ꞩ/[0-9a-f]+/[^/:\s]+):(\d+)(?::(\d+))?: (?:error: )?(.*)$`)
)

// buildC has the package of the C code made. What only stands in the code and
// cgo does not know is left out.
func (k *checker) buildC(next *cCode, at map[string]token.Pos) []*Error {
	used := next.uses
	for range 5 {
		c := native.C{Text: next.text()}
		for _, n := range sortedNames(used) {
			u := used[n]
			if u&cCalled != 0 || u == 0 {
				c.Calls = append(c.Calls, n)
			}
			if u&cPaired != 0 {
				c.Pairs = append(c.Pairs, n)
			}
			if u&cNamed != 0 {
				c.Names = append(c.Names, n)
			}
		}
		p, err := k.scope.compileC(c, reserved)
		if err == nil {
			return k.declareC(next, p)
		}
		again := false
		for _, m := range regexp.MustCompile(`call of non-function C\.(\w+)`).FindAllStringSubmatch(err.Error(), -1) {
			if used[m[1]]&^cNamed == 0 {
				used[m[1]], again = cNamed, true
			}
		}
		for _, m := range cUnknown.FindAllStringSubmatch(err.Error(), -1) {
			if at[m[1]] == 0 {
				delete(used, m[1])
				again = true
			}
		}
		if !again {
			return k.cErrors(err, next, at)
		}
	}
	return []*Error{{Msg: "this C code could not be built", Cell: k.cell}}
}

// text is the session's C code with the places of its lines.
func (code *cCode) text() string {
	var b strings.Builder
	for _, p := range code.parts {
		fmt.Fprintf(&b, "#line %d %q\n%s\n", max(1, p.line-p.cell.shift), p.cell.Path(), p.text)
	}
	return b.String()
}

// cErrors turns what cgo and the C compiler say into errors of cells.
func (k *checker) cErrors(err error, next *cCode, at map[string]token.Pos) (errs []*Error) {
	text := err.Error()
	for _, m := range cUnknown.FindAllStringSubmatch(text, -1) {
		errs = append(errs, &Error{Msg: "the C code declares no " + m[1], Cell: k.cell, Offset: k.scope.offset(at[m[1]])})
	}
	for _, m := range cPlace.FindAllStringSubmatch(text, -1) {
		for _, p := range next.parts {
			if p.cell.Path() == m[1] && !strings.HasPrefix(m[4], "warning: ") && !strings.HasPrefix(m[4], "note: ") {
				line, _ := strconv.Atoi(m[2])
				col, _ := strconv.Atoi(m[3])
				errs = append(errs, &Error{Msg: "C: " + m[4], Cell: p.cell, Offset: p.cell.offsetOf(line+p.cell.shift, max(1, col))})
			}
		}
	}
	if len(errs) == 0 {
		errs = []*Error{{Msg: strings.TrimSpace(text), Cell: k.cell}}
	}
	return errs
}

// offsetOf is the offset of a line and column of the cell.
func (c *Cell) offsetOf(line, col int) int {
	off := 0
	for i, l := range strings.SplitAfter(c.Text, "\n") {
		if i == line-1 {
			return off + min(col-1, len(strings.TrimSuffix(l, "\n")))
		}
		off += len(l)
	}
	return off
}

// declareC makes declarations of the session of what the package holds.
func (k *checker) declareC(next *cCode, p *native.CPackage) []*Error {
	c, errs := k.scope.Parse(p.Decls, "C")
	if len(errs) > 0 {
		return errs
	}
	c.imps = map[string]*Import{"unsafe": {Name: "unsafe", Path: "unsafe", cell: c}, "_cgopackage": {Name: "_cgopackage", Path: "runtime/cgo", cell: c}}
	next.built, next.decls, next.has = c, nil, map[string]bool{}
	add := func(d *Decl) {
		d.cell, d.Unit = c, p.Unit
		next.decls = append(next.decls, d)
		next.has[d.Name] = true
	}
	for _, n := range c.decls {
		switch n := n.(type) {
		case *ast.FuncDecl:
			add(&Decl{Name: n.Name.Name, Kind: Func, node: n})
		case *ast.GenDecl:
			if n.Tok == token.CONST {
				name := n.Specs[0].(*ast.ValueSpec).Names[0].Name
				add(&Decl{Name: name, Names: []string{name}, Kind: Const, node: n})
			} else {
				add(&Decl{Name: n.Specs[0].(*ast.TypeSpec).Name.Name, Kind: Type, node: n.Specs[0]})
			}
		}
	}
	return nil
}

// renameC puts the session's names in the place of C.x. They stand in parentheses
// of the same extent, of which [lowerer.render] writes what is inside.
func (k *checker) renameC(root ast.Node, has map[string]bool, pairs map[ast.Node]bool) {
	astutil.Apply(root, func(cur *astutil.Cursor) bool {
		sel, ok := k.isC(cur.Node())
		if !ok {
			return true
		}
		_, isCall := cur.Parent().(*ast.CallExpr)
		isCall = isCall && cur.Name() == "Fun"
		cur.Replace(&ast.ParenExpr{Lparen: sel.Pos(), Rparen: sel.End() - 1, X: spellC(sel, has, isCall, pairs[sel])})
		return false
	}, nil)
}

// spellC spells C.x as the session knows it.
func spellC(sel *ast.SelectorExpr, has map[string]bool, isCall, isPair bool) ast.Expr {
	id := func(prefix string) *ast.Ident { return &ast.Ident{Name: prefix + sel.Sel.Name, NamePos: sel.Pos()} }
	call := func(prefix string) *ast.CallExpr {
		return &ast.CallExpr{Fun: id(prefix), Lparen: sel.Pos(), Rparen: sel.End() - 1}
	}
	switch name := sel.Sel.Name; {
	case isPair && has["_C2func_"+name]:
		return id("_C2func_")
	case isCall && name == "malloc":
		return &ast.Ident{Name: "_Cfunc__CMalloc", NamePos: sel.Pos()}
	case isCall && has["_Cfunc_"+name]:
		return id("_Cfunc_")
	case has["_Cvar_"+name]:
		return &ast.StarExpr{Star: sel.Pos(), X: call("_Cvar_")}
	case has["_Cmacro_"+name]:
		return call("_Cmacro_")
	case has["_Cfpvar_fp_"+name]:
		return call("_Cfpvar_fp_")
	}
	for _, prefix := range []string{"_Ciconst_", "_Cfconst_", "_Csconst_"} {
		if has[prefix+sel.Sel.Name] {
			return id(prefix)
		}
	}
	return id("_Ctype_")
}

// spellsC reports whether n stands for a name of C, and renders it.
func (l *lowerer) spellsC(n *ast.ParenExpr) (string, bool) {
	switch x := n.X.(type) {
	case *ast.Ident:
		if x.Pos() == n.Lparen {
			return l.ident(x), true
		}
	case *ast.StarExpr:
		if x.Star == n.Lparen {
			return "(*" + l.ident(x.X.(*ast.CallExpr).Fun.(*ast.Ident)) + "())", true
		}
	case *ast.CallExpr:
		if x.Lparen == n.Lparen {
			return l.ident(x.Fun.(*ast.Ident)) + "()", true
		}
	}
	return "", false
}
