package export

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"strings"

	"songsong/kernel/internal/notebook"
	"songsong/kernel/internal/source"
)

// cut splits a cell's text at its top level. Groups of variables in
// parentheses count as declarations. declared are the names of functions,
// types and constants, grouped those of the groups.
func cut(text string) (pieces []source.Segment, declared, grouped []string) {
	pieces = source.Segments(text)
	for i, p := range pieces {
		piece := text[p.Start:p.End]
		if list := tokens(piece); p.Tok == token.VAR && len(list) > 1 && list[1].tok == token.LPAREN {
			pieces[i].Decl = true
			grouped = append(grouped, declaredNames(piece)...)
		} else if p.Decl {
			declared = append(declared, declaredNames(piece)...)
		}
	}
	return pieces, declared, grouped
}

// declaredNames lists the names that a declaration gives the package; a method gives none.
func declaredNames(text string) []string {
	file, err := parser.ParseFile(token.NewFileSet(), "", "package p;"+text, parser.SkipObjectResolution)
	if err != nil {
		return nil
	}
	var names []string
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				names = append(names, d.Name.Name)
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					names = append(names, s.Name.Name)
				case *ast.ValueSpec:
					for _, id := range s.Names {
						names = append(names, id.Name)
					}
				}
			}
		}
	}
	return names
}

// pieces writes the pieces of a cell in their order; statements that stand
// together form one function.
func (g *goWriter) pieces(number int, c *notebook.Cell, list []source.Segment, value bool) {
	last := -1
	for i, s := range list {
		if !s.Decl {
			last = i
		}
	}
	at, open, n := 0, false, 0
	for i, s := range list {
		between := c.Source[at:s.Start]
		at = s.End
		if s.Decl == open {
			if i > 0 { // what ends the line of the piece before stays with it
				line, after, _ := strings.Cut(between, "\n")
				g.body.WriteString(line + "\n")
				between = after
			} else {
				g.body.WriteString(between)
				between = ""
			}
			if open {
				g.body.WriteString("} " + markBody + "\n")
			} else {
				n++
				g.openBody(number, n, c)
			}
			open = !open
		}
		g.body.WriteString(between)
		g.piece(c.Source[s.Start:s.End], s, value && i == last)
	}
	g.body.WriteString(c.Source[at:] + "\n")
	if open {
		g.body.WriteString("} " + markBody + "\n")
	}
}

func (g *goWriter) openBody(number, n int, c *notebook.Cell) {
	name := fmt.Sprintf("cell%d", number)
	if n > 1 {
		name += fmt.Sprintf("_%d", n)
	}
	fmt.Fprintf(&g.body, "func %s() { %s\n", name, markBody)
	g.call(name, c)
}

func (g *goWriter) piece(text string, s source.Segment, value bool) {
	switch {
	case s.Tok == token.IMPORT:
		g.body.WriteString(commented(text))
	case s.Decl:
		g.body.WriteString(text)
	case value:
		g.imports["display"] = "songsong/kernel/display"
		fmt.Fprintf(&g.body, "display.Show( %s\n%s) %s", markValue, strings.TrimSuffix(text, ";"), markValue)
	default:
		g.body.WriteString(assigning(text, s.Tok))
	}
}

// call lets main run a cell's statements, but not those that fail on purpose
// (an exit or a panic of a goroutine would end the program) or are to be skipped.
func (g *goWriter) call(name string, c *notebook.Cell) {
	switch {
	case c.HasTag("skip-execution"):
		fmt.Fprintf(&g.main, "\t// %s() is not run: its tag is skip-execution\n", name)
	case c.HasTag("raises-exception"):
		fmt.Fprintf(&g.main, "\t// %s() is not run: it fails on purpose\n", name)
	default:
		fmt.Fprintf(&g.main, "\t%s()\n", name)
	}
}

// commented turns an import declaration into marked comments.
func commented(text string) string {
	return markImport + strings.ReplaceAll(text, "\n", "\n"+markImport)
}

// assigning turns what defines variables into assignments, since the package
// declares them: x := 1 and var x T = 1.
func assigning(text string, first token.Token) string {
	if first == token.VAR {
		return assigningVar(text)
	}
	depth := 0
	for _, t := range tokens(text) {
		switch t.tok {
		case token.LPAREN, token.LBRACE, token.LBRACK:
			depth++
		case token.RPAREN, token.RBRACE, token.RBRACK:
			depth--
		case token.DEFINE:
			if depth == 0 && first == token.IDENT {
				return text[:t.offset] + markDefine + text[t.offset+2:]
			}
		}
	}
	return text
}

// assigningVar turns var x T = v into an assignment and var x T into a
// comment.
func assigningVar(text string) string {
	list := tokens(text)
	rest := text[len("var"):]
	depth, names := 0, 0 // names: end of the list of names
	for i, t := range list[1:] {
		switch {
		case t.tok == token.LPAREN || t.tok == token.LBRACE || t.tok == token.LBRACK:
			depth++
		case t.tok == token.RPAREN || t.tok == token.RBRACE || t.tok == token.RBRACK:
			depth--
		case depth == 0 && t.tok == token.ASSIGN:
			typ := text[names:t.offset]
			if strings.TrimSpace(typ) != "" {
				typ = " /*type*/ /*" + strings.TrimSpace(typ) + "*/ "
			}
			return markVar + text[len("var"):names] + typ + text[t.offset:]
		}
		if names == 0 && t.tok == token.IDENT && (i+2 >= len(list) || list[i+2].tok != token.COMMA) {
			names = t.offset + len(t.lit)
		}
	}
	return "//songsong:var" + strings.ReplaceAll(rest, "\n", "\n//songsong:var")
}

type tokenAt struct {
	tok    token.Token
	lit    string
	offset int
}

func tokens(text string) []tokenAt {
	fset := token.NewFileSet()
	file := fset.AddFile("", fset.Base(), len(text))
	var s scanner.Scanner
	s.Init(file, []byte(text), nil, 0)
	var list []tokenAt
	for {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			return list
		}
		list = append(list, tokenAt{tok, lit, file.Offset(pos)})
	}
}
