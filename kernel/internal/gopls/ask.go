package gopls

import (
	"context"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
)

// A Question is about a place in one of a package's files.
type Question struct {
	Files  map[string]string // all files, by name; always the same names
	File   string
	Offset int // in bytes
}

// An Item is one completion: Text replaces the bytes from Start to End of the file.
type Item struct {
	Text, Kind, Detail string
	Start, End         int
	Imports            []string // paths that the file would have to import too
}

// Complete lists completions, best first; at most some hundred.
func (s *Server) Complete(ctx context.Context, q Question) ([]Item, error) {
	list := new(completionList)
	if err := s.ask(ctx, q, "textDocument/completion", list); err != nil {
		return nil, err
	}
	text := q.Files[q.File]
	var items []Item
	for _, i := range list.Items {
		item := Item{Text: i.Label, Kind: kinds[i.Kind], Detail: i.Detail, Start: q.Offset, End: q.Offset}
		if i.Edit != nil {
			item.Text, item.Start, item.End = i.Edit.NewText, offsetOf(text, i.Edit.Range.Start), offsetOf(text, i.Edit.Range.End)
		}
		if len(i.Additional) > 0 {
			item.Imports = added(text, i.Additional)
		}
		items = append(items, item)
	}
	return items, nil
}

// added lists the imports that edits add to a file.
func added(text string, edits []textEdit) (paths []string) {
	has := imports(text)
	for _, path := range imports(apply(text, edits)) {
		if !slices.Contains(has, path) {
			paths = append(paths, path)
		}
	}
	return paths
}

func apply(text string, edits []textEdit) string {
	edits = slices.Clone(edits)
	slices.SortStableFunc(edits, func(a, b textEdit) int { return offsetOf(text, b.Range.Start) - offsetOf(text, a.Range.Start) })
	out := text
	for _, e := range edits { // from the end, so that earlier places stay true
		out = out[:offsetOf(text, e.Range.Start)] + e.NewText + out[offsetOf(text, e.Range.End):]
	}
	return out
}

func imports(text string) (paths []string) {
	f, _ := parser.ParseFile(token.NewFileSet(), "", text, parser.ImportsOnly)
	if f == nil {
		return nil
	}
	for _, spec := range f.Imports {
		if path, err := strconv.Unquote(spec.Path.Value); err == nil {
			paths = append(paths, path)
		}
	}
	return paths
}

// Hover describes the name at the place as Markdown, "" if there is none.
func (s *Server) Hover(ctx context.Context, q Question) (string, error) {
	h := new(hoverResult)
	if err := s.ask(ctx, q, "textDocument/hover", h); err != nil {
		return "", err
	}
	return strings.TrimSpace(h.Contents.Value), nil
}

// A Signature is that of the function whose arguments a place is in.
type Signature struct {
	Label     string // "Println(a ...any) (n int, err error)"
	Doc       string // Markdown
	Parameter string // the one at the place, "" for none
}

// Signature returns the innermost call's, the zero Signature if there is none.
func (s *Server) Signature(ctx context.Context, q Question) (Signature, error) {
	h := new(signatureHelp)
	if err := s.ask(ctx, q, "textDocument/signatureHelp", h); err != nil || h.ActiveSignature >= len(h.Signatures) {
		return Signature{}, err
	}
	found := h.Signatures[h.ActiveSignature]
	sig := Signature{Label: found.Label, Doc: strings.TrimSpace(found.Documentation.Value)}
	if n := len(found.Parameters); n > 0 && h.ActiveParameter < n {
		sig.Parameter = found.Parameters[h.ActiveParameter].Label
	}
	return sig, nil
}
