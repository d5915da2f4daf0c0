package ratio

import (
	"testing"
	"time"
)

func TestRanks(t *testing.T) {
	// from tables of the binomial distribution: n → values left out at each end for a 95 % interval of the median
	for n, want := range map[int]int{5: 0, 6: 0, 8: 0, 9: 1, 11: 1, 12: 2, 15: 3, 20: 5} {
		if got := rank95(n); got != want {
			t.Errorf("%d values: %d left out, not %d", n, got, want)
		}
	}
}

func TestRatioIsPaired(t *testing.T) {
	times := Times{Wall: map[string][]float64{"a": {10, 20, 300}, "b": {5, 10, 150}}}
	if r := times.Ratio("a", "b"); r != (Spread{2, 2, 2}) {
		t.Errorf("got %+v", r)
	}
	if r := times.CPURatio("a", "b"); r != (Spread{}) {
		t.Errorf("processor time from nowhere: %+v", r)
	}
	if m := times.Median("a"); m.Median != 20 || m.Low != 10 || m.High != 300 {
		t.Errorf("got %+v", m)
	}
}

func TestMeasure(t *testing.T) {
	runs := 0
	times := Measure(3, Way{Name: "nap", N: 2, Run: func(n int) { runs++; time.Sleep(time.Duration(n) * time.Millisecond) }},
		Way{Name: "own", N: 2, Own: func(int) float64 { return 10 }})
	if runs != 4 || len(times.Wall["nap"]) != 3 || times.Median("nap").Median < 1e6 || times.Median("own").Median != 5 {
		t.Errorf("%d runs, %v", runs, times)
	}
}
