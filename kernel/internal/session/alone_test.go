package session

import (
	"context"
	"os"
	"strings"
	"testing"

	"songsong/kernel/internal/interp/alone"
	"songsong/kernel/internal/native"
	"songsong/kernel/internal/source"
)

// TestMain lets the test binary be the interpreter's program.
func TestMain(m *testing.M) {
	if os.Getenv("SONGSONG_EXECUTOR") != "" {
		alone.Main()
	}
	interpreter = func(context.Context, func()) (string, error) { return os.Executable() }
	os.Exit(m.Run())
}

func TestAlone(t *testing.T) {
	s := &session{end: func() {}, dir: t.TempDir(), graph: source.NewGraph(), sinks: map[int]Sink{}, labels: map[string]label{}, runs: map[string]int{}, loaded: map[string]bool{}, prepared: make(chan struct{})}
	s.alone(native.ErrNoGo)
	close(s.prepared)
	defer s.Close()
	mustRun(t, s, "x := 5\nfmt.Println(\"hello\", x)\nx * 2", "hello 5\n10")
	mustRun(t, s, "func f(n int) int { return n + x }\nf(3)", "8")
	if _, r := run1(t, s, "for i := range 3 { fmt.Println(i) }"); r.Err == nil || r.Err.Name != "interpreter error" {
		t.Errorf("range over an integer: %v", r.Err)
	}
	if _, r := run1(t, s, "panic(\"boo\")"); r.Err == nil || r.Err.Name != "panic" || r.Err.Value != "boo" {
		t.Errorf("panic: %v", r.Err)
	}
	if _, r := run1(t, s, "fmt.Println(undefinedName)"); r.Err == nil || !strings.Contains(r.Err.Value, "undefinedName") {
		t.Errorf("undefined name: %v", r.Err)
	}
	mustRun(t, s, "x", "5")
	if b, ok := s.Inspect(context.Background(), "x", 1, 0); ok {
		t.Logf("inspect: %v", b.Data)
	}
	s.Complete(context.Background(), "fmt.Pr", 6)
}
