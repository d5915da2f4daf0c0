package session

import (
	"fmt"
	"sync"
	"time"
)

// A waitSink can say what a cell waits for, as long as the cell has shown nothing: the line is an output like any other, and goes
// away before the first other one.
type waitSink struct {
	Sink
	mu    sync.Mutex // guards what follows, and the order of outputs
	shown bool       // the line is there
	over  bool       // something else was shown
}

func (w *waitSink) Stream(name, text string) { w.end(true); w.Sink.Stream(name, text) }
func (w *waitSink) Display(b Bundle)         { w.end(true); w.Sink.Display(b) }
func (w *waitSink) Result(b Bundle)          { w.end(true); w.Sink.Result(b) }

// end takes the line away, for ever or until the next wait.
func (w *waitSink) end(over bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.shown {
		w.Sink.Clear(false)
	}
	w.shown, w.over = false, w.over || over
}

// say shows a line in place of the last.
func (w *waitSink) say(text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.over {
		return
	}
	w.Sink.Display(Bundle{Data: map[string]any{"text/plain": text}, DisplayID: "songsong-prepare", Update: w.shown})
	w.shown = true
}

// What the reader is told while a cell waits: what is being done, and for how many seconds.
const (
	preparing = "preparing Go: %s (%.0f s; this happens once)"
	building  = "%s (%.0f s)"
)

// during runs f. When that takes more than a second, the reader of the cell is told every second what is being done, in words
// of the given format.
func (c *run) during(format string, f func()) {
	if c.wait == nil || c.req.Silent { // within another's wait, or nobody reads
		f()
		return
	}
	wait := c.wait
	c.wait = nil
	defer func() { c.wait = wait }()
	done := make(chan struct{})
	var telling sync.WaitGroup
	telling.Go(func() {
		defer wait.end(false)
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for start := time.Now(); ; {
			select {
			case <-done:
				return
			case <-tick.C:
				c.mu.Lock()
				doing := c.doing
				c.mu.Unlock()
				wait.say(fmt.Sprintf(format, doing, time.Since(start).Seconds()))
			}
		}
	})
	defer telling.Wait()
	defer close(done)
	f()
}
