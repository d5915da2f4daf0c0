package session

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"songsong/kernel/internal/assist"
	"songsong/kernel/internal/gopls"
	"songsong/kernel/internal/native"
	"songsong/kernel/internal/source"
)

// language is the session's gopls.
type language struct {
	mu     sync.Mutex
	server *gopls.Server
	tools  *native.Toolchain // whose module the server knows
	module string            // its go.mod
	made   int               // servers so far
	image  *source.Image     // the last one
	closed bool
}

// of returns the server for the session's module as it is now, nil if there is
// none: the session is not prepared, or has no Go.
func (l *language) of(s *session) *gopls.Server {
	s.mu.Lock()
	tools := s.tools
	s.mu.Unlock()
	l.mu.Lock()
	defer l.mu.Unlock()
	if tools == nil || l.closed {
		return nil
	}
	module, err := os.ReadFile(filepath.Join(tools.Module.Dir, "go.mod"))
	if err == nil && l.tools == tools && l.module == string(module) {
		return l.server
	}
	if l.server != nil { // %get or %race have changed it
		go l.server.Close()
		l.server = nil
	}
	l.tools, l.module, l.image = tools, string(module), nil
	l.made++
	dir := filepath.Join(s.commands.data, "gopls", strconv.Itoa(l.made))
	if os.MkdirAll(dir, 0o755) != nil || tools.Module.Copy(dir) != nil {
		return nil
	}
	l.server = gopls.NewServer(gopls.Config{Dir: dir, Go: tools.Go(), GoVersion: tools.Version, Tags: tools.Flags.Tags, Install: s.opts.InstallGopls, Log: s.opts.Log})
	return l.server
}

// close ends gopls.
func (l *language) close() {
	l.mu.Lock()
	server := l.server
	l.closed, l.server = true, nil
	l.mu.Unlock()
	if server != nil {
		server.Close()
	}
}

// question asks about a place of the cell; im is nil if there is no image of now.
func (l *language) question(code string, offset int, im *source.Image) gopls.Question {
	l.mu.Lock()
	defer l.mu.Unlock()
	if im == nil {
		im = l.image.With(code)
	}
	l.image = im
	file, at := im.Place(offset)
	return gopls.Question{Files: im.Files, File: file, Offset: at}
}

// complete returns gopls' completions for a place, those that cells can use.
func (l *language) complete(ctx context.Context, s *session, p assist.Place, im *source.Image) (items []assist.Completion) {
	server := l.of(s)
	if server == nil {
		return nil
	}
	q := l.question(p.Code, p.End, im)
	found, err := server.Complete(ctx, q)
	if err != nil {
		return nil
	}
	start := q.Offset - (p.End - p.Start)
	for _, i := range found {
		if i.Start == start && assist.Usable(p, i.Text, i.Imports) {
			items = append(items, assist.Completion{Text: i.Text, Kind: i.Kind, Signature: assist.Detail(i.Kind, i.Detail)})
		}
	}
	return items
}

// inspect makes a text of the type checker's, which may be empty, better: of names
// that are not the session's own gopls says more, and in a call it knows which
// argument the cursor is at.
func (l *language) inspect(ctx context.Context, s *session, p assist.Place, v *source.View, t assist.Text, cursor int, inCall bool) assist.Text {
	server := l.of(s)
	if server == nil {
		return t
	}
	if inCall {
		sig, err := server.Signature(ctx, l.question(p.Code, cursor, v.Image))
		if err == nil && sig.Label != "" {
			return assist.WithSignature(t, sig.Label, sig.Doc, sig.Parameter)
		}
	}
	if p.Word == "" || v.Object != nil && v.Object.Pkg() == v.Own && t.Comment != "" { // it says the cell, and the value
		return t
	}
	if hover, err := server.Hover(ctx, l.question(p.Code, p.Start, v.Image)); err == nil && hover != "" {
		return assist.WithHover(t, hover)
	}
	return t
}
