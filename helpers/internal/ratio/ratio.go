// Package ratio times several ways to do the same thing side by side and says how many times one is dearer than
// another. On a busy machine only such ratios mean something: every round runs each way once, in random order, and ratios are
// taken inside a round. Start with [Measure] and [Times.Ratio].
package ratio

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"time"
)

// Way is one way to do a thing N times. Run does it and is timed; or Own does it and returns the nanoseconds it took,
// for what knows better how long it was at work, such as another process.
type Way struct {
	Name string
	N    int
	Run  func(n int)
	Own  func(n int) float64
}

// run does a way once and returns the nanoseconds it took, and those of processor time (0 if not known).
func (w Way) run() (wall, cpu float64) {
	runtime.GC() // the garbage of the way before
	if w.Own != nil {
		return w.Own(w.N), 0
	}
	cpuBefore, began := processorTime(), time.Now()
	w.Run(w.N)
	wall = float64(time.Since(began).Nanoseconds())
	return wall, float64((processorTime() - cpuBefore).Nanoseconds())
}

// Times holds, for each way, the nanoseconds per operation of every round: by the clock, and of processor time of
// the whole program, which does not count the waiting for a processor that others have.
type Times struct {
	Wall map[string][]float64
	CPU  map[string][]float64
}

// Measure runs every way once to warm up and then rounds times. Before each run the garbage of the last is collected.
func Measure(rounds int, ways ...Way) Times {
	times := Times{Wall: map[string][]float64{}, CPU: map[string][]float64{}}
	for round := range rounds + 1 {
		for _, i := range rand.Perm(len(ways)) {
			w := ways[i]
			wall, cpu := w.run()
			if round == 0 {
				continue
			}
			times.Wall[w.Name] = append(times.Wall[w.Name], wall/float64(w.N))
			if cpu > 0 {
				times.CPU[w.Name] = append(times.CPU[w.Name], cpu/float64(w.N))
			}
		}
	}
	return times
}

// Spread is a median with the interval around it that holds the true median with about 95 % confidence (by order statistics).
type Spread struct{ Median, Low, High float64 }

// Median is the nanoseconds per operation of a way, by the clock.
func (t Times) Median(name string) Spread { return spread(t.Wall[name]) }

// Ratio is how many times as long a takes as b by the clock, paired round by round.
func (t Times) Ratio(a, b string) Spread { return pair(t.Wall[a], t.Wall[b]) }

// CPURatio is how many times as much processor time a takes as b; zero if it is not known for both.
func (t Times) CPURatio(a, b string) Spread { return pair(t.CPU[a], t.CPU[b]) }

func pair(a, b []float64) Spread {
	ratios := make([]float64, min(len(a), len(b)))
	for i := range ratios {
		ratios[i] = a[i] / b[i]
	}
	return spread(ratios)
}

func spread(values []float64) Spread {
	if len(values) == 0 {
		return Spread{}
	}
	v := slices.Sorted(slices.Values(values))
	n := len(v)
	k := rank95(n)
	return Spread{Median: (v[(n-1)/2] + v[n/2]) / 2, Low: v[k], High: v[n-1-k]}
}

// rank95 is how many values to leave out at each end: the largest k for which the median lies outside the k-th
// value from either end with a probability of at most 5 %, the tails of n tosses of a coin. Under 6 values it is 0.
func rank95(n int) int {
	p := 1.0 // probability of no head
	for range n {
		p /= 2
	}
	k, tail := 0, p
	for k < n/2 {
		p = p * float64(n-k) / float64(k+1)
		if 2*(tail+p) > 0.05 {
			break
		}
		tail += p
		k++
	}
	return k
}
