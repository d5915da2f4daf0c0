package main

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"songsong/kernel/internal/session"
)

// A page is a sink that keeps what a reader would see, as text.
type page struct {
	mu sync.Mutex
	b  strings.Builder // guarded by mu
}

func (p *page) write(s string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.b.WriteString(s)
}

func (p *page) Started(int)              {}
func (p *page) Stream(_, text string)    { p.write(text) }
func (p *page) Display(b session.Bundle) { p.Result(b) }
func (p *page) Clear(bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.b.Reset()
}
func (p *page) Result(b session.Bundle) {
	text, _ := b.Data["text/plain"].(string)
	p.write(text + "\n")
}
func (p *page) Input(context.Context, string, bool) (string, error) {
	return "", context.Canceled
}

// text is all a cell showed, without colours.
func (p *page) text(r session.Reply) string {
	if r.Err != nil {
		p.write(strings.Join(r.Err.Traceback, "\n"))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.TrimSpace(regexp.MustCompile("\x1b\\[[0-9;]*m").ReplaceAllString(p.b.String(), ""))
}

var (
	transcript = regexp.MustCompile(`(?s)<!-- transcript.*<!-- end of the transcript -->`)
	exchange   = regexp.MustCompile("(?s)```go\n(.*?)```\n\n```text\n(.*?)\n```")
	link       = regexp.MustCompile(`\]\(([^)#:]+)\)`)
)

func readme(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestReadmeTranscript: the README shows what its cells print.
func TestReadmeTranscript(t *testing.T) {
	cells := exchange.FindAllStringSubmatch(transcript.FindString(readme(t)), -1)
	if len(cells) == 0 {
		t.Fatal("README.md has no transcript")
	}
	s, err := session.Open(session.Options{Dir: t.TempDir(), Log: t.Logf})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.Execute(t.Context(), session.Request{Code: "0", Silent: true}, new(page)) // it is ready then
	for _, c := range cells {
		p := new(page)
		reply := s.Execute(t.Context(), session.Request{Code: strings.TrimSuffix(c[1], "\n"), StoreHistory: true}, p)
		if diff := cmp.Diff(c[2], p.text(reply)); diff != "" {
			t.Errorf("README.md's cell\n%s\n(-README +now)\n%s", c[1], diff)
		}
	}
}

// TestReadmeLinks: what the README points to is there.
func TestReadmeLinks(t *testing.T) {
	links := link.FindAllStringSubmatch(readme(t), -1)
	if len(links) == 0 {
		t.Fatal("README.md has no links")
	}
	for _, l := range links {
		if _, err := os.Stat(filepath.Join("..", filepath.FromSlash(l[1]))); err != nil {
			t.Errorf("README.md points to %s, which is not there", l[1])
		}
	}
}
