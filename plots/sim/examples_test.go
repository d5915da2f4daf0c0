package sim_test

import (
	"fmt"
	"time"

	"songsong/plots/sim"
)

const ms = time.Millisecond

// A lock held for a tenth of each task: no more than ten workers are of use.
func ExampleModel() {
	m := sim.Model{Tasks: 10_000, Task: ms, Lock: ms / 10}
	one, _ := m.Run(1)
	many, _ := m.Run(1000)
	fmt.Printf("%.1f\n", one.Time.Seconds()/many.Time.Seconds())
	// Output: 10.0
}

func ExampleModel_Trace() {
	r, err := sim.Model{Tasks: 2, Task: ms, Serial: ms}.Trace(2)
	for _, s := range r.Spans {
		fmt.Println(s.Worker, s.Name, s.Start, s.End)
	}
	fmt.Println(err)
	// Output:
	// worker 1 serial 0s 1ms
	// worker 1 task 1ms 2ms
	// worker 2 task 1ms 2ms
	// <nil>
}

func ExampleGraph() {
	g := sim.Graph{
		{Name: "read", Cost: 10 * ms},
		{Name: "count", Cost: 30 * ms, Needs: []string{"read"}},
		{Name: "compress", Cost: 20 * ms, Needs: []string{"read"}},
	}
	span, err := g.Span()
	two, _ := g.Schedule(2)
	fmt.Println(g.Work(), span, two.Time, err)
	// Output: 60ms 40ms 40ms <nil>
}

// A serial part and then a hundred tasks of 1 ms: however many workers there are,
// it takes the serial part and one task.
func ExampleModel_Span() {
	m := sim.Model{Tasks: 100, Task: ms, Serial: 10 * ms}
	many, _ := m.Run(100)
	fmt.Println(m.Work(), m.Span(), many.Time)
	// Output: 110ms 11ms 11ms
}

func ExampleGraph_Speedup() {
	g := sim.Graph{{Name: "a", Cost: 10 * ms}, {Name: "b", Cost: 10 * ms}, {Name: "c", Cost: 10 * ms, Needs: []string{"a", "b"}}}
	r := g.Speedup("two, then one", []int{1, 2, 4})
	for _, p := range r.Workers() {
		s, _ := r.Speedup(0, p)
		fmt.Println(p, s.Median)
	}
	// Output:
	// 1 1
	// 2 1.5
	// 4 1.5
}

func ExamplePowers() {
	fmt.Println(sim.Powers(12))
	// Output: [1 2 4 8 12]
}
