package check_test

import (
	"math"
	"testing"

	"songsong/notebooks/check"
	"songsong/plots/laws"
)

func TestWorkersFor(t *testing.T) {
	fewest := func(serial, speedup float64) int {
		if serial*speedup >= 1 {
			return 0
		}
		return int(math.Ceil((1-serial)/(1/speedup-serial) - 1e-9))
	}
	expect(t, "nil", check.WorkersFor(nil), check.Missing, "workersFor")
	expect(t, "zero", check.WorkersFor(func(float64, float64) int { return 0 }), check.NotYet, "can be reached")
	expect(t, "ideal", check.WorkersFor(func(_, s float64) int { return int(math.Ceil(s)) }), check.NotYet, "give only")
	expect(t, "too many", check.WorkersFor(func(s, x float64) int { return fewest(s, x) + 3 }), check.NotYet, "fewer than your")
	expect(t, "no limit", check.WorkersFor(func(s, x float64) int { return max(1, fewest(s, x)) }), check.NotYet, "the limit is 10")
	expect(t, "panic", check.WorkersFor(func(float64, float64) int { panic("no") }), check.NotYet, "panicked: no")
	expect(t, "right", check.WorkersFor(fewest), check.Right, "")
}

func TestHoldsBack(t *testing.T) {
	byGrowth := func(least float64) func([]int, []float64) string {
		return func(workers []int, speedups []float64) string {
			first, last := laws.KarpFlatt(speedups[1], float64(workers[1])), laws.KarpFlatt(speedups[len(speedups)-1], float64(workers[len(workers)-1]))
			if last > least*first {
				return "overhead"
			}
			return "serial"
		}
	}
	expect(t, "nil", check.HoldsBack(nil), check.Missing, "holdsBack")
	expect(t, "serial", check.HoldsBack(func([]int, []float64) string { return "serial" }), check.NotYet, `it is "overhead"`)
	expect(t, "overhead", check.HoldsBack(func([]int, []float64) string { return "overhead" }), check.NotYet, `it is "serial"`)
	expect(t, "strict", check.HoldsBack(byGrowth(1)), check.NotYet, "print e(p)")
	expect(t, "right", check.HoldsBack(byGrowth(1.2)), check.Right, "")
}
