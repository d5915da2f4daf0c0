package measure

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"time"

	"songsong/plots/machine"
)

// measuring lets one measurement run at a time: two would time each other.
var measuring sync.Mutex

// job is one point to be run again and again.
type job struct {
	name    string
	procs   int         // GOMAXPROCS while it runs
	workers int         // threads that can be busy at once
	run     func(n int) // does the operation n times
	batch   int         // operations per repetition
	wall    []float64   // seconds per operation
	wait    []float64   // seconds per operation that the run queue added
}

// scale measures every variant at every worker count.
func scale(ctx context.Context, workers []int, work func(int), p plan, weak bool) *Scaling {
	s := &Scaling{Title: p.title, Weak: weak}
	if s.Err = checkWorkers(workers, work); s.Err != nil {
		return s
	}
	counts := slices.Compact(slices.Sorted(slices.Values(workers)))
	if p.name == "" {
		p.name = "goroutines"
	}
	cores := machine.Read().Cores()
	variants := append([]variant{{p.name, work}}, p.also...)
	var jobs []*job
	for _, v := range variants {
		for _, n := range counts {
			jobs = append(jobs, scalingJob(v, n, cores, p))
		}
	}
	if p.serial != nil {
		jobs = append(jobs, &job{name: "serial", procs: firstPositive(p.procs, 1), workers: 1, run: times(p.serial)})
	}
	s.Report, s.Err = rounds(ctx, jobs, p)
	for i, v := range variants {
		series := Series{Name: v.name}
		for k, n := range counts {
			j := jobs[i*len(counts)+k]
			series.Points = append(series.Points, Point{Workers: n, Wall: j.wall, Wait: j.wait})
		}
		s.Series = append(s.Series, series)
	}
	if p.serial != nil {
		base := jobs[len(jobs)-1]
		s.Base, s.BaseWait, s.BaseName = base.wall, base.wait, "serial code"
	}
	return s
}

func scalingJob(v variant, n, cores int, p plan) *job {
	return &job{
		name:    fmt.Sprintf("%s ×%d", v.name, n),
		procs:   firstPositive(p.procs, min(n, cores)),
		workers: min(n, cores),
		run:     times(func() { v.work(n) }),
	}
}

func times(f func()) func(int) {
	return func(n int) {
		for range n {
			f()
		}
	}
}

func checkWorkers(workers []int, work func(int)) error {
	switch {
	case work == nil:
		return errors.New("measure: there is no work to time: the function is nil")
	case len(workers) == 0:
		return errors.New("measure: name at least one worker count, such as []int{1, 2}")
	case slices.Min(workers) < 1:
		return fmt.Errorf("measure: %d workers can't do a job; the least is 1", slices.Min(workers))
	}
	return nil
}

func firstPositive(a, b int) int {
	if a > 0 {
		return a
	}
	return b
}

// rounds runs the jobs until their intervals are narrow, the budget is used up
// or ctx ends. Every job has the same number of repetitions afterwards.
func rounds(ctx context.Context, jobs []*job, p plan) (Report, error) {
	measuring.Lock()
	defer measuring.Unlock()
	procs := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(procs)
	start := time.Now()
	total := p.budget * time.Duration(len(jobs))
	info := machine.Read()
	report := Report{Machine: info, LoadBefore: info.Load, WarmUp: p.warmUp, Seed: p.seed, Target: p.target, Spread: math.Inf(1)}
	tell := func(j *job, round int) {
		p.progress(Progress{j.name, round, p.rounds, time.Since(start), total, report.Spread})
	}
	err := warmUp(ctx, jobs, p, tell)
	random := rand.New(rand.NewPCG(p.seed, 0))
	for err == nil && report.Rounds < p.rounds && (report.Rounds == 0 || time.Since(start) < total) {
		if err = oneRound(ctx, jobs, random, report.Rounds, tell); err != nil {
			break
		}
		report.Rounds++
		report.Spread = widest(jobs)
		if report.Rounds >= minRounds && report.Spread <= p.target {
			break
		}
	}
	for _, j := range jobs { // a round cut short doesn't count
		j.wall = j.wall[:report.Rounds]
		j.wait = j.wait[:min(len(j.wait), report.Rounds)]
	}
	report.Took = time.Since(start)
	report.LoadAfter = machine.Read().Load
	goal := p.target
	if goal == 0 {
		goal = 0.05
	}
	report.Target, report.Settled = goal, report.Spread <= goal
	return report, err
}

// minRounds is the least number of repetitions: six give a 95 % interval, and
// from the seventh on it isn't just the extremes.
const minRounds = 7

// warmUp runs each job, and finds how many operations make a repetition long
// enough for the clock.
func warmUp(ctx context.Context, jobs []*job, p plan, tell func(*job, int)) error {
	for _, j := range jobs {
		j.batch = 1
		for i := 0; i < max(1, p.warmUp) || j.tooShort(p.minimum); i++ {
			if err := ctx.Err(); err != nil {
				return err
			}
			j.once()
			tell(j, 0)
		}
		j.wall, j.wait = nil, nil
	}
	return nil
}

// tooShort says whether the last repetition was too short, and then grows the
// batch.
func (j *job) tooShort(least time.Duration) bool {
	const most = 1 << 24
	took := time.Duration(j.wall[len(j.wall)-1] * float64(j.batch) * 1e9)
	if took >= least || j.batch >= most {
		return false
	}
	grow := 2 * float64(least) / math.Max(float64(took), 100)
	j.batch = min(most, int(float64(j.batch)*math.Min(math.Max(grow, 2), 100)))
	return true
}

func oneRound(ctx context.Context, jobs []*job, random *rand.Rand, done int, tell func(*job, int)) error {
	for _, i := range random.Perm(len(jobs)) {
		if err := ctx.Err(); err != nil {
			return err
		}
		jobs[i].once()
		tell(jobs[i], done+1)
	}
	return nil
}

// once makes one repetition.
func (j *job) once() {
	if runtime.GOMAXPROCS(0) != j.procs {
		runtime.GOMAXPROCS(j.procs)
	}
	runtime.GC()
	before := readTicks()
	start := time.Now()
	j.run(j.batch)
	took := time.Since(start).Seconds()
	after := readTicks()
	ops := float64(j.batch)
	j.wall = append(j.wall, took/ops)
	if before != nil && after != nil {
		j.wait = append(j.wait, queueWait(before, after, took, j.workers)/ops)
	}
}

func widest(jobs []*job) float64 {
	w := 0.0
	for _, j := range jobs {
		w = math.Max(w, Summarize(j.wall).Spread())
	}
	return w
}
