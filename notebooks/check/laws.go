package check

import (
	"math"

	"songsong/plots/laws"
)

// WorkersFor checks exercise 1 of notebook 4-1: the fewest workers that give a
// speedup by Amdahl's law, 0 if none do.
func WorkersFor(workersFor func(serial, speedup float64) int) Verdict {
	if workersFor == nil {
		return missing("workersFor")
	}
	for _, t := range []struct{ serial, speedup float64 }{
		{0, 8}, {0.05, 7.3}, {0.10, 5.1}, {0.01, 50.2}, {0.25, 3.9}, {0.3, 1}, {0.10, 11}, {0.5, 2.5},
	} {
		var got int
		if v := try(func() { got = workersFor(t.serial, t.speedup) }); v != nil {
			return *v
		}
		if v := enough(t.serial, t.speedup, got); v != nil {
			return *v
		}
	}
	return right("you can say what to buy, and what not", "bạn nói được nên mua bao nhiêu, và khi nào đừng mua")
}

// enough says what is wrong with n workers, nil if nothing is.
func enough(serial, speedup float64, n int) *Verdict {
	const eps = 1e-9
	law := laws.Amdahl{Serial: laws.Estimate{Value: serial}}
	limit := law.Limit()
	var v Verdict
	switch s := 100 * serial; {
	case limit <= speedup:
		if n == 0 {
			return nil
		}
		v = notYet("with %.0f %% serial no number of workers reaches %.1f, and you say %d: the limit is %.0f", "với %.0f %% tuần tự thì bao nhiêu worker cũng không đạt %.1f, còn bạn nói %d: giới hạn là %.0f", s, speedup, n, limit)
	case n < 1:
		v = notYet("with %.0f %% serial a speedup of %.1f can be reached, and you say %d", "với %.0f %% tuần tự thì đạt được độ tăng tốc %.1f, còn bạn nói %d", s, speedup, n)
	case law.Speedup(float64(n)) < speedup-eps:
		v = notYet("with %.0f %% serial %d workers give only %.2f, not %.1f", "với %.0f %% tuần tự, %d worker chỉ cho %.2f, chưa được %.1f", s, n, law.Speedup(float64(n)), speedup)
	case n > 1 && law.Speedup(float64(n-1)) >= speedup+eps:
		v = notYet("with %.0f %% serial fewer than your %d workers give %.1f", "với %.0f %% tuần tự, ít hơn %d worker của bạn đã đủ cho %.1f", s, n, speedup)
	default:
		return nil
	}
	return &v
}

// A program of exercise 2 of notebook 4-1: its time with p workers, where one
// worker takes 1.
type program struct {
	suffers string
	time    func(p float64) float64
}

var programs = []program{
	{"serial", func(p float64) float64 { return 0.1 + 0.9/p }},
	{"overhead", func(p float64) float64 { return 1/p + 0.01*(p-1) }},
	{"serial", func(p float64) float64 { return 0.3 + 0.7/p }},
	{"overhead", func(p float64) float64 { return 0.1 + 0.9/p + 0.02*math.Log2(p) }},
	{"serial", func(p float64) float64 { return (0.02 + 0.98/p) * (1 + 0.001*math.Sin(p)) }},
}

// HoldsBack checks exercise 2 of notebook 4-1: "serial" where the serial
// fraction of Karp and Flatt is level, "overhead" where it rises.
func HoldsBack(holdsBack func(workers []int, speedups []float64) string) Verdict {
	if holdsBack == nil {
		return missing("holdsBack")
	}
	for _, program := range programs {
		workers, speedups := []int{1, 2, 4, 8, 16}, []float64{}
		for _, p := range workers {
			speedups = append(speedups, program.time(1)/program.time(float64(p)))
		}
		var got string
		if v := try(func() { got = holdsBack(append([]int{}, workers...), append([]float64{}, speedups...)) }); v != nil {
			return *v
		}
		if got != program.suffers {
			return notYet("speedups of %.2f with 1, 2, 4, 8, 16 workers: it is %q, and you say %q; print e(p) for 2 to 16 (e(1) does not exist)",
				"độ tăng tốc %.2f với 1, 2, 4, 8, 16 worker: đó là %q, còn bạn nói %q; hãy in e(p) với p từ 2 đến 16 (không có e(1))", speedups, program.suffers, got)
		}
	}
	return right("level means a serial part, rising means overhead", "giữ nguyên là do phần tuần tự, tăng dần là do chi phí phụ trội")
}
