package main

import (
	"context"
	"fmt"
	"runtime"

	"songsong/helpers/pools"
	"songsong/plots/measure"
)

// speedupGoal is what two workers should reach on work bound by the processor.
const speedupGoal = 1.9

// printSpeedup prints how much faster pools.MapSlice is with two workers than
// with one, by the clock and without the time its threads stood in the run queue.
func printSpeedup(rounds int, scale float64) {
	numbers := make([]int, int(48*scale))
	for i := range numbers {
		numbers[i] = 25
	}
	r := measure.Speedup(bg, []int{1, 2}, func(workers int) {
		p := pools.New(workers)
		defer p.Close()
		results, err := pools.MapSlice(bg, p, numbers, func(_ context.Context, n int) (int, error) { return fib(n), nil })
		if err != nil {
			panic(err)
		}
		measure.Keep(results)
	}, measure.Rounds(rounds))
	fmt.Printf("## Work bound by the processor (%d calls of fib(25), %d processors)\n\n", len(numbers), runtime.NumCPU())
	fmt.Println("| speedup, 2 workers ÷ 1 | median | 95 % interval | goal | |\n|---|---:|---|---|---|")
	printRow("by the clock", r.Speedups(0, 1, false), "", 0)
	printRow("without the wait in the run queue", r.Speedups(0, 1, true), fmt.Sprintf("≥ %g", speedupGoal), speedupGoal)
	fmt.Println()
}

func printRow(name string, speedups []float64, goal string, limit float64) {
	if len(speedups) == 0 {
		fmt.Printf("| %s | not known here | | %s | |\n", name, goal)
		return
	}
	s, verdict := measure.Summarize(speedups), ""
	switch {
	case limit == 0:
	case s.Median >= limit:
		verdict = "reached"
	default:
		verdict = "**missed**"
	}
	fmt.Printf("| %s | %.2f× | %.2f× – %.2f× | %s | %s |\n", name, s.Median, s.Lo, s.Hi, goal, verdict)
}

func fib(n int) int {
	if n < 2 {
		return n
	}
	return fib(n-1) + fib(n-2)
}
