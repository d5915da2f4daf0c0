package check_test

import (
	"os"
	"testing"

	"songsong/notebooks/check"
)

func TestDrainAll(t *testing.T) {
	takers := func(first, many int) func(int, int) map[int]int {
		return func(_, n int) map[int]int {
			who := map[int]int{}
			for i := range n {
				who[i] = first + i%many
			}
			return who
		}
	}
	expect(t, "nil", check.DrainAll(nil), check.Missing, "drainAll")
	expect(t, "none", check.DrainAll(func(int, int) map[int]int { return nil }), check.NotYet, "nobody took the number 0")
	expect(t, "here", check.DrainAll(takers(os.Getpid(), 1)), check.NotYet, "this very process")
	expect(t, "no process", check.DrainAll(takers(0, 1)), check.NotYet, "is no process")
	expect(t, "three", check.DrainAll(takers(os.Getpid()+1, 3)), check.NotYet, "3 processes")
	expect(t, "more", check.DrainAll(func(p, n int) map[int]int { return takers(os.Getpid()+1, 2)(p, n+1) }), check.NotYet, "41 numbers")
	expect(t, "right", check.DrainAll(takers(os.Getpid()+1, 2)), check.Right, "")
}

func TestWhichPool(t *testing.T) {
	answers := map[string]string{
		"Python: fetch 500 web pages":  "threads",
		"Python: count primes":         "processes",
		"Go: fetch 500 web pages":      "goroutines",
		"Go: count primes":             "processes",
		"Go: a library that may crash": " Processes",
	}
	expect(t, "none", check.WhichPool(nil), check.Missing, "Python: fetch")
	expect(t, "open", check.WhichPool(answers), check.Missing, "Go: tasks for two machines")
	answers["Go: tasks for two machines"] = "processes"
	expect(t, "Go", check.WhichPool(answers), check.NotYet, "Go: count primes: goroutines wait and compute")
	answers["Go: count primes"] = "goroutines"
	expect(t, "right", check.WhichPool(answers), check.Right, "")
	answers["Python: count primes"] = "threads"
	expect(t, "Python", check.WhichPool(answers), check.NotYet, "under the GIL")
}
