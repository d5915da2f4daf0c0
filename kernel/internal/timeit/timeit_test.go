package timeit

import (
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestRunFindsTheTimeOfALoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := Run(func(n int) { time.Sleep(time.Duration(n) * 3 * time.Millisecond) })
		if got := r.Quantile(0.5); math.Abs(got-0.003) > 1e-6 {
			t.Errorf("median %g s, want 0.003", got)
		}
		if d := time.Duration(float64(r.Loops) * 3e6); d < enough {
			t.Errorf("a repetition takes %v, want at least %v", d, enough)
		}
		if len(r.Seconds) < fewest || len(r.Seconds) > most {
			t.Errorf("%d repetitions", len(r.Seconds))
		}
	})
}

func TestRunDoesNotRepeatForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		r := Run(func(n int) { calls++; time.Sleep(11 * time.Second) })
		if calls != 1 || !strings.Contains(r.String(), "one run") {
			t.Errorf("%d calls, %s", calls, r)
		}
	})
}

func TestResultInWords(t *testing.T) {
	r := Result{Seconds: []float64{1e-9, 12.3e-9, 0.02}, Loops: 1234567}
	want := "12.3 ns per loop: median of 3 repetitions of 1,234,567 loops; half of them took 6.65 ns to 10.0 ms, the fastest 1.00 ns"
	if got := r.String(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
