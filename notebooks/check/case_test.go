package check_test

import (
	"sync"
	"testing"
	"unicode/utf8"

	"songsong/notebooks/check"
)

// lettersIn cuts by bytes or between letters, and counts with the given number
// of calls at once; 0 means all.
func lettersIn(pieces int, whole bool, atOnce int) func(string, int, func(string) map[rune]int) map[rune]int {
	return func(text string, workers int, count func(string) map[rune]int) map[rune]int {
		total, n := map[rune]int{}, max(pieces, workers)
		gate := make(chan bool, max(atOnce, 1))
		if atOnce == 0 {
			gate = make(chan bool, n)
		}
		var lock sync.Mutex
		var wg sync.WaitGroup
		for k := range n {
			end := len(text) / (n - k)
			for whole && end < len(text) && !utf8.RuneStart(text[end]) {
				end++
			}
			piece := text[:end]
			text = text[end:]
			gate <- true
			wg.Go(func() {
				part := count(piece)
				lock.Lock()
				defer lock.Unlock()
				for letter, n := range part {
					total[letter] += n
				}
				<-gate
			})
		}
		wg.Wait()
		return total
	}
}

func TestLetters(t *testing.T) {
	expect(t, "nil", check.Letters(nil), check.Missing, "letters")
	expect(t, "bytes", check.Letters(lettersIn(0, false, 0)), check.NotYet, "inside a letter")
	expect(t, "one by one", check.Letters(lettersIn(0, true, 1)), check.NotYet, "one call ran at a time")
	expect(t, "too many", check.Letters(lettersIn(50, true, 0)), check.NotYet, "calls ran at once")
	expect(t, "nothing", check.Letters(func(string, int, func(string) map[rune]int) map[rune]int { return nil }), check.NotYet, "was given 0")
	expect(t, "no sum", check.Letters(func(text string, _ int, count func(string) map[rune]int) map[rune]int {
		count(text)
		return nil
	}), check.NotYet, "not their sum")
	expect(t, "right", check.Letters(lettersIn(0, true, 2)), check.Right, "")
}

func TestMostWorkers(t *testing.T) {
	most := func(stop bool) func(map[int]float64, float64) int {
		return func(seconds map[int]float64, least float64) int {
			best := 1
			for p := 2; p <= 64; p *= 2 {
				s, ok := seconds[p]
				switch {
				case !ok:
				case seconds[1]/s/float64(p) >= least:
					best = p
				case stop:
					return best
				}
			}
			return best
		}
	}
	expect(t, "nil", check.MostWorkers(nil), check.Missing, "mostWorkers")
	expect(t, "all", check.MostWorkers(func(s map[int]float64, _ float64) int { return 8 }), check.NotYet, "it is 4, and you say 8")
	expect(t, "stops", check.MostWorkers(most(true)), check.NotYet, "it is 4, and you say 1")
	expect(t, "right", check.MostWorkers(most(false)), check.Right, "")
}
