// Package measure times parallel programs honestly on a machine that is doing
// other things too.
//
// Start with [Speedup], which times one job at several worker counts, and
// [Costs], which times small operations side by side. Their results go straight
// into the figures of package plots:
//
//	r := measure.Speedup(ctx, []int{1, 2, 4}, func(workers int) { job(workers) })
//	plots.Speedup(r)
//
// What it does: every point is warmed up; then rounds are run, each round once
// through all points in a new random order, so that a slow minute hits every
// point alike; ratios are taken inside a round; medians carry order-statistic
// 95 % intervals (benchmath); GOMAXPROCS is set to the point's workers; garbage
// is collected before each run; and on Linux the time the process's threads
// stood in the run queue is recorded, so that wall time and the time without
// the neighbours can be printed side by side. It stops when every interval is
// within 5 % of its median, or when its time is used up, and then says that the
// result is inconclusive.
//
// What it will not do: drop outliers, report a mean or a single best, or run
// two measurements at once (a second caller waits).
//
// The rules are those of Hoefler and Belli, «Scientific Benchmarking of
// Parallel Computing Systems», SC 2015.
package measure

import (
	"context"
	"time"
)

// An Option changes how Speedup, Weak and Costs measure.
type Option func(*plan)

// plan is what the options say.
type plan struct {
	title    string
	name     string
	also     []variant
	serial   func()
	budget   time.Duration // per point
	target   float64
	rounds   int // most
	warmUp   int
	seed     uint64
	minimum  time.Duration // of one repetition
	procs    int           // fixed GOMAXPROCS; 0 follows the workers
	progress func(Progress)
}

type variant struct {
	name string
	work func(workers int)
}

func newPlan(minimum time.Duration, opts []Option) plan {
	p := plan{budget: 3 * time.Second, target: 0.05, rounds: 51, warmUp: 1, seed: 1, minimum: minimum, progress: func(Progress) {}}
	for _, o := range opts {
		o(&p)
	}
	return p
}

// Title names the job, for the figure and its file.
func Title(s string) Option { return func(p *plan) { p.title = s } }

// Name names the series that work makes. The default is "goroutines".
func Name(s string) Option { return func(p *plan) { p.name = s } }

// Also measures another way of doing the same job, interleaved with the first.
func Also(name string, work func(workers int)) Option {
	return func(p *plan) { p.also = append(p.also, variant{name, work}) }
}

// Serial measures the best serial program and makes it the base of every
// speedup. Without it the base is each series at its fewest workers, and the
// figure says so.
func Serial(work func()) Option { return func(p *plan) { p.serial = work } }

// Budget bounds the time spent: d per point. The default is 3 s. One run of
// every point is always made.
func Budget(d time.Duration) Option { return func(p *plan) { p.budget = d } }

// Within sets the spread at which measuring stops. The default is 0.05.
func Within(share float64) Option { return func(p *plan) { p.target = share } }

// Rounds makes exactly n rounds, if the budget allows: for a figure whose n
// must be known beforehand.
func Rounds(n int) Option { return func(p *plan) { p.rounds, p.target = n, 0 } }

// WarmUp sets how many runs of each point are thrown away first. Default 1.
func WarmUp(n int) Option { return func(p *plan) { p.warmUp = n } }

// Seed sets the seed of the random order. The default is 1.
func Seed(n uint64) Option { return func(p *plan) { p.seed = n } }

// Procs keeps GOMAXPROCS at n for every point, instead of setting it to the
// point's workers (or the machine's cores, if fewer).
func Procs(n int) Option { return func(p *plan) { p.procs = n } }

// OnProgress is told after every run how far the measurement is. f is called on
// the measuring goroutine, between runs; keep it short.
//
// In a notebook, a bar under the cell:
//
//	bar := display.NewProgress("measuring", 0)
//	r := measure.Speedup(ctx, workers, job, measure.OnProgress(func(measure.Progress) { bar.Add(1) }))
//	bar.Done()
func OnProgress(f func(Progress)) Option { return func(p *plan) { p.progress = f } }

// Progress is how far a measurement is.
type Progress struct {
	Point  string // what was just run, such as "goroutines ×4"
	Round  int    // from 1; 0 is warm-up
	Rounds int    // most there can be
	Took   time.Duration
	Budget time.Duration // in all
	Spread float64       // the widest interval so far; +Inf before six rounds
}

// Done is the share of the work done, between 0 and 1: of the time or of the
// rounds, whichever is further.
func (p Progress) Done() float64 {
	return min(1, max(float64(p.Took)/float64(max(1, p.Budget)), float64(p.Round-1)/float64(max(1, p.Rounds))))
}

// Speedup times a job of fixed size at each worker count. work(n) must do the
// whole job with n workers and return when it is done; what it computes should
// be passed to [Keep]. Work of less than 10 ms is repeated until a repetition
// takes that long. A panic in work passes through.
//
// The result is never nil. When ctx ends, it holds the rounds that are complete
// and ctx's error in Err. With work that takes t, six rounds cost
// about 7·len(workers)·t; the budget bounds that.
func Speedup(ctx context.Context, workers []int, work func(workers int), opts ...Option) *Scaling {
	return scale(ctx, workers, work, newPlan(10*time.Millisecond, opts), false)
}

// Weak times a job that grows with the workers: work(n) must do n times the
// work of work(1) (Gustafson's scaled speedup). Otherwise it is like Speedup.
func Weak(ctx context.Context, workers []int, work func(workers int), opts ...Option) *Scaling {
	return scale(ctx, workers, work, newPlan(10*time.Millisecond, opts), true)
}

// Keep makes the compiler believe that v is used, so that the computation of a
// result can't be dropped. It costs about a nanosecond.
//
//go:noinline
func Keep[T any](v T) {}
