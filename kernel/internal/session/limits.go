package session

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"songsong/kernel/internal/home"
	"songsong/kernel/internal/limits"
)

// A limiter holds the session's limits, which may change while cells run.
type limiter struct {
	mu  sync.Mutex
	now limits.Limits // guarded by mu
}

func (l *limiter) values() limits.Limits {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.now
}

func (l *limiter) set(name, value string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.now.Set(name, value)
}

func (s *session) setRunning(id int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running = id
}

// countEvery is how often the processes of a running cell are counted.
const countEvery = 200 * time.Millisecond

// guard watches the time and the processes of a cell until over is called, which
// says in the cell's error which limit ended it.
func (c *run) guard(ctx context.Context) (over func(*Error) *Error) {
	done := make(chan struct{})
	var why atomic.Pointer[string]
	end := func(text string) {
		why.CompareAndSwap(nil, &text)
		c.Interrupt()
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		start, tick := time.Now(), time.NewTicker(countEvery)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
			}
			l := c.limit.values()
			if l.Time > 0 && time.Since(start) > l.Time && why.Load() == nil {
				end(fmt.Sprintf("the cell ran longer than %v and was stopped (%%limit time sets the limit)", l.Time))
			}
			if n := c.processes(); l.Processes > 0 && n > l.Processes {
				end(fmt.Sprintf("the cell had %d processes running, more than the limit of %d: they were ended and the cell was stopped (%%limit processes sets the limit)", n, l.Processes))
				c.endProcesses()
			}
		}
	})
	return func(err *Error) *Error {
		close(done)
		wg.Wait()
		text := why.Load()
		if text == nil || err == nil {
			return err
		}
		limit := problem("limit", *text)
		if err.Name == "interrupted" && len(err.Traceback) > 0 {
			err.Traceback = err.Traceback[1:] // which only says so
		}
		limit.Traceback = append(limit.Traceback, err.Traceback...)
		return limit
	}
}

// processes counts what the cell's Go and its command have started.
func (c *run) processes() (n uint64) {
	if x := c.executor(); x != nil {
		n += uint64(limits.Processes(x.Pid()))
	}
	if group := c.commands.runner.Group(); group != 0 {
		n += uint64(limits.Processes(group))
	}
	return n
}

// endProcesses ends the command and the processes that the executor has started,
// and the executor too if it goes on starting others.
func (c *run) endProcesses() {
	if group := c.commands.runner.Group(); group != 0 {
		limits.KillAll(group)
	}
	x := c.executor()
	if x == nil {
		return
	}
	limit := c.limit.values().Processes
	for end := time.Now().Add(2 * time.Second); time.Now().Before(end); {
		limits.KillChildren(x.Pid())
		if uint64(limits.Processes(x.Pid())) <= limit/2+1 {
			return
		}
	}
	c.giveUp()
}

func (c *run) executor() interface{ Pid() int } {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.x == nil {
		return nil
	}
	return c.x
}

// A cutSink lets a cell print up to the limit; more goes to a file.
type cutSink struct {
	Sink
	s     *session
	count int

	mu      sync.Mutex // guards what follows
	printed uint64
	said    bool
	rest    string // name of the file, "" if there can be none
	kept    uint64 // bytes in it
}

// keepRest is how much of what a cell prints beyond its limit is kept.
const keepRest = 1 << 30

func (s *session) cut(out Sink, count int) Sink { return &cutSink{Sink: out, s: s, count: count} }

func (k *cutSink) Stream(name, text string) {
	limit := k.s.limit.values().Output
	k.mu.Lock()
	before := k.printed
	k.printed += uint64(len(text))
	k.mu.Unlock()
	switch {
	case limit == 0 || before+uint64(len(text)) <= limit:
		k.Sink.Stream(name, text)
		return
	case before < limit:
		n := int(limit - before)
		for n > 0 && text[n]&0xC0 == 0x80 { // no letter is cut in two
			n--
		}
		k.Sink.Stream(name, text[:n])
		text = text[n:]
	}
	k.keep(text, limit)
}

// keep adds what is beyond the limit to a file, and says so once.
func (k *cutSink) keep(text string, limit uint64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.said {
		k.said = true
		where := "is lost"
		if f, err := restFile(k.count); err == nil {
			f.Close()
			k.rest, where = f.Name(), "goes to "+f.Name()
		}
		k.Sink.Stream("stderr", fmt.Sprintf("\nnotice: the output is cut here, after %s; the rest %s (%%limit output sets the limit)\n", limits.Size(limit), where))
	}
	if k.rest == "" || k.kept >= keepRest {
		return
	}
	k.kept += uint64(len(text))
	f, err := os.OpenFile(k.rest, os.O_WRONLY|os.O_APPEND, 0)
	if err == nil {
		_, err = f.WriteString(text)
		f.Close()
	}
	if err != nil {
		k.rest = ""
	}
}

// restFile makes a file in songsong's cache folder and drops those of last week.
func restFile(count int) (*os.File, error) {
	cache, err := home.Cache()
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(cache, "output")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	old, _ := filepath.Glob(filepath.Join(dir, "cell-*.txt"))
	for _, path := range old {
		if st, err := os.Stat(path); err == nil && time.Since(st.ModTime()) > 7*24*time.Hour {
			os.Remove(path)
		}
	}
	return os.CreateTemp(dir, fmt.Sprintf("cell-%d-*.txt", count))
}
