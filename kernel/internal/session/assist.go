package session

import (
	"context"
	"encoding/json"
	"go/types"
	"slices"
	"strings"
	"sync"
	"time"

	"songsong/kernel/internal/assist"
	"songsong/kernel/internal/executor/frame"
	"songsong/kernel/internal/source"
)

// patience is how long an answer may take: JupyterLab drops completions after 1 s.
const patience = 700 * time.Millisecond

// soon is how long an answer that is at hand may wait for a better one of gopls.
const soon = 300 * time.Millisecond

// within returns what do returns, or late if ctx ends before; do goes on then, and
// may leave something behind that makes the next answer faster.
func within[T any](ctx context.Context, do func() T, late T) T {
	done := make(chan T, 1)
	go func() { done <- do() }()
	select {
	case v := <-done:
		return v
	case <-ctx.Done():
		return late
	}
}

// assistant is what completion and inspection keep.
type assistant struct {
	docs  assist.Docs
	gopls language
	mu    sync.Mutex
	last  []assist.Completion // of names, for when the type checker is busy
}

// Complete proposes names. While a cell is compiled it may know names only.
func (s *session) Complete(ctx context.Context, code string, cursor int) Completions {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	p := assist.Find(code, cursor)
	var items []assist.Completion
	switch p.Kind {
	case assist.InCommand:
		items = assist.Commands(p)
	case assist.InPath:
		s.mu.Lock()
		dir := s.dir
		s.mu.Unlock()
		items = assist.Files(p.Word, dir)
	case assist.InImport:
		items = assist.Paths(p.Word, s.importPaths())
	case assist.InGo:
		items = s.completeGo(ctx, p)
	}
	out := Completions{Start: p.Start, End: p.End}
	for _, i := range items {
		out.Items = append(out.Items, Completion{Text: i.Text, Kind: i.Kind, Signature: i.Signature})
	}
	return out
}

// completeGo asks the type checker and gopls.
func (s *session) completeGo(ctx context.Context, p assist.Place) []assist.Completion {
	start := time.Now()
	type typed struct {
		items []assist.Completion
		image *source.Image
	}
	own := within(ctx, func() (t typed) {
		t.items, t.image = s.completeTypes(ctx, p)
		return t
	}, typed{})
	items, im := own.items, own.image
	limit := patience
	if len(items) > 0 {
		limit = soon
	}
	ctx, cancel := context.WithDeadline(ctx, start.Add(limit))
	defer cancel()
	return assist.Merge(p, s.assist.gopls.complete(ctx, s, p, im), items)
}

// completeTypes asks the type checker. What it must load first is loaded; if that
// takes too long, source files say which names a package has. The image is nil if
// the checker is busy.
func (s *session) completeTypes(ctx context.Context, p assist.Place) ([]assist.Completion, *source.Image) {
	view := func(sc *source.Scope) *source.View { return sc.ViewFor(p.Code, p.Start, p.End) }
	v := s.view(ctx, view)
	if v != nil && len(v.Missing) > 0 && p.Dot && s.fetch(ctx, v.Missing) {
		if again := s.view(ctx, view); again != nil {
			v = again
		}
	}
	if v == nil {
		if !p.Dot {
			return s.lastNames(p), nil
		}
		v = &source.View{}
	}
	items := assist.Complete(p, v, &s.assist.docs)
	if !p.Dot && p.Word == "" {
		s.assist.mu.Lock()
		s.assist.last = items
		s.assist.mu.Unlock()
	}
	return items, v.Image
}

// lastNames are those of the last answer, or what Go always has.
func (s *session) lastNames(p assist.Place) []assist.Completion {
	s.assist.mu.Lock()
	defer s.assist.mu.Unlock()
	items := assist.Complete(p, &source.View{}, nil)
	for _, c := range s.assist.last {
		if strings.HasPrefix(c.Text, p.Word) && !slices.ContainsFunc(items, func(o assist.Completion) bool { return o.Text == c.Text }) {
			items = append(items, c)
		}
	}
	return items
}

// view looks at the scope, or returns nil if it can't soon: a cell is compiled.
func (s *session) view(ctx context.Context, look func(*source.Scope) *source.View) *source.View {
	ctx, cancel := context.WithTimeout(ctx, soon/2)
	defer cancel()
	if !s.lockScope(ctx) {
		return nil
	}
	defer s.scopeMu.Unlock()
	return look(s.scope)
}

// lockScope locks scopeMu unless ctx ends before that is possible, or the
// session is not prepared.
func (s *session) lockScope(ctx context.Context) bool {
	select {
	case <-s.prepared:
	default:
		return false
	}
	if s.failed != nil {
		return false
	}
	for !s.scopeMu.TryLock() {
		select {
		case <-ctx.Done():
			return false
		case <-time.After(2 * time.Millisecond):
		}
	}
	return true
}

// fetch loads packages and reports whether they were there in time; if not, it
// goes on, for the next question.
func (s *session) fetch(ctx context.Context, paths []string) bool {
	s.mu.Lock()
	tools := s.tools
	s.mu.Unlock()
	if tools == nil {
		return false
	}
	done := make(chan error, 1)
	go func() { done <- tools.Import(context.WithoutCancel(ctx), paths...) }()
	select {
	case err := <-done:
		return err == nil
	case <-ctx.Done():
		return false
	}
}

// importPaths lists packages that are at hand beside the standard library.
func (s *session) importPaths() (paths []string) {
	for _, p := range source.KnownPackages() {
		if strings.HasPrefix(p, "songsong/") {
			paths = append(paths, p)
		}
	}
	slices.Sort(paths)
	return paths
}

// Inspect describes a name.
func (s *session) Inspect(ctx context.Context, code string, cursor, level int) (Bundle, bool) {
	start := time.Now()
	ctx, cancel := context.WithDeadline(ctx, start.Add(patience))
	defer cancel()
	p, ok := assist.NameAt(code, cursor)
	if p.Kind == assist.InCommand {
		return commandHelp(p.Word)
	}
	if !ok && p.Kind != assist.InGo {
		return Bundle{}, false
	}
	look := func(sc *source.Scope) *source.View { return sc.ViewAt(p.Code, p.Start) }
	v := s.view(ctx, look)
	if v != nil && v.Object == nil && len(v.Missing) > 0 && s.fetch(ctx, v.Missing) {
		v = s.view(ctx, look)
	}
	if v == nil {
		v = new(source.View)
	}
	var t assist.Text
	if ok {
		t = within(ctx, func() assist.Text { t, _ := s.describe(ctx, p, v); return t }, declaration(v))
	}
	if t.Decl != "" {
		ctx, cancel = context.WithDeadline(ctx, start.Add(soon))
		defer cancel()
	}
	if t = s.assist.gopls.inspect(ctx, s, p, v, t, cursor, !ok || cursor > p.End); t.Decl == "" {
		return Bundle{}, false
	}
	return inspection(t, level), true
}

// declaration is the least that can be said of an object; nothing of none.
func declaration(v *source.View) (t assist.Text) {
	if v.Object != nil {
		t.Decl = types.ObjectString(v.Object, inCells)
	}
	return t
}

func commandHelp(name string) (Bundle, bool) {
	signature, help, ok := assist.Command(name)
	if !ok {
		return Bundle{}, false
	}
	return inspection(assist.Text{Decl: signature, Comment: help, Markdown: help}, 0), true
}

func inspection(t assist.Text, level int) Bundle {
	plain, markdown := t.Decl, "```go\n"+t.Decl+"\n```\n"
	if t.Comment != "" {
		plain += "\n\n" + t.Comment
		markdown += "\n" + t.Markdown
	}
	if t.Hover != "" {
		markdown = t.Hover + "\n"
	}
	if level > 0 && t.More != "" {
		plain += "\n\n" + t.More
		markdown += "\n```go\n" + strings.TrimRight(t.More, "\n") + "\n```\n"
	}
	return Bundle{Data: map[string]any{"text/plain": clean(plain), "text/markdown": clean(markdown)}, Metadata: map[string]any{}}
}

// describe says what an object is: its documentation or, for the session's own,
// its declaration, cell and value.
func (s *session) describe(ctx context.Context, p assist.Place, v *source.View) (assist.Text, bool) {
	o := v.Object
	switch {
	case o == nil:
		return s.assist.docs.Guess(p)
	case o.Pkg() == nil:
		return s.assist.docs.Name("builtin", "", o.Name())
	case o.Pkg() != v.Own:
		return s.foreign(o, v.Own)
	}
	t := declaration(v)
	if _, ok := o.(*types.PkgName); ok {
		return s.foreign(o, v.Own)
	}
	if o.Parent() != nil && o.Parent().Parent() != types.Universe { // local, a field or a method
		return t, true
	}
	if !s.lockScope(ctx) {
		return t, true
	}
	d, ok := s.scope.Declared(o.Name())
	s.scopeMu.Unlock()
	if !ok {
		return t, true
	}
	t.More = d.Text
	t.Comment = strings.TrimSpace(d.Doc + "\nfrom " + d.Cell)
	if d.Slot != "" {
		if value := s.value(d.Slot); value != "" {
			t.Comment += ", now " + value
		}
	}
	t.Markdown = t.Comment
	return t, true
}

// value asks the executor for a variable's value; it answers while a cell runs.
func (s *session) value(slot string) string {
	s.mu.Lock()
	x := s.x
	s.mu.Unlock()
	answer := make(chan string, 1)
	go func() {
		e, err := x.Ask(frame.Command{Kind: frame.Values, Keys: []string{slot}})
		var texts []string
		if err == nil && json.Unmarshal([]byte(e.Value), &texts) == nil && len(texts) == 1 {
			answer <- texts[0]
			return
		}
		answer <- ""
	}()
	select {
	case v := <-answer:
		return v
	case <-time.After(200 * time.Millisecond):
		return ""
	}
}

// foreign documents a package or what it declares.
func (s *session) foreign(o types.Object, own *types.Package) (assist.Text, bool) {
	if p, ok := o.(*types.PkgName); ok {
		return s.assist.docs.Package(p.Imported().Path())
	}
	t, ok := s.assist.docs.Name(o.Pkg().Path(), assist.Owner(o), o.Name())
	decl := types.ObjectString(o, inCells)
	if _, isType := o.(*types.TypeName); !ok {
		t.Decl = decl
	} else if !isType && strings.Contains(decl, "[") { // with its type arguments
		t.Comment, t.Markdown = strings.TrimSpace(t.Comment+"\n"+decl), strings.TrimSpace(t.Markdown+"\n`"+decl+"`")
	}
	return t, true
}

// packageDir is the folder of a loaded package's source.
func (s *session) packageDir(path string) string {
	s.mu.Lock()
	tools := s.tools
	s.mu.Unlock()
	if tools == nil {
		return ""
	}
	if p := tools.Package(path); p != nil {
		return p.Dir
	}
	return ""
}

// IsComplete says whether the code can run as it stands.
func (s *session) IsComplete(code string) (status, indent string) { return assist.IsComplete(code) }
