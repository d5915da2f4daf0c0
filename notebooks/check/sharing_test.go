package check_test

import (
	"strings"
	"testing"

	"songsong/notebooks/check"
)

func TestSharedSquares(t *testing.T) {
	expect(t, "nil", check.SharedSquares(nil), check.Missing, "sharedSquares")
	expect(t, "none", check.SharedSquares(func(int) []int { return nil }), check.NotYet, "10 numbers")
	expect(t, "zeros", check.SharedSquares(func(n int) []int { return make([]int, n) }), check.NotYet, "number 1 should be 1")
	expect(t, "here", check.SharedSquares(func(n int) (xs []int) {
		for i := range n {
			xs = append(xs, i*i)
		}
		return xs
	}), check.NotYet, "no other process")
}

func TestCountWords(t *testing.T) {
	count := func(lines []string) map[string]int {
		counts := map[string]int{}
		for _, w := range strings.Fields(strings.Join(lines, " ")) {
			counts[w]++
		}
		return counts
	}
	expect(t, "nil", check.CountWords(nil), check.Missing, "countWords")
	expect(t, "none", check.CountWords(func([]string) map[string]int { return nil }), check.NotYet, `"ba" comes 16 times`)
	expect(t, "lost", check.CountWords(func(lines []string) map[string]int { return count(lines[1:]) }), check.NotYet, `"song" comes 24 times, and you returned 22`)
	expect(t, "here", check.CountWords(count), check.NotYet, "no other process")
}
