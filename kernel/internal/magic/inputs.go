package magic

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// withInputs makes the next shell command of the cell ask the reader for its
// standard input.
func withInputs(hidden bool) func(context.Context, *Runner, Command) error {
	return func(_ context.Context, r *Runner, _ Command) error {
		r.asks, r.hidden = true, hidden
		return nil
	}
}

// How often a program is looked at, to see whether it waits for input, and how
// long it may be silent where that can't be seen.
const (
	lookEvery = 30 * time.Millisecond
	askAfter  = 300 * time.Millisecond
)

// feed gives a program lines that the reader types, each when the program waits
// for it, until done is closed.
func (r *Runner) feed(w io.WriteCloser, group int, hidden bool, done <-chan struct{}) {
	defer w.Close()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() { <-done; cancel() }()
	for waiting := time.Duration(0); ctx.Err() == nil; {
		select {
		case <-done:
			return
		case <-time.After(lookEvery):
		}
		reads, known := readsInput(group)
		if waiting += lookEvery; known && !reads || !known && waiting < askAfter {
			continue
		}
		waiting = 0
		line, err := r.Input(ctx, "", hidden)
		if err != nil {
			if ctx.Err() == nil {
				r.Stream("stderr", fmt.Sprintf("notice: the command gets no input: %v\n", err))
			}
			return
		}
		if _, err := io.WriteString(w, line+"\n"); err != nil {
			return
		}
	}
}

// readsInput reports whether a process of the group is in a read of its file 0,
// as Linux tells; known is false where it does not.
func readsInput(group int) (reads, known bool) {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		stat, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		_, rest, _ := strings.Cut(string(stat), ") ")
		if f := strings.Fields(rest); len(f) < 3 || f[2] != strconv.Itoa(group) {
			continue
		}
		call, err := os.ReadFile(filepath.Join(filepath.Dir(path), "syscall"))
		if err != nil {
			continue
		}
		known = true
		if strings.HasPrefix(string(call), "0 0x0 ") {
			return true, true
		}
	}
	return false, known
}
