package measure

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"
)

// An Operation is something small whose cost is to be known. Make one with
// [Op] or [Batch].
type Operation struct {
	name string
	run  func(n int)
}

// Op is an operation done once by each call. It is repeated until a repetition
// is long enough for the clock (1 ms), and the time is divided by the number of
// calls; the call itself costs about 2 ns.
//
// A name such as "Python: thread" puts the operation into the group "Python";
// groups have a colour and a shape of their own in figures.
func Op(name string, once func()) Operation { return Operation{name, times(once)} }

// Batch is an operation that run does n times: for operations of a few
// nanoseconds, where the call would show.
func Batch(name string, run func(n int)) Operation { return Operation{name, run} }

// Samples are repetitions of several operations, in seconds per operation.
type Samples struct {
	Title  string
	Items  []Sample
	Report Report
	Err    error // why measuring stopped early: the context's error, or a wrong argument
}

// A Sample holds the repetitions of one operation.
type Sample struct {
	Name      string
	Seconds   []float64 // per operation, one per round
	Elsewhere bool      // measured by another program; not paired with the others' rounds
}

// Group is the part of the name before ": ", or "".
func (s Sample) Group() string {
	if group, _, ok := strings.Cut(s.Name, ": "); ok {
		return group
	}
	return ""
}

// Summary is the median cost with its 95 % interval, in seconds.
func (s Sample) Summary() Summary { return Summarize(s.Seconds) }

// Costs times operations side by side, in rounds of random order, with
// GOMAXPROCS as it is (or as [Procs] says). The result is never nil; see
// [Speedup] for contexts, panics and what it costs.
func Costs(ctx context.Context, operations []Operation, opts ...Option) *Samples {
	p := newPlan(time.Millisecond, opts)
	s := &Samples{Title: p.title}
	if len(operations) == 0 {
		s.Err = errors.New("measure: there is no operation to time")
		return s
	}
	var jobs []*job
	for _, o := range operations {
		if o.run == nil {
			s.Err = fmt.Errorf("measure: the operation %q has no function", o.name)
			return s
		}
		jobs = append(jobs, &job{name: o.name, procs: firstPositive(p.procs, runtime.GOMAXPROCS(0)), workers: 1, run: o.run})
	}
	s.Report, s.Err = rounds(ctx, jobs, p)
	for _, j := range jobs {
		s.Items = append(s.Items, Sample{Name: j.name, Seconds: j.wall})
	}
	return s
}

// Add appends repetitions measured elsewhere, in seconds per operation.
func (s *Samples) Add(name string, seconds ...float64) {
	s.Items = append(s.Items, Sample{Name: name, Seconds: seconds, Elsewhere: true})
}

// Get returns the sample of a name; ok is false if there is none.
func (s *Samples) Get(name string) (sample Sample, ok bool) {
	i := slices.IndexFunc(s.Items, func(x Sample) bool { return x.Name == name })
	if i < 0 {
		return Sample{}, false
	}
	return s.Items[i], true
}

// Ratio says how many times dearer one operation is than another. Two samples
// of the same rounds are compared round by round, and the interval is that of
// the ratios; otherwise the interval is the widest that the two intervals
// allow. It is an error if a name is unknown.
func (s *Samples) Ratio(dear, cheap string) (Summary, error) {
	a, okA := s.Get(dear)
	b, okB := s.Get(cheap)
	for name, ok := range map[string]bool{dear: okA, cheap: okB} {
		if !ok {
			return Summary{}, fmt.Errorf("measure: nothing named %q was measured", name)
		}
	}
	if !a.Elsewhere && !b.Elsewhere && len(a.Seconds) == len(b.Seconds) {
		ratios := make([]float64, len(a.Seconds))
		for i := range ratios {
			ratios[i] = a.Seconds[i] / b.Seconds[i]
		}
		return Summarize(ratios), nil
	}
	x, y := a.Summary(), b.Summary()
	return Summary{N: min(x.N, y.N), Median: x.Median / y.Median, Lo: max(0, x.Lo/y.Hi), Hi: x.Hi / y.Lo}, nil
}
