package protocoltest

import (
	"fmt"
	"os"
	"runtime"
	"testing"
	"time"

	"songsong/kernel/internal/jupyter"
)

// files is the number of file descriptors this process has open.
func files(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip(err)
	}
	return len(entries)
}

// settle waits until there are at most n goroutines.
func settle(n int) int {
	for end := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > n && time.Now().Before(end); {
		time.Sleep(5 * time.Millisecond)
	}
	return runtime.NumGoroutine()
}

// soakCells are run round about; each with its expected status and output.
var soakCells = []struct{ code, status, stdout, result string }{
	{"print a", "ok", "a\n", ""},
	{"value 42", "ok", "", "42"},
	{"fail boom", "error", "", ""},
	{"lines 50", "ok", numbered(50), ""},
	{"picture\nshow x\nupdate y\nclear true", "ok", "", ""},
	{"input x", "ok", "\"answer\"\n", ""},
	{"panic on purpose", "error", "", ""},
	{"later 1ms 5\nprint b", "ok", "b\n", ""},
	{"nonsense", "error", "", ""},
}

// 10,000 cells of every kind, with questions between them, leave nothing behind.
func TestSoak(t *testing.T) {
	n := 10_000
	if testing.Short() || raceEnabled {
		n = 1000
	}
	_, k, c := start(t, jupyter.Options{History: t.TempDir() + "/history.jsonl"})
	c.OnInput = func(string, bool) string { return "answer" }
	round := func(i int) {
		cell := soakCells[i%len(soakCells)]
		e := c.Execute(cell.code)
		if e.Status != cell.status || cell.code != "later 1ms 5\nprint b" && e.Stream("stdout") != cell.stdout || e.Result("text/plain") != cell.result {
			t.Fatalf("cell %d, %q: %s, %q, %q", i, cell.code, e.Status, e.Stream("stdout"), e.Result("text/plain"))
		}
		if i%10 == 0 {
			c.Complete("pa", 2)
			c.KernelInfo("control")
			c.Interrupt()
		}
		if i%100 == 0 {
			k.Client().Close()
		}
		c.Forget()
	}
	for i := range 500 {
		round(i)
	}
	goroutines, fds, before := runtime.NumGoroutine(), files(t), heap()
	began := time.Now()
	for i := range n {
		round(i)
	}
	took := time.Since(began)
	if now := settle(goroutines); now > goroutines+2 {
		t.Errorf("%d goroutines became %d", goroutines, now)
	}
	if now := files(t); now > fds+2 {
		t.Errorf("%d file descriptors became %d", fds, now)
	}
	// Signatures on both sides (at most 2 × 65,536), the history and the script's
	// list of requests may grow.
	grown := (int64(heap()) - int64(before)) / int64(n)
	t.Logf("%d cells in %v, %v each; the heap grew by %d bytes a cell", n, took, took/time.Duration(n), grown)
	if grown > 1500 {
		t.Errorf("the heap grew by %d bytes a cell", grown)
	}
}

// A kernel that has ended leaves no goroutine.
func TestNoGoroutineLeft(t *testing.T) {
	before := runtime.NumGoroutine()
	for i := range 5 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			_, k, c := start(t)
			c.Execute("print a")
			c.Submit("sleep 1h")
			c.Submit("print never")
			c.Shutdown("control", i%2 == 0)
			if err := k.Wait(); err != nil {
				t.Error(err)
			}
		})
	}
	if now := settle(before); now > before {
		buf := make([]byte, 1<<20)
		t.Errorf("%d goroutines became %d:\n%s", before, now, buf[:runtime.Stack(buf, true)])
	}
}
