// Package laws fits the laws of parallel speedup to measured times, each
// parameter with a 95 % confidence interval.
//
// Start with [FitAmdahl] (a job of fixed size) and [FitUSL] (throughput that
// rises, flattens and falls again). [FitGustafson] is for jobs that grow with
// the workers, [KarpFlatt] turns one speedup into the serial fraction it
// implies.
//
// Times are fitted on their logarithms, so that an error of 5 % counts the same
// at every worker count, and robustly (Huber), so that a repetition disturbed by
// a neighbour doesn't decide the fit; throughput by plain least squares, as R's
// usl package does it. Intervals are the linearised ones: estimate ± t·standard
// error. They assume independent errors of
// one size; they don't know whether the law itself is right. A parameter that
// can't be told from the data has an infinite interval.
package laws

import (
	"errors"
	"fmt"
	"math"
)

// An Estimate is a fitted parameter with its 95 % confidence interval.
type Estimate struct {
	Value, Lo, Hi float64
}

// Clamp returns the estimate with value and bounds moved into [lo, hi], for
// parameters that have no meaning outside.
func (e Estimate) Clamp(lo, hi float64) Estimate {
	c := func(x float64) float64 { return math.Max(lo, math.Min(hi, x)) }
	return Estimate{c(e.Value), c(e.Lo), c(e.Hi)}
}

// An Observation is one repetition: a value (seconds, or throughput for
// [FitUSL]) at a number of workers.
type Observation struct {
	Workers float64
	Value   float64
}

// Amdahl is the law T(p) = T(1)·(s + (1−s)/p), with serial fraction s.
// (G. Amdahl, AFIPS 1967.)
type Amdahl struct {
	Serial  Estimate // fraction of the work that one worker must do alone; below 0 is superlinear
	Seconds Estimate // T(1)
}

// Speedup is the law's speedup with p workers.
func (a Amdahl) Speedup(p float64) float64 { return 1 / (a.Serial.Value + (1-a.Serial.Value)/p) }

// Limit is the speedup that no number of workers exceeds; +Inf if s ≤ 0.
func (a Amdahl) Limit() float64 {
	if a.Serial.Value <= 0 {
		return math.Inf(1)
	}
	return 1 / a.Serial.Value
}

// FitAmdahl fits the law to times in seconds, one observation per repetition.
// It needs at least two worker counts and three observations.
func FitAmdahl(times []Observation) (Amdahl, error) {
	if err := check(times, 2); err != nil {
		return Amdahl{}, err
	}
	e, err := fitRobust(times, []float64{firstLog(times), 0.1}, func(p float64, x []float64) float64 {
		return x[0] + logOf(x[1]+(1-x[1])/p)
	}, math.Log)
	if err != nil {
		return Amdahl{}, err
	}
	return Amdahl{Serial: e[1], Seconds: exp(e[0])}, nil
}

// Gustafson is the law of scaled speedup S(p) = p − s·(p−1): p workers do p
// times the work. (J. Gustafson, CACM 1988.)
type Gustafson struct {
	Serial  Estimate
	Seconds Estimate // T(1)
}

// Speedup is the law's scaled speedup with p workers.
func (g Gustafson) Speedup(p float64) float64 { return p - g.Serial.Value*(p-1) }

// FitGustafson fits the law to the times of a job that grows with the workers.
func FitGustafson(times []Observation) (Gustafson, error) {
	if err := check(times, 2); err != nil {
		return Gustafson{}, err
	}
	e, err := fitRobust(times, []float64{firstLog(times), 0.1}, func(p float64, x []float64) float64 {
		return x[0] + math.Log(p) - logOf(p-x[1]*(p-1))
	}, math.Log)
	if err != nil {
		return Gustafson{}, err
	}
	return Gustafson{Serial: e[1], Seconds: exp(e[0])}, nil
}

// KarpFlatt is the experimentally determined serial fraction of a speedup with
// p workers: (1/S − 1/p) / (1 − 1/p). If it rises with p, overhead grows; if it
// stays, the serial part is to blame. It is NaN for p ≤ 1. (A. Karp and
// H. Flatt, CACM 1990.)
func KarpFlatt(speedup, p float64) float64 {
	if p <= 1 {
		return math.NaN()
	}
	return (1/speedup - 1/p) / (1 - 1/p)
}

func check(obs []Observation, counts int) error {
	seen := map[float64]bool{}
	for _, o := range obs {
		if !(o.Workers >= 1) || !(o.Value > 0) || math.IsInf(o.Value, 0) {
			return fmt.Errorf("laws: %g at %g workers can't be fitted: values must be positive, workers at least 1", o.Value, o.Workers)
		}
		seen[o.Workers] = true
	}
	if len(seen) < counts || len(obs) <= counts {
		return fmt.Errorf("%w: %d observations at %d worker counts, at least %d at %d are needed", ErrTooFew, len(obs), len(seen), counts+1, counts)
	}
	return nil
}

// ErrTooFew says that there are fewer observations than a fit needs.
var ErrTooFew = errors.New("laws: too few measurements for a fit")

func firstLog(obs []Observation) float64 {
	first := obs[0]
	for _, o := range obs {
		if o.Workers < first.Workers {
			first = o
		}
	}
	return math.Log(first.Value * first.Workers)
}

// logOf is log with a steep wall instead of NaN, so that a search comes back.
func logOf(x float64) float64 {
	if x < 1e-9 {
		return math.Log(1e-9) + (x-1e-9)*1e9
	}
	return math.Log(x)
}

func exp(e Estimate) Estimate { return Estimate{math.Exp(e.Value), math.Exp(e.Lo), math.Exp(e.Hi)} }
