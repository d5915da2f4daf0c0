// Bench compares the process pools with Python's on this machine and prints a
// table, in which every ratio was taken inside one round:
//
//	go run ./helpers/processes/bench -rounds 7 > helpers/processes/BENCH.md
//
// Without Python 3 the rows that need it are left out.
package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"songsong/helpers/processes"
	"songsong/helpers/processes/durable"
)

func noop(n int) int { return n }

// sleepless is 1 ms of computing.
func sleepless(n int) int {
	for start := time.Now(); time.Since(start) < time.Millisecond; {
	}
	return n
}

// A row is one thing to measure: run does n tasks on w workers.
type row struct {
	name string
	w, n int
	run  func(n int) error
	stop func()
	us   []float64 // µs per task, by round
}

func main() {
	processes.Main()
	rounds := flag.Int("rounds", 7, "rounds; each runs every row once, in random order")
	flag.Parse()
	dir, err := os.MkdirTemp("", "songsong-bench-")
	check(err)
	defer os.RemoveAll(dir)
	rows, stop := makeRows(dir)
	defer stop()
	for round := range *rounds + 1 { // the first warms up
		for _, i := range rand.Perm(len(rows)) {
			r := rows[i]
			start := time.Now()
			check(r.run(r.n))
			if round > 0 {
				r.us = append(r.us, float64(time.Since(start).Microseconds())/float64(r.n))
			}
		}
		fmt.Fprintf(os.Stderr, "round %d of %d\n", round, *rounds)
	}
	report(rows, *rounds)
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func makeRows(dir string) ([]*row, func()) {
	var rows []*row
	pool := func(name string, w, n int, fn func(int) int, use string, opts ...processes.Option) {
		p, err := processes.NewPlainPool(context.Background(), w, fn, opts...)
		check(err)
		run := func(n int) error { return submit(p, n) }
		if use == "Map" {
			run = func(n int) error { return mapped(p, n) }
		}
		rows = append(rows, &row{name: name, w: w, n: n, run: run, stop: p.Terminate})
	}
	one := processes.ChunkSize(1)
	pool("pipes, Submit", 4, 50_000, noop, "Submit")
	pool("pipes, Submit, each task alone", 4, 10_000, noop, "Submit", one)
	pool("pipes, Submit, each task alone", 2, 10_000, noop, "Submit", one)
	pool("pipes, Map", 4, 50_000, noop, "Map")
	pool("durable, each task alone", 4, 5_000, noop, "Submit", one, durable.Local(dir+"/single"))
	pool("durable", 4, 100_000, noop, "Submit", durable.Local(dir+"/chunks"))
	pool("durable, written through", 4, 200, noop, "Submit", one, durable.Local(dir+"/sync", durable.SurvivePowerLoss()))
	pool("1 ms, pipes", 2, 400, sleepless, "Submit")
	pool("1 ms, durable", 2, 400, sleepless, "Submit", durable.Local(dir+"/ms"))
	py := startPython()
	if py == nil {
		fmt.Fprintln(os.Stderr, "bench: no python3: its rows are left out")
	} else {
		for _, c := range []struct {
			name, verb string
			w, n       int
		}{
			{"mp.Pool.apply_async", "async", 4, 3000},
			{"mp.Pool.apply_async", "async", 2, 3000},
			{"mp.Pool.map", "map", 4, 50_000},
			{"ProcessPoolExecutor.submit", "submit", 4, 2000},
			{"ProcessPoolExecutor.submit", "submit", 2, 2000},
			{"1 ms, mp.Pool.apply_async", "async1ms", 2, 400},
			{"1 ms, ProcessPoolExecutor.submit", "submit1ms", 2, 400},
		} {
			rows = append(rows, &row{name: c.name, w: c.w, n: c.n, run: func(n int) error { return py.do(c.verb, c.w, n) }})
		}
	}
	return rows, func() {
		for _, r := range rows {
			if r.stop != nil {
				r.stop()
			}
		}
		if py != nil {
			py.close()
		}
	}
}

func submit(p *processes.Pool[int, int], n int) error {
	ctx := context.Background()
	futures := make([]*processes.Future[int], n)
	for i := range futures {
		futures[i] = p.Submit(ctx, i)
	}
	for i, f := range futures {
		if r, err := f.Await(ctx); err != nil || r != i {
			return fmt.Errorf("task %d: %d, %v", i, r, err)
		}
	}
	return nil
}

func mapped(p *processes.Pool[int, int], n int) error {
	i := 0
	for r, err := range p.Map(context.Background(), func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}) {
		if err != nil || r != i {
			return fmt.Errorf("task %d: %d, %v", i, r, err)
		}
		i++
	}
	return nil
}

func report(rows []*row, rounds int) {
	fmt.Printf("# Process pools: costs\n\nMade by `go run ./helpers/processes/bench -rounds %d`: %s on %s/%s, %d CPUs, %s, load %s.\n", rounds,
		runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), pythonVersion(), load())
	fmt.Println("Every round runs every row once, in random order, on workers that are warm; a ratio is of two rows in one round.")
	fmt.Println("Median [smallest … largest].")
	fmt.Println("\n| | workers | tasks | µs per task | tasks per s |\n|---|---|---|---|---|")
	for _, r := range rows {
		m := median(r.us)
		fmt.Printf("| %s | %d | %d | %.3g [%.3g … %.3g] | %.0f |\n", r.name, r.w, r.n, m, slices.Min(r.us), slices.Max(r.us), 1e6/m)
	}
	fmt.Println("\n| ratio | median | goal |\n|---|---|---|")
	for _, c := range []struct {
		a, b string
		w    int
		goal string
	}{
		{"mp.Pool.apply_async", "pipes, Submit, each task alone", 2, "≥ 8"},
		{"mp.Pool.apply_async", "pipes, Submit", 4, "≥ 8"},
		{"ProcessPoolExecutor.submit", "pipes, Submit, each task alone", 2, "≥ 15"},
		{"ProcessPoolExecutor.submit", "pipes, Submit", 4, "≥ 15"},
		{"mp.Pool.map", "pipes, Map", 4, ""},
		{"mp.Pool.apply_async", "durable, each task alone", 4, ""},
		{"ProcessPoolExecutor.submit", "durable, each task alone", 4, ""},
		{"1 ms, durable", "1 ms, pipes", 2, "≤ 1.15"},
		{"1 ms, mp.Pool.apply_async", "1 ms, pipes", 2, ""},
		{"1 ms, ProcessPoolExecutor.submit", "1 ms, pipes", 2, ""},
	} {
		if r := ratios(find(rows, c.a, c.w), find(rows, c.b, c.w)); r != nil {
			fmt.Printf("| %s ÷ %s, %d workers | %.3g× [%.3g … %.3g] | %s |\n", c.a, c.b, c.w, median(r), slices.Min(r), slices.Max(r), c.goal)
		}
	}
}

func find(rows []*row, name string, w int) *row {
	for _, r := range rows {
		if r.name == name && r.w == w {
			return r
		}
	}
	return nil
}

func ratios(a, b *row) []float64 {
	if a == nil || b == nil {
		return nil
	}
	var r []float64
	for i := range a.us {
		r = append(r, a.us[i]/b.us[i])
	}
	return r
}

func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	if n := len(s); n%2 == 0 {
		return (s[n/2-1] + s[n/2]) / 2
	}
	return s[len(s)/2]
}

// load is the machine's run queue over the last minute.
func load() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Fields(string(b))[0]
}
