// Package progress tells a person at a terminal how a long step goes.
//
// A [Reporter] shows one [Step] at a time: a bar or a spinner with the elapsed
// time on a terminal, plain lines elsewhere. A step that takes less than a
// second shows nothing.
package progress

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/term"
)

const (
	quiet = time.Second      // steps shorter than this show nothing
	plain = 15 * time.Second // between two plain lines of one step
	frame = 100 * time.Millisecond
)

// A Reporter writes the progress of steps.
type Reporter struct {
	w io.Writer
	f *os.File // w if that is a terminal, else nil
}

// New returns a reporter to w, with moving bars if w is a terminal.
func New(w io.Writer) *Reporter {
	r := &Reporter{w: w}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb" {
		r.f = f
	}
	return r
}

// A Step is one thing being done. Its methods may be called from any goroutine.
type Step struct {
	r     *Reporter
	name  string
	start time.Time
	stop  chan struct{}
	ended chan struct{}

	mu          sync.Mutex
	count, size int // of parts done and in all; size 0 when nobody knows; guarded by mu
}

// Start begins a step; name says what is done («installing JupyterLab 4.6.6»).
// End ends it.
func (r *Reporter) Start(name string) *Step {
	s := &Step{r: r, name: name, start: time.Now(), stop: make(chan struct{}), ended: make(chan struct{})}
	go s.show()
	return s
}

// Part says that count of size parts are done.
func (s *Step) Part(count, size int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count, s.size = count, size
}

// End ends the step. If it showed anything and err is nil, a line says how long it took.
func (s *Step) End(err error) {
	close(s.stop)
	<-s.ended
	if took := time.Since(s.start); took >= quiet && err == nil {
		fmt.Fprintf(s.r.w, "%s: done in %s\n", s.name, seconds(took))
	}
}

func (s *Step) parts() (count, size int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.count, s.size
}

// show runs until stop.
func (s *Step) show() {
	defer close(s.ended)
	select {
	case <-s.stop:
		return
	case <-time.After(quiet):
	}
	if s.r.f != nil {
		s.showBar()
	} else {
		s.showLines()
	}
}

func (s *Step) showLines() {
	fmt.Fprintf(s.r.w, "%s …\n", s.name)
	tick := time.NewTicker(plain)
	defer tick.Stop()
	for {
		select {
		case <-s.stop:
			return
		case <-tick.C:
			of := ""
			if count, size := s.parts(); size > 0 {
				of = fmt.Sprintf(" %d of %d,", count, size)
			}
			fmt.Fprintf(s.r.w, "%s …%s %s\n", s.name, of, seconds(time.Since(s.start)))
		}
	}
}

func (s *Step) showBar() {
	line := Line{File: s.r.f}
	defer line.Clear()
	tick := time.NewTicker(frame)
	defer tick.Stop()
	for i := 0; ; i++ {
		select {
		case <-s.stop:
			return
		case <-tick.C:
		}
		mark := string([]rune(spinner)[i%len([]rune(spinner))])
		if count, size := s.parts(); size > 0 {
			mark = fmt.Sprintf("%s %d/%d", Bar(count, size, 20), count, size)
		}
		line.Show(fmt.Sprintf("%s %s %s", mark, s.name, seconds(time.Since(s.start))))
	}
}

// spinner moves while nobody knows how much is left.
const spinner = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"

func seconds(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%d s", int(d.Seconds()))
	}
	return fmt.Sprintf("%d min %02d s", int(d.Minutes()), int(d.Seconds())%60)
}
