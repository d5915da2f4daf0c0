// Package timeit measures code for the command %timeit, in the process that runs
// cells. See [Run].
package timeit

import (
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// How much is measured: repetitions of at least enough, fewest to most of them
// in about budget.
const (
	enough  = 20 * time.Millisecond
	budget  = 1500 * time.Millisecond
	fewest  = 3
	most    = 25
	forever = 10 * time.Second // one run this long is not repeated
)

// A Result is what measuring found.
type Result struct {
	Seconds []float64 // per loop, one for each repetition, sorted
	Loops   int       // of each repetition
}

// Run calls body(n), which does something n times, with an n for which that takes
// 20 ms, then 3 to 25 times again in about 1.5 s. Something that takes more than
// 10 s is done once.
func Run(body func(n int)) Result {
	n, took := 1, time.Duration(0)
	for {
		if took = measure(body, n); took >= enough {
			break
		}
		grow := 1.2 * float64(enough) / float64(max(took, time.Nanosecond))
		n = int(float64(n) * min(max(grow, 2), 100))
	}
	r := Result{Loops: n, Seconds: []float64{perLoop(took, n)}}
	if took >= forever {
		return r
	}
	r.Seconds = r.Seconds[:0] // the first one warmed up
	repeat := min(max(int(budget/took), fewest), most)
	for range repeat {
		r.Seconds = append(r.Seconds, perLoop(measure(body, n), n))
	}
	slices.Sort(r.Seconds)
	return r
}

func measure(body func(int), n int) time.Duration {
	start := time.Now()
	body(n)
	return time.Since(start)
}

func perLoop(d time.Duration, n int) float64 { return d.Seconds() / float64(n) }

// Keep makes the compiler compute v.
func Keep[T any](v T) { runtime.KeepAlive(v) }

// Quantile returns the time per loop below which a fraction p of the repetitions lie.
func (r Result) Quantile(p float64) float64 {
	at := p * float64(len(r.Seconds)-1)
	i := int(at)
	if i+1 >= len(r.Seconds) {
		return r.Seconds[len(r.Seconds)-1]
	}
	return r.Seconds[i] + (at-float64(i))*(r.Seconds[i+1]-r.Seconds[i])
}

func (r Result) String() string {
	median := text(r.Quantile(0.5))
	if len(r.Seconds) == 1 {
		return median + " (one run; too long to repeat)"
	}
	return fmt.Sprintf("%s per loop: median of %d repetitions of %s; half of them took %s to %s, the fastest %s", median,
		len(r.Seconds), loops(r.Loops), text(r.Quantile(0.25)), text(r.Quantile(0.75)), text(r.Seconds[0]))
}

func loops(n int) string {
	if n == 1 {
		return "1 loop"
	}
	s := strconv.Itoa(n)
	var groups []string
	for len(s) > 3 {
		groups = append([]string{s[len(s)-3:]}, groups...)
		s = s[:len(s)-3]
	}
	return strings.Join(append([]string{s}, groups...), ",") + " loops"
}

// text writes seconds with three digits: 12.3 ns.
func text(s float64) string {
	unit := "s"
	for _, u := range []string{"ms", "µs", "ns"} {
		if s >= 1 {
			break
		}
		s, unit = s*1000, u
	}
	switch {
	case s >= 100:
		return fmt.Sprintf("%.0f %s", s, unit)
	case s >= 10:
		return fmt.Sprintf("%.1f %s", s, unit)
	}
	return fmt.Sprintf("%.2f %s", s, unit)
}
