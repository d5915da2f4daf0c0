package measure

import (
	"slices"
	"time"

	"songsong/plots/machine"
)

// A Scaling is a job measured at several worker counts, in one or more ways of
// programming it (series). [songsong/plots] draws it.
type Scaling struct {
	Title     string // what the job is; may be empty
	Series    []Series
	Base      []float64 // seconds of the serial program per round; nil if the base is each series at its fewest workers
	BaseWait  []float64 // the same of the serial program
	BaseName  string    // what the base is, such as "serial code"
	Weak      bool      // the job grew with the workers (Gustafson), instead of staying the same (Amdahl)
	Simulated bool      // computed from a model, not measured
	Report    Report
	Err       error // why measuring stopped early: the context's error, or a wrong argument
}

// A Series is one program at several worker counts, fewest first.
type Series struct {
	Name      string
	Points    []Point
	Simulated bool // computed from a model, not measured
}

// A Point holds the repetitions at one worker count.
type Point struct {
	Workers int
	Wall    []float64 // seconds, one per round
	Wait    []float64 // estimated seconds that the run queue added; nil where the system doesn't tell
}

// A Report says how the measurement was done.
type Report struct {
	Machine    machine.Info
	LoadBefore float64 // 1-minute load average; negative where unknown
	LoadAfter  float64
	Rounds     int           // complete rounds: repetitions of every point
	WarmUp     int           // runs of every point that were thrown away
	Seed       uint64        // of the order within rounds
	Took       time.Duration // in all
	Settled    bool          // every interval is within the target; else the result is inconclusive
	Spread     float64       // the widest interval, as a share of its median
	Target     float64       // the spread asked for
}

// Corrected returns the wall times minus the run-queue wait: an estimate of the
// times on an idle machine, for work that keeps its threads busy. It is nil
// where the system doesn't tell the wait.
func (p Point) Corrected() []float64 {
	if len(p.Wait) != len(p.Wall) {
		return nil
	}
	out := make([]float64, len(p.Wall))
	for i, w := range p.Wall {
		out[i] = w - p.Wait[i]
	}
	return out
}

// Time summarises the wall seconds.
func (p Point) Time() Summary { return Summarize(p.Wall) }

// Speedups returns the speedup of each repetition of a point of a series: base
// time over time, paired inside the round where both have one, else over the
// base's median. For weak scaling it is the scaled speedup p·T(1)/T(p).
// With corrected the run-queue wait is taken from both; the result is nil where
// the wait is unknown.
func (s *Scaling) Speedups(series, point int, corrected bool) []float64 {
	p := s.Series[series].Points[point]
	base, times := s.base(series, corrected), p.Wall
	if corrected {
		times = p.Corrected()
	}
	if base == nil || times == nil {
		return nil
	}
	mid := Summarize(base).Median
	out := make([]float64, len(times))
	for i, t := range times {
		b := mid
		if len(base) == len(times) {
			b = base[i]
		}
		out[i] = b / t * s.growth(series, p.Workers)
	}
	return out
}

// growth is how many times the base's work a point does.
func (s *Scaling) growth(series, workers int) float64 {
	if !s.Weak {
		return 1
	}
	return float64(workers) / float64(s.Series[series].Points[0].Workers)
}

func (s *Scaling) base(series int, corrected bool) []float64 {
	switch {
	case s.Base != nil && corrected && !s.Series[series].Simulated:
		return Point{Wall: s.Base, Wait: s.BaseWait}.Corrected()
	case s.Base != nil && !s.Series[series].Simulated:
		return s.Base
	case len(s.Series[series].Points) == 0:
		return nil
	case corrected:
		return s.Series[series].Points[0].Corrected()
	}
	return s.Series[series].Points[0].Wall
}

// Speedup summarises the speedup of one series at a worker count; ok is false
// if that was not measured.
func (s *Scaling) Speedup(series, workers int) (sum Summary, ok bool) {
	if series < 0 || series >= len(s.Series) {
		return Summary{}, false
	}
	for i, p := range s.Series[series].Points {
		if p.Workers == workers {
			return Summarize(s.Speedups(series, i, false)), true
		}
	}
	return Summary{}, false
}

// Join appends the series of another measurement or simulation, so that one
// figure shows both. Each series keeps its own base.
func (s *Scaling) Join(other *Scaling) {
	s.Series = append(s.Series, other.Series...)
	if s.Err == nil {
		s.Err = other.Err
	}
}

// Workers returns every worker count measured, ascending.
func (s *Scaling) Workers() []int {
	var out []int
	for _, series := range s.Series {
		for _, p := range series.Points {
			out = append(out, p.Workers)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Add appends a series measured elsewhere, such as by a Python program:
// seconds[workers] holds its repetitions.
func (s *Scaling) Add(name string, seconds map[int][]float64) {
	series := Series{Name: name}
	for workers, values := range seconds {
		series.Points = append(series.Points, Point{Workers: workers, Wall: values})
	}
	slices.SortFunc(series.Points, func(a, b Point) int { return a.Workers - b.Workers })
	s.Series = append(s.Series, series)
}
