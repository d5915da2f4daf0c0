package plots_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"gonum.org/v1/plot"

	"songsong/plots"
	"songsong/plots/laws"
	"songsong/plots/measure"
	"songsong/plots/sim"
)

// The whole way from a job to a figure.
func ExampleSpeedup() {
	r := measure.Speedup(context.Background(), []int{1, 2}, func(workers int) {
		time.Sleep(4 * time.Millisecond / time.Duration(workers))
	}, measure.Title("Sleeping"), measure.Budget(50*time.Millisecond))
	f := plots.Speedup(r, plots.WallOnly)
	fmt.Println(f.Err(), strings.HasPrefix(f.String(), "Goroutines: "))
	// Output: <nil> true
}

// A law may be fitted to a simulation too.
func ExampleWithAmdahl() {
	r := sim.Model{Tasks: 90, Task: time.Millisecond, Serial: 10 * time.Millisecond}.Speedup([]int{1, 2, 4, 8})
	fmt.Println(plots.Speedup(r, plots.WithAmdahl))
	// Output: Model: 4.55× with 8 workers, Amdahl: serial part s = 11 % [10, 12] (simulated)
}

func ExampleWeak() {
	r := sim.Model{Tasks: 100, Task: time.Millisecond}.Weak([]int{1, 4, 16})
	fmt.Println(plots.Weak(r))
	// Output: Model: 16.00× with 16 workers (simulated)
}

// A load test: transactions per second with 1 to 40 clients.
func ExampleThroughput() {
	observed := []laws.Observation{{Workers: 1, Value: 98}, {Workers: 5, Value: 440}, {Workers: 10, Value: 770}, {Workers: 20, Value: 1130}, {Workers: 40, Value: 1180}}
	f := plots.Throughput(observed, plots.XLabel("Clients"), plots.YLabel("Transactions per second"))
	_, peak, _ := strings.Cut(f.String(), "; ")
	fmt.Println(peak)
	// Output: the law peaks at p = 30.7
}

func ExampleEfficiency() {
	r := sim.Model{Tasks: 100, Task: time.Millisecond, Serial: 10 * time.Millisecond}.Speedup([]int{1, 2, 4})
	fmt.Println(plots.Efficiency(r))
	// Output: Model: 3.14× with 4 workers (simulated)
}

func ExampleKarpFlatt() {
	r := sim.Model{Tasks: 100, Task: time.Millisecond, Serial: 10 * time.Millisecond}.Speedup([]int{1, 2, 4})
	fmt.Println(plots.KarpFlatt(r, plots.Vietnamese))
	// Output: Model: nhanh gấp 3,14 lần với 4 worker (mô phỏng)
}

func ExampleLadder() {
	costs := &measure.Samples{}
	costs.Add("Go: goroutine", 0.4e-6, 0.5e-6, 0.45e-6, 0.44e-6, 0.46e-6, 0.43e-6)
	costs.Add("Python: thread", 60e-6, 61e-6, 59e-6, 62e-6, 60.5e-6, 58e-6)
	fmt.Println(plots.Ladder(costs))
	// Output: Cost of each operation: Go: goroutine 445 ns [400 ns, 500 ns]; Python: thread 60.3 µs [58.0 µs, 62.0 µs]
}

func ExampleDistributions() {
	costs := &measure.Samples{Title: "Hai cách"}
	costs.Add("A", 1e-3, 1.1e-3, 1.2e-3)
	fmt.Println(plots.Distributions(costs, plots.Vietnamese).Err())
	// Output: <nil>
}

func ExampleTimeline() {
	spans := []plots.Span{
		{Name: "download", Worker: "worker 1", Start: 0, End: 30 * time.Millisecond},
		{Name: "parse", Worker: "worker 2", Start: 10 * time.Millisecond, End: 40 * time.Millisecond},
	}
	fmt.Println(plots.Timeline(spans))
	// Output: Timeline of the workers: 2 spans of 2 workers in 40 ms; busy 75 % of the time
}

func ExampleLockWaits() {
	const ms = time.Millisecond
	spans := []plots.LockSpan{ // as a syncs.Recorder gives them
		{Name: "mu", Worker: "an", Start: 0, End: 5 * ms},
		{Name: "mu", Worker: "khanh", Holder: "an", Waited: true, Start: 1 * ms, End: 5 * ms},
		{Name: "mu", Worker: "khanh", Start: 5 * ms, End: 9 * ms},
	}
	fmt.Println(plots.LockWaits(spans))
	// Output: Who waits for which lock: 1 waits for a lock, 4 ms in all, within 9 ms, of 2 workers; longest: khanh for mu, 4 ms, held by an
}

func ExampleTaskGraph() {
	const ms = time.Millisecond
	tasks := []plots.Task{
		{Name: "read", Cost: 10 * ms},
		{Name: "count", Cost: 30 * ms, Needs: []string{"read"}},
		{Name: "compress", Cost: 20 * ms, Needs: []string{"read"}},
	}
	fmt.Println(plots.TaskGraph(tasks))
	// Output: Task graph: Work 60 ms, span 40 ms, parallelism 1.5; critical path read → count
}

func ExampleFigure_Save() {
	dir, err := os.MkdirTemp("", "figures")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	r := sim.Model{Tasks: 8, Task: time.Millisecond}.Speedup(sim.Powers(8))
	if err := plots.Speedup(r).Save(dir + "/speedup"); err != nil {
		fmt.Println(err)
		return
	}
	files, _ := os.ReadDir(dir)
	for _, f := range files {
		fmt.Println(f.Name())
	}
	// Output:
	// speedup.csv
	// speedup.pdf
	// speedup.png
	// speedup.svg
}

// Any gonum plot becomes a figure.
func ExampleFrom() {
	p := plot.New()
	p.Title.Text = "Dao động"
	p.X.Max, p.Y.Max = 10, 1
	fmt.Println(plots.From(p))
	// Output: Dao động
}

func ExampleUse() {
	plots.Use(plots.Vietnamese) // in a notebook's first cell
	defer plots.Use()
	r := sim.Model{Tasks: 8, Task: time.Millisecond}.Speedup([]int{1, 2})
	fmt.Println(plots.Speedup(r))
	// Output: Model: nhanh gấp 2,00 lần với 2 worker (mô phỏng)
}
