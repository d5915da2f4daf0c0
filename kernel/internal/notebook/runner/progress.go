package runner

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"songsong/kernel/internal/notebook"
	"songsong/kernel/internal/progress"
)

// NewProgress returns a [Watcher] that shows a run on f: on a terminal one
// line that moves, elsewhere a line for each cell. verb is what a finished
// notebook has become, such as "ran". Call stop at the end.
func NewProgress(f *os.File, verb string) (w Watcher, stop func()) {
	if term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb" {
		return newLive(f, verb)
	}
	return &plain{w: f, verb: verb}, func() {}
}

// plain writes a line for each cell and each notebook.
type plain struct {
	mu   sync.Mutex // keeps lines whole
	w    io.Writer
	verb string
}

func (p *plain) line(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintf(p.w, format+"\n", args...)
}

func (p *plain) NotebookStarted(string, int)                  {}
func (p *plain) CellStarted(string, int, int, *notebook.Cell) {}
func (p *plain) Printed(string, string)                       {}
func (p *plain) CellDone(path string, n, of int, r *CellReport) {
	p.line("%s: cell %d/%d %s in %s  %s", path, n, of, r.Status, short(r.Duration), r.Label)
	if r.Notice != "" {
		p.line("%s: cell %d/%d: %s", path, n, of, r.Notice)
	}
}
func (p *plain) NotebookDone(r *Report) { p.line("%s", summary(r, p.verb)) }

// summary is the line that stays when a notebook is done.
func summary(r *Report, verb string) string {
	switch {
	case r.Err != nil:
		return fmt.Sprintf("✗ %s", r.Path)
	case len(r.Figures) > 0:
		return fmt.Sprintf("✓ %s: %s %d cells in %s, %d figure files changed", r.Path, verb, len(r.Cells), short(r.Duration), len(r.Figures))
	}
	return fmt.Sprintf("✓ %s: %s %d cells in %s", r.Path, verb, len(r.Cells), short(r.Duration))
}

// live keeps one line of a terminal up to date.
type live struct {
	verb string
	done chan struct{}
	gone sync.WaitGroup

	mu      sync.Mutex // guards what follows
	line    progress.Line
	ended   int // cells, of all notebooks so far
	total   int
	running map[string]*runningCell
	order   []string // paths that run, the latest last
}

type runningCell struct {
	n, of   int
	start   time.Time
	printed string // last line
}

func newLive(f *os.File, verb string) (Watcher, func()) {
	l := &live{line: progress.Line{File: f}, verb: verb, done: make(chan struct{}), running: map[string]*runningCell{}}
	l.gone.Go(l.tick)
	return l, func() {
		close(l.done)
		l.gone.Wait()
		l.line.Clear()
	}
}

// tick redraws the line, so that the elapsed time moves while a cell is silent.
func (l *live) tick() {
	t := time.NewTicker(200 * time.Millisecond)
	defer t.Stop()
	for {
		select {
		case <-l.done:
			return
		case <-t.C:
			l.mu.Lock()
			l.drawLocked()
			l.mu.Unlock()
		}
	}
}

func (l *live) drawLocked() {
	if len(l.order) == 0 {
		return
	}
	path := l.order[len(l.order)-1]
	c := l.running[path]
	more := ""
	if len(l.order) > 1 {
		more = fmt.Sprintf(" (+%d)", len(l.order)-1)
	}
	l.line.Show(fmt.Sprintf("%s %s%s cell %d/%d %s  %s", progress.Bar(l.ended, l.total, 10), progress.FitPath(path, 34), more,
		c.n, c.of, time.Since(c.start).Round(time.Second), c.printed))
}

func (l *live) NotebookStarted(path string, cells int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.total += cells
	l.running[path] = &runningCell{of: cells, start: time.Now()}
	l.order = append(l.order, path)
}

func (l *live) CellStarted(path string, n, of int, _ *notebook.Cell) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if c := l.running[path]; c != nil {
		*c = runningCell{n: n, of: of, start: time.Now()}
	}
	l.drawLocked()
}

func (l *live) Printed(path, text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if c := l.running[path]; c != nil {
		c.printed = lastLine(text)
	}
}

func (l *live) CellDone(path string, n, of int, r *CellReport) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if r.Notice != "" {
		l.line.Clear()
		fmt.Fprintf(l.line.File, "%s: cell %d/%d: %s\n", path, n, of, r.Notice)
	}
	l.ended++
}

func (l *live) NotebookDone(r *Report) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.running, r.Path)
	for i, p := range l.order {
		if p == r.Path {
			l.order = append(l.order[:i:i], l.order[i+1:]...)
			break
		}
	}
	l.line.Clear()
	fmt.Fprintln(l.line.File, summary(r, l.verb))
}

// lastLine is the last line of text that holds something, without controls.
func lastLine(text string) string {
	lines := strings.FieldsFunc(ansi.ReplaceAllString(text, ""), func(r rune) bool { return r == '\n' || r == '\r' })
	for i := len(lines) - 1; i >= 0; i-- {
		if s := strings.TrimSpace(lines[i]); s != "" {
			return strings.Map(printable, s)
		}
	}
	return ""
}

func printable(r rune) rune {
	if r < ' ' || r == 0x7f {
		return ' '
	}
	return r
}

func short(d time.Duration) string {
	switch {
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	case d < time.Minute:
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}
