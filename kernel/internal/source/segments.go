package source

import "go/token"

// A Segment is one top-level declaration or statement of a cell's text.
type Segment struct {
	Start, End int         // byte offsets
	Tok        token.Token // its first token
	Decl       bool        // an import, type, constant, function, method or package clause
}

// Segments splits a cell's text at its top level, without parsing it.
func Segments(text string) []Segment {
	segs, _ := split(text)
	out := make([]Segment, len(segs))
	for i, s := range segs {
		out[i] = Segment{Start: s.start, End: s.end, Tok: s.tok, Decl: s.isDecl()}
	}
	return out
}
