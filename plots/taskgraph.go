package plots

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// A Task is a piece of work that may start when all it needs is done.
type Task struct {
	Name  string
	Cost  time.Duration
	Needs []string // names of tasks
}

// TaskGraph draws tasks and what they need, from left to right, with the
// critical path in vermilion: the chain that no number of workers can shorten.
// The caption gives work, span and their ratio, the parallelism (Brent 1974).
//
// tasks may be of any type with the fields of [Task], such as sim.Task.
func TaskGraph[T ~struct {
	Name  string
	Cost  time.Duration
	Needs []string
}](tasks []T, options ...Option) *Figure {
	plain := make([]Task, len(tasks))
	for i, t := range tasks {
		plain[i] = Task(t)
	}
	return taskGraph(plain, newSettings("task-graph", options))
}

func taskGraph(tasks []Task, set settings) *Figure {
	g, err := newGraph(tasks)
	if err != nil {
		return failed(set, err)
	}
	fig := &Figure{set: set}
	fig.title = set.heading(set.say("graph"))
	ratio := set.short(roundTo(g.work.Seconds()/max(g.span.Seconds(), 1e-12), 3), 3)
	fig.summary = set.say("graph.summary", set.brief(g.work.Seconds(), 3), set.brief(g.span.Seconds(), 3), ratio, strings.Join(g.path, " → "))
	fig.caption = []string{fig.summary}
	if set.simulated {
		fig.caption = append(fig.caption, set.say("caption.simulated"))
	}
	if set.caption != nil {
		fig.caption = []string{*set.caption}
	}
	fig.summary = set.say("graph") + ": " + fig.summary
	fig.legend = []entry{{set.say("graph.critical"), lineSample(solid(palette[1], 1.8*set.scale()))}}
	fig.data = g.table()
	l, err := g.layOut(&set)
	if err != nil {
		return failed(set, err)
	}
	fig.panels = []panel{{height: l.height / set.scale(), draw: l.draw}}
	return fig
}

// graph is a checked task graph with its layout.
type graph struct {
	tasks  []Task
	index  map[string]int
	depth  []int
	finish []time.Duration // earliest end with workers enough
	before []int           // the need that ends last, on the way of the critical path; -1
	onPath []bool
	path   []string
	work   time.Duration
	span   time.Duration
}

func newGraph(tasks []Task) (*graph, error) {
	n := len(tasks)
	if n == 0 {
		return nil, errors.New("plots: there is no task to draw")
	}
	g := &graph{tasks: tasks, index: map[string]int{}, depth: make([]int, n), finish: make([]time.Duration, n), before: make([]int, n), onPath: make([]bool, n)}
	for i, t := range tasks {
		if _, twice := g.index[t.Name]; twice {
			return nil, fmt.Errorf("plots: two tasks are named %q", t.Name)
		}
		g.index[t.Name] = i
		g.work += t.Cost
	}
	done := make([]int, n) // 0 new, 1 being visited, 2 done
	for i := range tasks {
		if err := g.visit(i, done); err != nil {
			return nil, err
		}
	}
	g.critical()
	return g, nil
}

// visit finds depth and earliest end of a task, needs first.
func (g *graph) visit(i int, done []int) error {
	switch done[i] {
	case 1:
		return fmt.Errorf("plots: the task %q needs itself, by way of others", g.tasks[i].Name)
	case 2:
		return nil
	}
	done[i] = 1
	g.before[i] = -1
	start := time.Duration(-1)
	for _, need := range g.tasks[i].Needs {
		j, ok := g.index[need]
		if !ok {
			return fmt.Errorf("plots: the task %q needs %q, which isn't there", g.tasks[i].Name, need)
		}
		if err := g.visit(j, done); err != nil {
			return err
		}
		g.depth[i] = max(g.depth[i], g.depth[j]+1)
		if g.finish[j] > start {
			start, g.before[i] = g.finish[j], j
		}
	}
	g.finish[i] = max(0, start) + g.tasks[i].Cost
	done[i] = 2
	return nil
}

func (g *graph) critical() {
	last := 0
	for i := range g.tasks {
		if g.finish[i] > g.finish[last] {
			last = i
		}
	}
	g.span = g.finish[last]
	for i := last; i >= 0; i = g.before[i] {
		g.onPath[i] = true
		g.path = append([]string{g.tasks[i].Name}, g.path...)
	}
}

func (g *graph) table() table {
	t := table{header: []string{"task", "cost_seconds", "needs", "earliest_end_seconds", "critical"}}
	for i, task := range g.tasks {
		t.add(task.Name, task.Cost.Seconds(), strings.Join(task.Needs, ";"), g.finish[i].Seconds(), g.onPath[i])
	}
	return t
}
