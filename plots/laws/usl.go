package laws

import "math"

// USL is the universal scalability law X(p) = γ·p / (1 + α·(p−1) + β·p·(p−1)).
// (N. Gunther, «Guerrilla Capacity Planning», 2007.)
type USL struct {
	Alpha Estimate // contention: share of time spent waiting for one another
	Beta  Estimate // coherency: cost of keeping each pair of workers in agreement
	Gamma Estimate // throughput of one worker
}

// Throughput is the law's value with p workers, in the unit of γ.
func (u USL) Throughput(p float64) float64 { return u.Gamma.Value * u.Speedup(p) }

// Speedup is the throughput over that of one worker.
func (u USL) Speedup(p float64) float64 {
	return p / (1 + u.Alpha.Value*(p-1) + u.Beta.Value*p*(p-1))
}

// Peak is the number of workers with the highest throughput, √((1−α)/β); +Inf
// if β ≤ 0: more never hurts.
func (u USL) Peak() float64 {
	if u.Beta.Value <= 0 {
		return math.Inf(1)
	}
	return math.Sqrt(math.Max(0, 1-u.Alpha.Value) / u.Beta.Value)
}

// Limit is the speedup the law would reach without coherency, 1/α; +Inf if
// α ≤ 0.
func (u USL) Limit() float64 {
	if u.Alpha.Value <= 0 {
		return math.Inf(1)
	}
	return 1 / u.Alpha.Value
}

// FitUSL fits the law to throughputs (jobs per unit of time) by plain least
// squares, as R's usl does. It needs at least three worker counts and four
// observations.
func FitUSL(throughput []Observation) (USL, error) {
	if err := check(throughput, 3); err != nil {
		return USL{}, err
	}
	e, err := fit(throughput, startUSL(throughput), func(p float64, x []float64) float64 {
		return x[2] * p / (1 + x[0]*(p-1) + x[1]*p*(p-1))
	}, func(v float64) float64 { return v })
	if err != nil {
		return USL{}, err
	}
	return USL{Alpha: e[0], Beta: e[1], Gamma: e[2]}, nil
}

// FitUSLTimes fits the law to the times of a job of fixed size, on logarithms;
// γ is then jobs per second.
func FitUSLTimes(times []Observation) (USL, error) {
	if err := check(times, 3); err != nil {
		return USL{}, err
	}
	start := []float64{0.05, 0.001, -firstLog(times)}
	e, err := fitRobust(times, start, func(p float64, x []float64) float64 {
		return -x[2] - math.Log(p) + logOf(1+x[0]*(p-1)+x[1]*p*(p-1))
	}, math.Log)
	if err != nil {
		return USL{}, err
	}
	return USL{Alpha: e[0], Beta: e[1], Gamma: exp(e[2])}, nil
}

func startUSL(obs []Observation) []float64 {
	first := obs[0]
	for _, o := range obs {
		if o.Workers < first.Workers {
			first = o
		}
	}
	return []float64{0.02, 0.0001, first.Value / first.Workers}
}
