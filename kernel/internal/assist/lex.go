package assist

import (
	"go/scanner"
	"go/token"
	"strings"

	"songsong/kernel/internal/magic"
	"songsong/kernel/internal/source"
)

// lex says what a cursor in Go is in: Go, an import path or other text, and
// where that starts.
func lex(code string, cursor int) (kind PlaceKind, start int) {
	fset := token.NewFileSet()
	file := fset.AddFile("", fset.Base(), len(code))
	var s scanner.Scanner
	s.Init(file, []byte(code), nil, scanner.ScanComments)
	imports := false // in an import declaration
	depth := 0
	for {
		pos, tok, lit := s.Scan()
		off := file.Offset(pos)
		if tok == token.EOF || off >= cursor {
			return InGo, cursor
		}
		end := off + len(lit)
		switch tok {
		case token.IMPORT:
			imports, depth = true, 0
		case token.LPAREN:
			depth++
		case token.RPAREN:
			depth--
		case token.SEMICOLON:
			imports = imports && depth > 0
		case token.COMMENT:
			if cursor < end || cursor == end && (strings.HasPrefix(lit, "//") || !strings.HasSuffix(lit, "*/")) {
				return InText, off
			}
		case token.STRING, token.CHAR:
			open := len(lit) < 2 || lit[0] != lit[len(lit)-1]
			if cursor < end || cursor == end && open {
				if imports {
					return InImport, off + 1
				}
				return InText, off
			}
		case token.INT, token.FLOAT, token.IMAG:
			if cursor <= end {
				return InText, off
			}
		}
	}
}

// indent is spaces, since the front ends that ask show a tab as ^I (jupyter console).
const indent = "    "

// IsComplete says whether a cell can run as it stands, "complete", or is the
// beginning of one that could, "incomplete", or will never be one, "invalid";
// and the white space that the next line of an incomplete one starts with.
func IsComplete(code string) (status, indented string) {
	cell := magic.Split(code)
	if n := len(cell.Commands); n > 0 {
		c := cell.Commands[n-1]
		if c.Spec != nil && c.Spec.Takes == magic.Text {
			if strings.HasSuffix(code, "\n") && strings.TrimSpace(c.Body) != "" && strings.HasSuffix(strings.TrimRight(code, " \t"), "\n") {
				return "complete", ""
			}
			return "incomplete", lastIndent(code)
		}
		if c.Body != "" {
			if strings.TrimSpace(c.Body) == "" {
				return "incomplete", ""
			}
			return IsComplete(c.Body)
		}
		if strings.HasSuffix(strings.TrimRight(code, " \t"), "\\") && strings.TrimSpace(cell.Go) == "" {
			return "incomplete", ""
		}
	}
	return goComplete(cell.Go)
}

// lastIndent is the white space that the last line begins with.
func lastIndent(code string) string {
	line := code[strings.LastIndexByte(code, '\n')+1:]
	return line[:len(line)-len(strings.TrimLeft(line, " \t"))]
}

func goComplete(code string) (status, indented string) {
	fset := token.NewFileSet()
	file := fset.AddFile("", fset.Base(), len(code))
	var s scanner.Scanner
	bad, open := false, false // an error; a raw string or comment that does not end
	s.Init(file, []byte(code), func(_ token.Position, msg string) {
		if strings.Contains(msg, "raw string literal not terminated") || strings.Contains(msg, "comment not terminated") {
			open = true
		} else {
			bad = true
		}
	}, 0)
	var stack []token.Token
	last := token.SEMICOLON
	for {
		_, tok, lit := s.Scan()
		if tok == token.EOF {
			break
		}
		switch tok {
		case token.LPAREN, token.LBRACK, token.LBRACE:
			stack = append(stack, tok)
		case token.RPAREN, token.RBRACK, token.RBRACE:
			if len(stack) == 0 || closes[stack[len(stack)-1]] != tok {
				return "invalid", ""
			}
			stack = stack[:len(stack)-1]
		}
		if tok != token.SEMICOLON || lit == ";" {
			last = tok
		}
	}
	switch {
	case open:
		return "incomplete", ""
	case bad:
		return "invalid", ""
	case len(stack) > 0:
		return "incomplete", strings.Repeat(indent, len(stack))
	case goesOn(last):
		return "incomplete", indent
	case len(source.Syntax(code)) > 0:
		return "invalid", ""
	}
	return "complete", ""
}

var closes = map[token.Token]token.Token{token.LPAREN: token.RPAREN, token.LBRACK: token.RBRACK, token.LBRACE: token.RBRACE}

// goesOn reports whether more must follow a token.
func goesOn(t token.Token) bool {
	switch t {
	case token.INC, token.DEC, token.RPAREN, token.RBRACK, token.RBRACE, token.SEMICOLON, token.ELLIPSIS:
		return false
	case token.BREAK, token.CONTINUE, token.FALLTHROUGH, token.RETURN:
		return false
	}
	return t.IsOperator() || t.IsKeyword()
}
