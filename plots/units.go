package plots

import (
	"math"
)

type timeUnit struct {
	seconds float64
	name    string
}

var timeUnits = []timeUnit{{1, "s"}, {1e-3, "ms"}, {1e-6, "µs"}, {1e-9, "ns"}}

// unitOf is the largest unit in which x is at least 1.
func unitOf(x float64) timeUnit {
	for _, u := range timeUnits {
		if math.Abs(x) >= u.seconds*(1-1e-9) {
			return u
		}
	}
	return timeUnits[len(timeUnits)-1]
}

func unitFor(items []item) timeUnit {
	most := 0.0
	for _, it := range items {
		most = math.Max(most, it.sum.Median)
	}
	return unitOf(most)
}

// duration writes seconds with a fitting unit, such as "0.81 µs" or "10.8 ms".
func (s *settings) duration(x float64, digits int) string {
	if x == 0 {
		return "0" + noBreak + "s"
	}
	if math.IsInf(x, 0) || math.IsNaN(x) {
		return s.number(x, digits)
	}
	u := unitOf(x)
	return s.number(roundTo(x/u.seconds, digits), digits) + noBreak + u.name
}

// brief is duration without zeros at the end.
func (s *settings) brief(x float64, digits int) string {
	if x == 0 || math.IsInf(x, 0) || math.IsNaN(x) {
		return s.duration(x, digits)
	}
	u := unitOf(x)
	return s.short(roundTo(x/u.seconds, digits), digits) + noBreak + u.name
}
