package assist

import (
	"go/scanner"
	"go/token"
	"go/types"
	"strings"
	"unicode/utf8"

	"songsong/kernel/internal/magic"
	"songsong/kernel/internal/source"
)

// NameAt finds the name at a cursor: the one it touches or else the function
// whose arguments it is in. Kind is InCommand for a command's name, which is Word.
func NameAt(code string, cursor int) (p Place, ok bool) {
	cursor = min(max(cursor, 0), len(code))
	for cursor < len(code) && cursor > 0 && !utf8.RuneStart(code[cursor]) {
		cursor--
	}
	p = Find(code, cursor)
	if p.Kind == InCommand {
		rest := code[cursor:]
		if i := strings.IndexAny(rest, " \t\n"); i >= 0 {
			rest = rest[:i]
		}
		p.Word += rest
		return p, true
	}
	if p.Kind != InGo && p.Kind != InText {
		return p, false
	}
	if p.Kind == InGo && p.touch(cursor) {
		return p, true
	}
	if at := callee(p.Code, cursor); at >= 0 {
		p.Kind = InGo
		return p, p.touch(at)
	}
	return p, false
}

// touch makes the name that touches i the place, if there is one.
func (p *Place) touch(i int) bool {
	i = min(i, len(p.Code))
	p.Start, p.End = wordStart(p.Code, i), wordEnd(p.Code, i)
	p.Word = p.Code[p.Start:p.End]
	if !token.IsIdentifier(p.Word) {
		return false
	}
	p.Dot, p.Before = false, ""
	if before := p.Code[:p.Start]; strings.HasSuffix(before, ".") {
		p.Dot = true
		before = before[:len(before)-1]
		p.Before = before[wordStart(before, len(before)):]
	}
	return true
}

func wordEnd(code string, i int) int {
	for i < len(code) {
		r, n := utf8.DecodeRuneInString(code[i:])
		if !token.IsIdentifier("x" + string(r)) {
			break
		}
		i += n
	}
	return i
}

// callee returns the end of the name before the innermost parenthesis that is
// open at cursor, -1 if there is none.
func callee(code string, cursor int) int {
	fset := token.NewFileSet()
	file := fset.AddFile("", fset.Base(), len(code))
	var s scanner.Scanner
	s.Init(file, []byte(code), nil, 0)
	var open []int // ends of the names before open parentheses, -1 for none
	last, lastTok := -1, token.ILLEGAL
	for {
		pos, tok, lit := s.Scan()
		off := file.Offset(pos)
		if tok == token.EOF || off >= cursor {
			break
		}
		switch tok {
		case token.LPAREN:
			if lastTok != token.IDENT {
				last = -1
			}
			open = append(open, last)
		case token.LBRACE, token.LBRACK:
			open = append(open, -1)
		case token.RPAREN, token.RBRACE, token.RBRACK:
			if len(open) > 0 {
				open = open[:len(open)-1]
			}
		}
		last, lastTok = off+len(lit), tok
	}
	if len(open) == 0 {
		return -1
	}
	return open[len(open)-1]
}

// Owner is the name of the type whose method or field o is, "" for neither.
func Owner(o types.Object) string {
	switch o := o.(type) {
	case *types.Func:
		if recv := o.Signature().Recv(); recv != nil {
			return typeName(recv.Type())
		}
	case *types.Var:
		if o.IsField() && o.Pkg() != nil {
			return fieldOwner(o)
		}
	}
	return ""
}

func typeName(t types.Type) string {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	if n, ok := types.Unalias(t).(*types.Named); ok {
		return n.Obj().Name()
	}
	return ""
}

// fieldOwner finds the struct of a package that has the field.
func fieldOwner(f *types.Var) string {
	scope := f.Pkg().Scope()
	for _, name := range scope.Names() {
		tn, ok := scope.Lookup(name).(*types.TypeName)
		if !ok {
			continue
		}
		if st, ok := tn.Type().Underlying().(*types.Struct); ok {
			for x := range st.Fields() {
				if x == f.Origin() {
					return name
				}
			}
		}
	}
	return ""
}

// Guess documents a name by its letters alone, when the type checker can't say more.
func (d *Docs) Guess(p Place) (Text, bool) {
	known := source.KnownPackages()
	switch {
	case p.Dot:
		if path := known[p.Before]; path != "" {
			return d.Name(path, "", p.Word)
		}
	case known[p.Word] != "":
		return d.Package(known[p.Word])
	default:
		return d.Name("builtin", "", p.Word)
	}
	return Text{}, false
}

// Command describes a command.
func Command(name string) (signature, help string, ok bool) {
	s := magic.Lookup(strings.TrimLeft(name, "%"))
	if s == nil || s.Name == "" {
		return "", "", false
	}
	return s.Signature(), s.Help, true
}
