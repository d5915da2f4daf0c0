// Command bench measures the helpers against the libraries and languages they are compared with, and prints the ratios as a
// Markdown table: the source of helpers/BENCH.md.
//
//	go run ./helpers/bench                  all of it, about two minutes
//	go run ./helpers/bench -only map -rounds 15
//
// All ways of one group run once in each round, in random order, and ratios are taken inside a round; what is printed is the
// median with its 95 % interval. Python 3 is run in processes of its own, one per group and round, next to them.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"songsong/helpers/internal/ratio"
)

// group is a set of ways to do one thing, and the ratios to print.
type group struct {
	name  string
	title string
	ways  func(scale float64) []ratio.Way
	goals []goal
}

// goal is a ratio of two ways that should be at most (or, with atLeast, at least) limit. Limit 0 only shows it.
type goal struct {
	way, base string
	limit     float64
	atLeast   bool
}

func main() {
	rounds := flag.Int("rounds", 11, "rounds, at least 9 for a table worth keeping")
	only := flag.String("only", "", "run only the groups whose name contains this")
	scale := flag.Float64("scale", 1, "do so many times as much in each round")
	flag.Parse()
	python, err := exec.LookPath("python3")
	if err != nil {
		fmt.Fprintln(os.Stderr, "python3 was not found: its rows are left out")
	}
	before := load()
	for _, g := range groups {
		if strings.Contains(g.name, *only) {
			g.print(*rounds, *scale, python)
		}
	}
	if strings.Contains("speedup", *only) {
		printSpeedup(*rounds, *scale)
	}
	fmt.Println(conditions(*rounds, before))
}

func (g group) print(rounds int, scale float64, python string) {
	ways := g.ways(scale)
	if python != "" {
		ways = append(ways, pythonWays(g.name, python)...)
	}
	times := ratio.Measure(rounds, ways...)
	fmt.Printf("## %s\n\n| way | per operation |\n|---|---:|\n", g.title)
	for _, w := range ways {
		fmt.Printf("| %s | %s |\n", w.Name, nanoseconds(times.Median(w.Name).Median))
	}
	fmt.Print("\n| ratio | by the clock | 95 % interval | processor time | goal | |\n|---|---:|---|---:|---|---|\n")
	for _, goal := range g.goals {
		if len(times.Wall[goal.way]) > 0 && len(times.Wall[goal.base]) > 0 {
			goal.print(times.Ratio(goal.way, goal.base), times.CPURatio(goal.way, goal.base))
		}
	}
	fmt.Println()
}

func (g goal) print(r, cpu ratio.Spread) {
	sign, reached := "≤", r.Median <= g.limit
	if g.atLeast {
		sign, reached = "≥", r.Median >= g.limit
	}
	goal, verdict := fmt.Sprintf("%s %g", sign, g.limit), "reached"
	switch {
	case g.limit == 0:
		goal, verdict = "", ""
	case !reached:
		verdict = "**missed**"
	}
	used := ""
	if cpu.Median > 0 {
		used = times(cpu.Median)
	}
	fmt.Printf("| %s ÷ %s | %s | %s – %s | %s | %s | %s |\n", g.way, g.base, times(r.Median), times(r.Low), times(r.High), used, goal, verdict)
}

func times(x float64) string {
	if x >= 20 {
		return fmt.Sprintf("%.0f×", x)
	}
	return fmt.Sprintf("%.2f×", x)
}

func nanoseconds(ns float64) string {
	switch {
	case ns >= 1e6:
		return fmt.Sprintf("%.2f ms", ns/1e6)
	case ns >= 1e4:
		return fmt.Sprintf("%.1f µs", ns/1e3)
	case ns >= 100:
		return fmt.Sprintf("%.0f ns", ns)
	}
	return fmt.Sprintf("%.1f ns", ns)
}
