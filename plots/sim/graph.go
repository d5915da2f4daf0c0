package sim

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"songsong/plots/measure"
)

// A Task is a piece of work that may start when all it needs is done. It has
// the fields of plots.Task, and plots.TaskGraph draws it.
type Task struct {
	Name  string
	Cost  time.Duration
	Needs []string
}

// A Graph is a program of tasks that need one another.
type Graph []Task

// Schedule runs the graph greedily: whenever a worker is free and a task is
// ready, the ready task that has the longest way to the end is started
// (critical-path list scheduling; Graham 1969 shows that any greedy schedule
// takes at most work/p + span). It costs O(n²) for n tasks.
func (g Graph) Schedule(workers int) (Result, error) {
	if workers < 1 {
		return Result{}, fmt.Errorf("sim: %d workers can't do a job; the least is 1", workers)
	}
	needs, rank, err := g.prepare()
	if err != nil {
		return Result{}, err
	}
	var out Result
	finish := make([]time.Duration, len(g))
	started := make([]bool, len(g))
	free := make([]time.Duration, workers)
	for range g {
		w := earliest(free)
		i, at := g.next(free[w], needs, started, finish, rank)
		started[i] = true
		finish[i] = at + g[i].Cost
		free[w] = finish[i]
		out.Busy += g[i].Cost
		out.Time = max(out.Time, finish[i])
		out.Spans = append(out.Spans, Span{g[i].Name, fmt.Sprintf("worker %d", w+1), at, finish[i]})
	}
	return out, nil
}

// next chooses the task to start: the first that can start, by time, then by
// rank.
func (g Graph) next(free time.Duration, needs [][]int, started []bool, finish, rank []time.Duration) (int, time.Duration) {
	best, bestAt := -1, time.Duration(0)
	for i := range g {
		if started[i] || slices.ContainsFunc(needs[i], func(j int) bool { return !started[j] }) {
			continue
		}
		at := free
		for _, j := range needs[i] {
			at = max(at, finish[j])
		}
		if best < 0 || at < bestAt || at == bestAt && rank[i] > rank[best] {
			best, bestAt = i, at
		}
	}
	return best, bestAt
}

func earliest(free []time.Duration) int {
	w := 0
	for i, t := range free {
		if t < free[w] {
			w = i
		}
	}
	return w
}

// prepare resolves names, and ranks each task by its longest way to the end.
func (g Graph) prepare() (needs [][]int, rank []time.Duration, err error) {
	index := map[string]int{}
	for i, t := range g {
		if _, twice := index[t.Name]; twice {
			return nil, nil, fmt.Errorf("sim: two tasks are named %q", t.Name)
		}
		index[t.Name] = i
	}
	needs = make([][]int, len(g))
	users := make([][]int, len(g))
	for i, t := range g {
		for _, n := range t.Needs {
			j, ok := index[n]
			if !ok {
				return nil, nil, fmt.Errorf("sim: the task %q needs %q, which isn't there", t.Name, n)
			}
			needs[i] = append(needs[i], j)
			users[j] = append(users[j], i)
		}
	}
	rank = make([]time.Duration, len(g))
	visited := make([]int, len(g))
	for i := range g {
		if err := g.rank(i, users, rank, visited); err != nil {
			return nil, nil, err
		}
	}
	return needs, rank, nil
}

func (g Graph) rank(i int, users [][]int, rank []time.Duration, visited []int) error {
	switch visited[i] {
	case 1:
		return fmt.Errorf("sim: the task %q needs itself, by way of others", g[i].Name)
	case 2:
		return nil
	}
	visited[i] = 1
	for _, u := range users[i] {
		if err := g.rank(u, users, rank, visited); err != nil {
			return err
		}
		rank[i] = max(rank[i], rank[u])
	}
	rank[i] += g[i].Cost
	visited[i] = 2
	return nil
}

// Work is the sum of all costs.
func (g Graph) Work() time.Duration {
	var sum time.Duration
	for _, t := range g {
		sum += t.Cost
	}
	return sum
}

// Span is the longest chain of tasks that need one another.
func (g Graph) Span() (time.Duration, error) {
	if len(g) == 0 {
		return 0, errors.New("sim: the graph has no task")
	}
	_, rank, err := g.prepare()
	if err != nil {
		return 0, err
	}
	return slices.Max(rank), nil
}

// Speedup schedules the graph at each worker count.
func (g Graph) Speedup(name string, workers []int) *measure.Scaling {
	return scaling(cmp.Or(name, "model"), workers, 1, false, func(p, _ int) (time.Duration, error) {
		r, err := g.Schedule(p)
		return r.Time, err
	})
}
