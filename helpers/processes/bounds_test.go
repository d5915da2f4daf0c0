package processes_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"songsong/helpers/processes"
)

func TestWorkerNumbers(t *testing.T) {
	for _, n := range []int{0, -3} {
		p, err := processes.NewPlainPool(t.Context(), n, square)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(p.Metrics().Workers); got != runtime.GOMAXPROCS(0) {
			t.Errorf("%d workers asked for, %d started", n, got)
		}
		p.Close()
	}
	_, err := processes.NewPlainPool(t.Context(), 1_000_000, square)
	if err == nil || err.Error() != "processes: a pool of 1000000 workers is more than the limit of 1024" {
		t.Error(err)
	}
}

func TestClosedPool(t *testing.T) {
	p := newPool(t, 1, slow)
	running, waiting := p.Submit(t.Context(), 50), p.Submit(t.Context(), 50)
	for p.Metrics().Running == 0 {
		time.Sleep(time.Millisecond)
	}
	if err := p.Shutdown(true, true); err != nil {
		t.Error(err)
	}
	if _, err := waiting.Await(t.Context()); !errors.Is(err, context.Canceled) {
		t.Error("a waiting task:", err)
	}
	if _, err := running.Await(t.Context()); !errors.Is(err, context.Canceled) {
		t.Error("a running task:", err)
	}
	if _, err := p.Submit(t.Context(), 1).Await(t.Context()); !errors.Is(err, processes.ErrClosed) {
		t.Error("a closed pool:", err)
	}
	n := 0
	for _, err := range p.Map(t.Context(), naturals(3)) {
		if !errors.Is(err, processes.ErrClosed) {
			t.Error("a closed pool's Map:", err)
		}
		n++
	}
	if n != 3 {
		t.Error(n, "results")
	}
	p.Close()
	p.Shutdown(false, false)
}

func TestMapLeftEarly(t *testing.T) {
	p := newPool(t, 2, slow)
	start := time.Now()
	for r, err := range p.Map(t.Context(), func(yield func(int) bool) {
		for i := 0; yield(min(i*60_000, 60_000)); i++ { // 0, then long ones for ever
			if i > 100 {
				return
			}
		}
	}) {
		if r != 0 || err != nil {
			t.Fatal(r, err)
		}
		break
	}
	p.Close() // the rest is cancelled
	if d := time.Since(start); d > 20*time.Second {
		t.Error(d)
	}
}

func TestMapEndsWithItsContext(t *testing.T) {
	p := newPool(t, 1, slow)
	for _, unordered := range []bool{false, true} {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		seq := p.Map(ctx, naturals(60_000))
		if unordered {
			seq = p.MapUnordered(ctx, naturals(60_000))
		}
		var last error
		for _, last = range seq {
		}
		if !errors.Is(last, context.DeadlineExceeded) {
			t.Error("the last error is", last)
		}
	}
	p.Shutdown(true, true)
}

func TestSubmitWaitsForRoom(t *testing.T) {
	p := newPool(t, 1, slow, processes.MaxWaiting(2))
	for range 4 {
		p.Submit(t.Context(), 50)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	var fs []*processes.Future[int]
	for range 4 {
		fs = append(fs, p.Submit(ctx, 50))
	}
	if _, err := fs[3].Await(t.Context()); !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	p.Shutdown(true, true)
}

func shout(_ context.Context, s string) (int, error) { return os.Stdout.WriteString(s + "\n") }

func TestOutput(t *testing.T) {
	var out syncBuffer
	p := newPool(t, 2, shout, processes.Output(&out, &out))
	for range 20 {
		p.Submit(t.Context(), "line")
	}
	p.Close()
	if n := strings.Count(out.String(), "line\n"); n != 20 {
		t.Errorf("%d lines of 20", n)
	}
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// children lists this process's children that are not zombies, and its open sockets.
func children(t *testing.T) (pids, sockets int) {
	t.Helper()
	tasks, err := filepath.Glob("/proc/self/task/*/children")
	if err != nil || len(tasks) == 0 {
		t.Skip("no /proc")
	}
	for _, f := range tasks {
		b, _ := os.ReadFile(f) // a thread that has ended has none
		pids += len(strings.Fields(string(b)))
	}
	fds, _ := os.ReadDir("/proc/self/fd")
	for _, fd := range fds {
		if to, _ := os.Readlink("/proc/self/fd/" + fd.Name()); strings.HasPrefix(to, "socket:") {
			sockets++
		}
	}
	return pids, sockets
}

// Whatever way a pool, queue or manager ends, no process and no socket is left.
func TestNothingIsLeft(t *testing.T) {
	pids, sockets := children(t)
	for i := range 3 {
		p := newPool(t, 2, slow)
		p.Submit(t.Context(), 1)
		switch i {
		case 0:
			p.Close()
		case 1:
			p.Terminate()
		case 2:
			p.Submit(t.Context(), 60_000)
			p.Shutdown(false, true)
			p.Shutdown(true, true)
		}
	}
	q := newQueue[int](t, 0)
	q.Close()
	m, err := processes.NewManager()
	if err != nil {
		t.Fatal(err)
	}
	m.Close()
	if p, s := children(t); p > pids || s > sockets {
		t.Errorf("%d processes and %d sockets are left", p-pids, s-sockets)
	}
}
