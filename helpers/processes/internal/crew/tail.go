package crew

import (
	"bytes"
	"io"
	"strings"
	"sync"
)

// A tail passes on what a worker writes to stderr, and remembers the first line
// that says why the program died, or else the last line.
type tail struct {
	to io.Writer

	mu     sync.Mutex
	line   []byte // being written; guarded by mu
	last   string // guarded by mu
	reason string // guarded by mu
}

var reasons = []string{"fatal error:", "panic:", "runtime: goroutine stack exceeds", "SIG", "processes:"}

func (t *tail) Write(b []byte) (int, error) {
	t.to.Write(b) // what becomes of the reader's screen is no reason to stop the worker
	t.mu.Lock()
	defer t.mu.Unlock()
	n := len(b)
	for len(b) > 0 {
		i := bytes.IndexByte(b, '\n')
		if i < 0 {
			t.addLocked(b)
			break
		}
		t.addLocked(b[:i])
		t.endLocked()
		b = b[i+1:]
	}
	return n, nil
}

func (t *tail) addLocked(b []byte) {
	if len(t.line) < 1000 {
		t.line = append(t.line, b[:min(len(b), 1000)]...)
	}
}

func (t *tail) endLocked() {
	line := strings.TrimSpace(string(t.line))
	t.line = t.line[:0]
	if line == "" {
		return
	}
	t.last = line
	for _, p := range reasons {
		if t.reason == "" && strings.HasPrefix(line, p) {
			t.reason = line
		}
	}
}

// String returns the line that says why.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.endLocked()
	if t.reason != "" {
		return t.reason
	}
	return t.last
}
