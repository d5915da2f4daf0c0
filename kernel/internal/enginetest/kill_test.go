package enginetest

import (
	"regexp"
	"testing"
	"time"
)

// TestKill ends goroutines that cells left behind, one by one.
func TestKill(t *testing.T) {
	s := open(t)
	runSteps(t, s, []step{
		{"%goroutines", "no goroutine of a cell is running\n"},
		{"go func() {\n\tctx := display.Context()\n\t<-ctx.Done()\n\tfmt.Println(\"one saw\", ctx.Err())\n}()", ""},
		{"go func() { for { time.Sleep(time.Millisecond) } }()", ""},
		{"go func() { <-make(chan int) }()\ntime.Sleep(10 * time.Millisecond)", ""},
	})
	list := show(s, "%goroutines")
	m := regexp.MustCompile(`^(\d+)  cell \[2\], line 3 \(chan receive\)\n(\d+)  cell \[3\], line 1 \(.*\)\n(\d+)  cell \[4\], line 1 \(chan receive\)\n$`).FindStringSubmatch(list)
	if m == nil {
		t.Fatalf("%%goroutines shows %q", list)
	}
	runSteps(t, s, []step{
		{"%kill " + m[2], "goroutine " + m[2] + " has ended\n"},
		{"%kill " + m[1], "goroutine " + m[1] + " has ended\n"},
		{"%kill " + m[3], "goroutine " + m[3] + ` goes on \(chan receive\): it neither loops .*\n`},
		{"%kill 999999", "no goroutine of a cell has the number 999999; .*\n"},
		{"%kill", "usage: .*\n"},
		{"%kill all", "goroutine " + m[3] + " goes on .*\n"},
		{"n := 0\nfor range 1000 { n++ }\nn", "=> 1000\n"},
	})
	time.Sleep(50 * time.Millisecond)
	if got := show(s, "%goroutines"); !regexp.MustCompile(`^\d+  cell \[4\], line 1 \(chan receive\)\n$`).MatchString(got) {
		t.Errorf("at the end there is %q", got)
	}
}
