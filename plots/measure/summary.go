package measure

import (
	"math"
	"slices"

	"golang.org/x/perf/benchmath"
)

// Confidence is the level of every interval in this package.
const Confidence = 0.95

// A Summary is the median of repetitions with an order-statistic confidence
// interval: it assumes nothing about how the times are distributed and drops no
// outlier. With fewer than six values Lo and Hi are infinite: there is no
// 95 % interval to be had.
type Summary struct {
	N              int
	Median, Lo, Hi float64 // in the unit of the values
}

// Summarize computes a Summary with golang.org/x/perf/benchmath, the statistics
// of benchstat. It does not change values. No value gives NaN.
func Summarize(values []float64) Summary {
	if len(values) == 0 {
		return Summary{0, math.NaN(), math.Inf(-1), math.Inf(1)}
	}
	sample := benchmath.NewSample(slices.Clone(values), &benchmath.DefaultThresholds)
	s := benchmath.AssumeNothing.Summary(sample, Confidence)
	return Summary{N: len(values), Median: s.Center, Lo: s.Lo, Hi: s.Hi}
}

// Spread is the larger side of the interval as a share of the median: 0.05 says
// "within 5 %". It is infinite where there is no interval.
func (s Summary) Spread() float64 {
	if s.N == 0 || math.IsInf(s.Lo, 0) || math.IsInf(s.Hi, 0) || s.Median == 0 {
		return math.Inf(1)
	}
	return math.Max(s.Hi-s.Median, s.Median-s.Lo) / math.Abs(s.Median)
}

// Bounded says whether the interval is finite.
func (s Summary) Bounded() bool { return !math.IsInf(s.Lo, 0) && !math.IsInf(s.Hi, 0) }
