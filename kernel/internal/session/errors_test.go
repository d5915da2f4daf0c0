package session

import "testing"

func TestFirstStackIsOfTheGoroutineThatDied(t *testing.T) {
	const (
		died  = "goroutine 34 [running]:\nmain.rec(...)\n\t/Ꞩ/0123456789ab/cell.go:1 +0x1d"
		other = "goroutine 8 [sync.Mutex.Lock]:\nmain.f()\n\t/Ꞩ/ba9876543210/cell.go:3 +0x2a"
	)
	for name, text := range map[string]string{
		"stack overflow": "runtime: goroutine stack exceeds 1000000000-byte limit\nfatal error: stack overflow\n\nruntime stack:\nruntime.throw(...)\n\n" + died + "\n\n" + other,
		"one goroutine":  "fatal error: concurrent map writes\n\n" + died,
	} {
		if got := firstStack(text); got != died {
			t.Errorf("%s: %q", name, got)
		}
	}
	if got := firstStack("fatal error: out of memory"); got != "" {
		t.Errorf("no stack: %q", got)
	}
}
