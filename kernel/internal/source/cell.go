package source

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"songsong/kernel/internal/rt"
)

// A Cell is a parsed cell.
type Cell struct {
	Key     string // hash of the text; names the cell in positions
	Text    string
	Label   string // what the reader calls it: "cell [3]"
	ID      string // the front end's id of the cell, "" for none
	Program bool   // has a package clause

	name    string      // of its file
	shift   int         // lines before the one that counts as the first
	file    *token.File // of the statements
	prefix  int         // bytes before Text in what was parsed
	imports []*ast.ImportSpec
	imps    map[string]*Import // packages that its declarations see, by the names they have for them
	c       *cPart             // what stands above import "C", nil without
	decls   []ast.Decl         // functions, methods, types, constants
	stmts   []ast.Stmt         // the rest, variables included
	values  []ast.Expr         // that the cell shows, if it ends in several; the last of stmts evaluates them
	quiet   bool               // ends in a semicolon: its last value is not shown
}

// hash names content.
func hash(parts []string) string {
	h := sha256.New()
	for _, p := range parts {
		io.WriteString(h, p+"\x00")
	}
	return hex.EncodeToString(h.Sum(nil))[:12]
}

// header is put before a cell's text so that it can be parsed; both have one length.
const (
	declHeader = "package main;            "
	stmtHeader = "package main;func ꞩ(){ "
)

func init() {
	if len(declHeader) != len(stmtHeader) {
		panic("source: the headers differ in length")
	}
}

// A segment is one top-level declaration or statement.
type segment struct {
	start, end int
	code       int         // end of the last token: comments may follow
	tok        token.Token // first token
	method     bool        // func with a receiver or a name
	values     bool        // several expressions whose values are shown
}

// Parse splits and parses a cell; label is what the reader calls it.
func (s *Scope) Parse(text, label string) (*Cell, []*Error) {
	c := &Cell{Key: hash([]string{text}), Text: text, Label: label, name: "cell.go"}
	if m := fileName.FindStringSubmatch(text); m != nil {
		c.name, c.shift = m[1], 1
	}
	segs, quiet := split(text)
	c.quiet = quiet
	for _, g := range segs {
		if g.tok == token.PACKAGE {
			c.Program = true
		}
	}
	var errs []*Error
	parse := func(header string, isDecl bool) *ast.File {
		src := []byte(header + blank(text, segs, isDecl))
		if !isDecl {
			src = append(src, "\n}"...)
		}
		f, err := parser.ParseFile(s.fset, c.Path(), src, parser.SkipObjectResolution|parser.ParseComments|parser.AllErrors)
		if list, ok := err.(scanner.ErrorList); ok {
			for _, e := range list {
				if e.Msg != importsFirst || c.Program {
					errs = append(errs, c.syntaxError(e, len(header)))
				}
			}
		}
		c.file = s.fset.File(f.FileStart)
		s.files[c.file] = c
		return f
	}
	c.prefix = len(declHeader)
	segs, values := c.lastValues(segs)
	df := parse(declHeader, true)
	sf := parse(stmtHeader, false)
	if len(errs) > 0 {
		return c, dedupe(errs)
	}
	c.imports = df.Imports
	for _, d := range df.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.IMPORT {
			s.takeC(c, g, df.Comments)
			continue
		}
		c.decls = append(c.decls, d)
	}
	if n := len(sf.Decls); n == 1 {
		c.stmts = sf.Decls[0].(*ast.FuncDecl).Body.List
	} else {
		return c, []*Error{{Msg: "syntax error: a closing brace too many", Cell: c, Offset: max(0, int(sf.Decls[0].End())-1-c.prefix-int(sf.FileStart)+1)}}
	}
	if values != "" {
		c.values = parseValues(s.fset, "/Ꞩ/"+c.Key, values)
		s.files[s.fset.File(c.values[0].Pos())] = c
		c.stmts = append(c.stmts, blankAssign(c.values))
	}
	return c, nil
}

// fileName gives a cell's file a name, as the first line of the cell.
var fileName = regexp.MustCompile(`^//line ([^/:\s]+\.go):1\n`)

// Path is the cell's file in the positions of lowered code.
func (c *Cell) Path() string { return rt.CellFile + c.Key + "/" + c.name }

// Shift is how many lines of the cell stand before the first of its file.
func (c *Cell) Shift() int { return c.shift }

// Unnamed lists the imports of the cell that bring no name of a package, as Go source → path: ". \"math\"", "_ \"embed\"".
func (c *Cell) Unnamed() map[string]string {
	out := map[string]string{}
	for _, sp := range c.imports {
		if sp.Name != nil && (sp.Name.Name == "." || sp.Name.Name == "_") {
			path, _ := strconv.Unquote(sp.Path.Value)
			out[sp.Name.Name+" "+strconv.Quote(Alias(path))] = Alias(path)
		}
	}
	return out
}

// importsFirst is what the parser says of an order that cells may have.
const importsFirst = "imports must appear before other declarations"

// lastValues takes away a last segment of several expressions, "a, b", which is no
// statement of Go, and returns it in a call, so placed that positions in it are
// those of the cell.
func (c *Cell) lastValues(segs []segment) (rest []segment, call string) {
	n := len(segs) - 1
	if n < 0 || segs[n].code == 0 || segs[n].isDecl() || c.Program || !strings.Contains(c.Text[segs[n].start:segs[n].code], ",") {
		return segs, ""
	}
	call = strings.Repeat(" ", c.prefix+segs[n].start-len("f(")) + "f(" + c.Text[segs[n].start:segs[n].code] + ")"
	if len(parseValues(token.NewFileSet(), "", call)) < 2 {
		return segs, ""
	}
	rest = slices.Clone(segs)
	rest[n].values = true
	return rest, call
}

// parseValues returns the arguments of a call.
func parseValues(fset *token.FileSet, name, call string) []ast.Expr {
	x, err := parser.ParseExprFrom(fset, name, call, parser.SkipObjectResolution)
	if c, ok := x.(*ast.CallExpr); ok && err == nil && !c.Ellipsis.IsValid() {
		return c.Args
	}
	return nil
}

// blankAssign is the statement _, _ = values.
func blankAssign(values []ast.Expr) ast.Stmt {
	a := &ast.AssignStmt{TokPos: values[0].Pos(), Tok: token.ASSIGN, Rhs: values}
	for range values {
		a.Lhs = append(a.Lhs, &ast.Ident{Name: "_", NamePos: values[0].Pos()})
	}
	return a
}

// syntaxError makes an Error of the parser's.
func (c *Cell) syntaxError(e *scanner.Error, prefix int) *Error {
	off := min(max(e.Pos.Offset-prefix, 0), len(c.Text))
	msg := strings.TrimPrefix(e.Msg, "syntax error: ")
	msg = strings.ReplaceAll(msg, "found '}'", "found the end of the cell")
	return &Error{Msg: "syntax error: " + msg, Cell: c, Offset: off}
}

// dedupe keeps the first error of each line: what follows is mostly its consequence.
func dedupe(errs []*Error) (out []*Error) {
	seen := map[int]bool{}
	for _, e := range errs {
		if line, _ := e.Cell.line(e.Offset); !seen[line] {
			seen[line] = true
			out = append(out, e)
		}
	}
	return out
}

// line returns the line and column of a byte offset, both from 1; columns count
// letters, as editors do.
func (c *Cell) line(offset int) (line, col int) {
	offset = min(max(offset, 0), len(c.Text))
	before := c.Text[:offset]
	return 1 + strings.Count(before, "\n"), utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1
}

// blank returns text with every segment that is not wanted replaced by spaces.
func blank(text string, segs []segment, decls bool) string {
	b := []byte(text)
	for _, s := range segs {
		isDecl := s.isDecl()
		if isDecl == decls && s.tok != token.PACKAGE && !s.values {
			continue
		}
		for i := s.start; i < s.end; i++ {
			if b[i] != '\n' {
				b[i] = ' '
			}
		}
	}
	return string(b)
}

func (s segment) isDecl() bool {
	switch s.tok {
	case token.IMPORT, token.TYPE, token.CONST, token.PACKAGE:
		return true
	case token.FUNC:
		return s.method
	}
	return false
}

// split finds the top-level segments of a cell. quiet reports whether the last
// one ends in a semicolon of the reader's.
func split(text string) (segs []segment, quiet bool) {
	fset := token.NewFileSet()
	file := fset.AddFile("", fset.Base(), len(text))
	var s scanner.Scanner
	s.Init(file, []byte(text), nil, 0)
	depth := 0
	header := false // of a for, if or switch: its semicolons end no statement
	var cur *segment
	var toks []token.Token // the first tokens of cur, at depth 0, parens closed
	for {
		pos, tok, lit := s.Scan()
		off := file.Offset(pos)
		if tok == token.SEMICOLON && header && lit == ";" {
			continue
		}
		if tok == token.EOF || tok == token.SEMICOLON && depth <= 0 {
			header = false
			if cur == nil && lit == ";" {
				segs = append(segs, segment{start: off, end: off + 1, tok: token.SEMICOLON})
			}
			if cur != nil {
				cur.end = off
				if tok == token.SEMICOLON && lit == ";" {
					cur.end = off + 1
				}
				cur.method = isFuncDecl(toks)
				segs = append(segs, *cur)
				quiet = lit == ";"
				cur, toks, depth = nil, nil, 0
			}
			if tok == token.EOF {
				return segs, quiet
			}
			continue
		}
		if cur == nil {
			cur = &segment{start: off, tok: tok}
		}
		switch {
		case tok == token.SEMICOLON && lit == "\n":
		case lit == "":
			cur.code = off + len(tok.String())
		default:
			cur.code = off + len(lit)
		}
		if depth <= 0 && len(toks) < 6 {
			toks = append(toks, tok)
		}
		switch tok {
		case token.FOR, token.IF, token.SWITCH:
			header = depth <= 0
		case token.LBRACE:
			header = header && depth > 0
			depth++
		case token.LPAREN, token.LBRACK:
			depth++
		case token.RPAREN, token.RBRACK, token.RBRACE:
			depth--
		}
	}
}

// isFuncDecl tells func f(…) and func (r T) m(…) from a function literal, by the
// tokens outside parentheses; opening ones are among them, closing ones are not.
func isFuncDecl(t []token.Token) bool {
	if len(t) < 3 || t[0] != token.FUNC {
		return false
	}
	if t[1] == token.IDENT {
		return true
	}
	return t[1] == token.LPAREN && len(t) >= 4 && t[2] == token.IDENT && t[3] == token.LPAREN
}

// Split returns a cell's declarations (variables too) and its statements as
// texts, and whether the last ends in a semicolon.
func Split(text string) (decls, stmts []string, quiet bool) {
	segs, quiet := split(text)
	for _, s := range segs {
		part := text[s.start:s.end]
		switch {
		case s.tok == token.PACKAGE:
		case s.isDecl() || s.tok == token.VAR:
			decls = append(decls, part)
		default:
			stmts = append(stmts, part)
		}
	}
	return decls, stmts, quiet
}

// bodyless returns the first function without a body, nil if there is none, or if
// the cell is a list of several and runs nothing, as gophernotes' notebooks have
// for the reader.
func (c *Cell) bodyless() (first *ast.FuncDecl) {
	all, without := 0, 0
	for _, d := range c.decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		if all++; f.Body == nil {
			without++
			first = cmp.Or(first, f)
		}
	}
	if without > 1 && without == all && len(c.stmts) == 0 {
		return nil
	}
	return first
}
