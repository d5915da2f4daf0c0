// Package sim predicts how parallel programs scale, by simulating their
// scheduler and locks event by event, for machines with far more cores than the
// one at hand.
//
// Start with [Model] (independent tasks, a lock, messages) and [Graph] (tasks
// that need one another). Both give a Scaling that package plots draws, always
// labelled «simulated»:
//
//	m := sim.Model{Tasks: 10_000, Task: time.Millisecond, Serial: 20 * time.Millisecond}
//	plots.Speedup(m.Speedup(sim.Powers(4096)), plots.LogLog)
//
// What it leaves out: caches, memory bandwidth, frequency changes, the operating
// system. It shows what the structure of a program allows, not what a machine
// will do. Its tests compare it with measurements on the cores there are.
package sim

import (
	"cmp"
	"container/heap"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"songsong/plots/measure"
)

// A Model is a program of independent tasks. Durations are those on one core;
// zero means that there is no such cost.
type Model struct {
	Name      string        // of the series; "" is "model"
	Tasks     int           // how many
	Task      time.Duration // work of each, the part under the lock included
	Vary      float64       // share by which tasks differ: each takes Task·(1 ± Vary), evenly spread
	Serial    time.Duration // work that one worker does alone, before the tasks
	Start     time.Duration // cost of starting each worker, paid one after another
	Lock      time.Duration // part of each task that holds one lock common to all
	Coherency time.Duration // what each use of the lock costs more for every further worker
	Message   time.Duration // cost of handing out one chunk, paid one after another
	Chunk     int           // tasks handed out at once; 0 is 1
	Seed      uint64        // of the tasks' lengths
}

// A Result is one simulated run.
type Result struct {
	Time     time.Duration // from start to the end of the last task
	Busy     time.Duration // of all workers, working (lock held included)
	LockWait time.Duration // of all workers
	HandWait time.Duration // of all workers, waiting for a chunk
	Spans    []Span        // who did what, if the run was traced
}

// A Span is a stretch of a traced run; plots.Timeline draws it.
type Span struct {
	Name   string
	Worker string
	Start  time.Duration
	End    time.Duration
}

// Work is all the work there is: the time with one worker, without the costs of
// starting and handing out.
func (m Model) Work() time.Duration { return m.Serial + time.Duration(m.Tasks)*m.Task }

// Span is what no number of workers can shorten, without the lock: the serial
// part and one task.
func (m Model) Span() time.Duration { return m.Serial + min(time.Duration(m.Tasks), 1)*m.Task }

// Run simulates the program with a number of workers. It costs about 0.3 µs per
// task, and is the same each time.
func (m Model) Run(workers int) (Result, error) { return m.run(workers, false) }

// Trace is Run with the spans of every worker, two per task; for small runs.
func (m Model) Trace(workers int) (Result, error) { return m.run(workers, true) }

func (m Model) run(workers int, trace bool) (Result, error) {
	if err := m.check(workers); err != nil {
		return Result{}, err
	}
	r := run{m: m, chunk: max(1, m.Chunk), trace: trace, hold: m.Lock + m.Coherency*time.Duration(workers-1)}
	if m.Lock == 0 && m.Coherency == 0 {
		r.hold = 0
	}
	r.random = rand.New(rand.NewPCG(m.Seed, 1))
	r.span("serial", 0, 0, m.Serial)
	r.out.Busy = m.Serial
	r.out.Time = m.Serial
	for w := range workers {
		heap.Push(&r.events, event{at: m.Serial + time.Duration(w+1)*m.Start, worker: w, ready: true})
	}
	for r.events.Len() > 0 {
		r.step(heap.Pop(&r.events).(event))
	}
	return r.out, nil
}

func (m Model) check(workers int) error {
	switch {
	case workers < 1:
		return fmt.Errorf("sim: %d workers can't do a job; the least is 1", workers)
	case m.Tasks < 0 || m.Task < 0 || m.Serial < 0 || m.Start < 0 || m.Lock < 0 || m.Coherency < 0 || m.Message < 0 || m.Chunk < 0:
		return fmt.Errorf("sim: a model with a negative number or time can't be simulated")
	case m.Lock > m.Task:
		return fmt.Errorf("sim: a task of %v can't hold the lock for %v", m.Task, m.Lock)
	case m.Vary < 0 || m.Vary > 1:
		return fmt.Errorf("sim: Vary is a share between 0 and 1, not %g", m.Vary)
	}
	return nil
}

// event is a worker that wants its next chunk (ready) or the lock.
type event struct {
	at     time.Duration
	worker int
	left   int // tasks left of the chunk, for one that wants the lock
	ready  bool
}

// run is a simulation under way. The lock and the one who hands out tasks are
// first-come-first-served, so each is just the time at which it is free again.
type run struct {
	m        Model
	chunk    int
	hold     time.Duration // of the lock
	trace    bool
	random   *rand.Rand
	taken    int // tasks handed out
	handFree time.Duration
	lockFree time.Duration
	events   events
	out      Result
}

func (r *run) step(e event) {
	if e.ready {
		r.hand(e)
		return
	}
	got := max(e.at, r.lockFree)
	end := got + r.hold
	r.lockFree = end
	r.out.LockWait += got - e.at
	r.out.Busy += r.hold
	r.span("lock", e.worker, got, end)
	r.finish(e.worker, e.left, end)
}

// hand gives a worker its next chunk, if there is one.
func (r *run) hand(e event) {
	n := min(r.chunk, r.m.Tasks-r.taken)
	if n == 0 {
		return
	}
	r.taken += n
	got := max(e.at, r.handFree)
	r.handFree = got + r.m.Message
	r.out.HandWait += r.handFree - e.at
	r.compute(e.worker, n, r.handFree)
}

// compute does the part of a task outside the lock.
func (r *run) compute(worker, left int, at time.Duration) {
	work := r.m.Task
	if r.m.Vary > 0 {
		work = time.Duration(float64(work) * (1 + r.m.Vary*(2*r.random.Float64()-1)))
	}
	work = max(0, work-r.m.Lock)
	end := at + work
	r.out.Busy += work
	r.span("task", worker, at, end)
	if r.hold > 0 {
		heap.Push(&r.events, event{at: end, worker: worker, left: left})
		return
	}
	r.finish(worker, left, end)
}

// finish goes on to the next task of the chunk or the next chunk.
func (r *run) finish(worker, left int, at time.Duration) {
	r.out.Time = max(r.out.Time, at)
	if left > 1 {
		r.compute(worker, left-1, at)
		return
	}
	heap.Push(&r.events, event{at: at, worker: worker, ready: true})
}

func (r *run) span(name string, worker int, from, to time.Duration) {
	if r.trace && to > from {
		r.out.Spans = append(r.out.Spans, Span{name, fmt.Sprintf("worker %d", worker+1), from, to})
	}
}

// events is a heap by time, then worker.
type events []event

func (e events) Len() int { return len(e) }
func (e events) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(e[i].at, e[j].at), cmp.Compare(e[i].worker, e[j].worker)) < 0
}
func (e events) Swap(i, j int) { e[i], e[j] = e[j], e[i] }
func (e *events) Push(x any)   { *e = append(*e, x.(event)) }
func (e *events) Pop() any {
	last := len(*e) - 1
	x := (*e)[last]
	*e = (*e)[:last]
	return x
}

// Speedup simulates the program at each worker count. The base is the
// simulated time with one worker; models whose tasks vary are run with eleven
// seeds. A model that can't be run gives a Scaling with Err.
func (m Model) Speedup(workers []int) *measure.Scaling {
	seeds := 1
	if m.Vary > 0 {
		seeds = 11
	}
	return scaling(cmp.Or(m.Name, "model"), workers, seeds, false, func(p, seed int) (time.Duration, error) {
		m.Seed += uint64(seed)
		r, err := m.Run(p)
		m.Seed -= uint64(seed)
		return r.Time, err
	})
}

// Weak simulates a program that grows with its workers: p workers have p times
// the tasks.
func (m Model) Weak(workers []int) *measure.Scaling {
	return scaling(cmp.Or(m.Name, "model"), workers, 1, true, func(p, _ int) (time.Duration, error) {
		grown := m
		grown.Tasks *= p
		r, err := grown.Run(p)
		return r.Time, err
	})
}

func scaling(name string, workers []int, seeds int, weak bool, run func(p, seed int) (time.Duration, error)) *measure.Scaling {
	s := &measure.Scaling{Simulated: true, Weak: weak}
	series := measure.Series{Name: name, Simulated: true}
	counts := slices.Compact(slices.Sorted(slices.Values(append([]int{1}, workers...))))
	for _, p := range counts {
		point := measure.Point{Workers: p}
		for seed := range seeds {
			t, err := run(p, seed)
			if err != nil {
				s.Err = err
				return s
			}
			point.Wall = append(point.Wall, t.Seconds())
		}
		series.Points = append(series.Points, point)
	}
	s.Series = []measure.Series{series}
	return s
}

// Powers returns 1, 2, 4, … up to most, which is added if it is no power of
// two.
func Powers(most int) []int {
	var out []int
	for p := 1; p <= most; p *= 2 {
		out = append(out, p)
	}
	if len(out) > 0 && out[len(out)-1] != most {
		out = append(out, most)
	}
	return out
}
