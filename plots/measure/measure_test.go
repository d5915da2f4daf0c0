package measure

import (
	"context"
	"errors"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

var ctx = context.Background()

func TestSpeedupOfSleep(t *testing.T) {
	r := Speedup(ctx, []int{4, 1, 2, 2}, func(workers int) { time.Sleep(60 * time.Millisecond / time.Duration(workers)) },
		Budget(300*time.Millisecond), Title("sleep"))
	if r.Err != nil {
		t.Fatal(r.Err)
	}
	if got := r.Workers(); !slices.Equal(got, []int{1, 2, 4}) {
		t.Fatalf("workers %v, want 1 2 4", got)
	}
	s, ok := r.Speedup(0, 4)
	if !ok || s.Median < 2 || s.Median > 5 {
		t.Errorf("speedup of a sleep cut in four is %+v, want about 4", s)
	}
	for _, p := range r.Series[0].Points {
		if len(p.Wall) != r.Report.Rounds || r.Report.Rounds < 1 {
			t.Errorf("%d workers: %d repetitions in %d rounds", p.Workers, len(p.Wall), r.Report.Rounds)
		}
	}
	if _, ok := r.Speedup(0, 3); ok {
		t.Error("a speedup with 3 workers was never measured")
	}
}

func TestProcsFollowWorkersAndComeBack(t *testing.T) {
	before := runtime.GOMAXPROCS(0)
	seen := map[int]int{}
	Speedup(ctx, []int{1, 2, 64}, func(workers int) { seen[workers] = runtime.GOMAXPROCS(0) }, Rounds(2), Budget(time.Second))
	if runtime.GOMAXPROCS(0) != before {
		t.Errorf("GOMAXPROCS was %d and is now %d", before, runtime.GOMAXPROCS(0))
	}
	if seen[1] != 1 || seen[64] > runtime.NumCPU() {
		t.Errorf("GOMAXPROCS by workers: %v on %d cores", seen, runtime.NumCPU())
	}
}

func TestSerialIsTheBase(t *testing.T) {
	var serial, runs int
	procs := map[int]bool{}
	r := Speedup(ctx, []int{1, 2}, func(workers int) {
		runs++
		procs[runtime.GOMAXPROCS(0)] = true
		time.Sleep(40 * time.Millisecond / time.Duration(workers))
	}, Serial(func() { serial++; time.Sleep(20 * time.Millisecond) }), Rounds(3), WarmUp(2), Procs(2), Budget(time.Minute))
	if serial != 2+3 || runs != 2*(2+3) {
		t.Errorf("the serial program ran %d times and the others %d times, want 2 + 3 of each", serial, runs)
	}
	if len(procs) != 1 || !procs[2] {
		t.Errorf("GOMAXPROCS was %v, want 2 throughout", procs)
	}
	if s, ok := r.Speedup(0, 2); !ok || len(r.Base) != 3 || r.BaseName == "" || s.Median < 0.5 || s.Median > 1.5 {
		t.Errorf("20 ms against 40 ms shared by two: speedup %+v from the base %q %v", s, r.BaseName, r.Base)
	}
}

func TestRoundsAreInterleavedInRandomOrder(t *testing.T) {
	var order []int
	r := Speedup(ctx, []int{1, 2, 3, 4}, func(workers int) { order = append(order, workers); time.Sleep(12 * time.Millisecond) },
		Rounds(6), Budget(time.Minute), Seed(3))
	if r.Report.Rounds != 6 {
		t.Fatalf("%d rounds, want 6", r.Report.Rounds)
	}
	rounds := order[len(order)-24:]
	sorted := 0
	for i := 0; i < 24; i += 4 {
		round := slices.Clone(rounds[i : i+4])
		if slices.IsSorted(round) {
			sorted++
		}
		slices.Sort(round)
		if !slices.Equal(round, []int{1, 2, 3, 4}) {
			t.Fatalf("round %d runs %v, want each point once", i/4+1, rounds[i:i+4])
		}
	}
	if sorted > 2 {
		t.Errorf("%d of 6 rounds are in ascending order: %v", sorted, rounds)
	}
}

func TestBudgetBoundsTheTime(t *testing.T) {
	start := time.Now()
	r := Speedup(ctx, []int{1, 2}, func(int) { time.Sleep(40 * time.Millisecond) }, Budget(50*time.Millisecond), Within(0))
	if took := time.Since(start); took > time.Second {
		t.Errorf("took %v with a budget of 100 ms", took)
	}
	if r.Report.Settled || !math.IsInf(r.Report.Spread, 1) {
		t.Errorf("one or two repetitions are reported as settled, spread %g", r.Report.Spread)
	}
}

func TestStopsWhenSettled(t *testing.T) {
	r := Speedup(ctx, []int{1}, func(int) { time.Sleep(3 * time.Millisecond) }, Budget(5*time.Second), Within(0.5))
	if !r.Report.Settled || r.Report.Rounds < minRounds || r.Report.Rounds > 40 {
		t.Errorf("%d rounds, settled %v, spread %g", r.Report.Rounds, r.Report.Settled, r.Report.Spread)
	}
}

func TestContextEndsMeasuring(t *testing.T) {
	c, cancel := context.WithCancel(ctx)
	var runs atomic.Int32
	r := Speedup(c, []int{1, 2}, func(int) {
		if runs.Add(1) == 9 {
			cancel()
		}
		time.Sleep(time.Millisecond)
	}, Within(0), Budget(time.Minute))
	if !errors.Is(r.Err, context.Canceled) {
		t.Fatalf("error is %v", r.Err)
	}
	a, b := r.Series[0].Points[0], r.Series[0].Points[1]
	if len(a.Wall) != len(b.Wall) || len(a.Wall) != r.Report.Rounds {
		t.Errorf("a round cut short was kept: %d and %d repetitions in %d rounds", len(a.Wall), len(b.Wall), r.Report.Rounds)
	}
}

func TestWrongArguments(t *testing.T) {
	work := func(int) {}
	for name, r := range map[string]*Scaling{
		"nil work":   Speedup(ctx, []int{1}, nil),
		"no workers": Speedup(ctx, nil, work),
		"0 workers":  Weak(ctx, []int{0, 1}, work),
	} {
		if r.Err == nil {
			t.Errorf("%s is no error", name)
		}
	}
	if Costs(ctx, nil).Err == nil || Costs(ctx, []Operation{Batch("x", nil)}).Err == nil {
		t.Error("Costs of nothing is no error")
	}
}

func TestPanicPassesThrough(t *testing.T) {
	procs := runtime.GOMAXPROCS(0)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		Speedup(ctx, []int{1}, func(int) { panic("boom") })
	}()
	if runtime.GOMAXPROCS(0) != procs {
		t.Error("GOMAXPROCS stays changed after a panic")
	}
	Speedup(ctx, []int{1}, func(int) {}, Rounds(1)) // the lock is free again
}

func TestProgress(t *testing.T) {
	last := -1.0
	n := 0
	Speedup(ctx, []int{1, 2}, func(int) { time.Sleep(time.Millisecond) }, Rounds(3), OnProgress(func(p Progress) {
		n++
		if d := p.Done(); d < last-1e-9 || d > 1 {
			t.Errorf("done goes from %g to %g", last, d)
		} else {
			last = d
		}
		if !strings.Contains(p.Point, "×") {
			t.Errorf("the point is named %q", p.Point)
		}
	}))
	if n < 8 {
		t.Errorf("progress was told %d times, want at least 8", n)
	}
}

func TestSpeedupsArePairedInTheRound(t *testing.T) {
	s := Scaling{Series: []Series{{Name: "a", Points: []Point{
		{Workers: 1, Wall: []float64{10, 20, 30}, Wait: []float64{0, 10, 20}},
		{Workers: 2, Wall: []float64{5, 10, 15}, Wait: []float64{0, 5, 10}},
	}}}}
	if got := s.Speedups(0, 1, false); !slices.Equal(got, []float64{2, 2, 2}) {
		t.Errorf("speedups %v, want 2 in every round", got)
	}
	if got := s.Speedups(0, 1, true); !slices.Equal(got, []float64{2, 2, 2}) {
		t.Errorf("corrected speedups %v, want 2 in every round", got)
	}
	s.Base = []float64{8, 8, 8}
	if got := s.Speedups(0, 0, false); !slices.Equal(got, []float64{0.8, 0.4, 8. / 30}) {
		t.Errorf("speedups over the serial program %v", got)
	}
	s.Base = []float64{8, 8}
	if got := s.Speedups(0, 0, false)[0]; got != 0.8 {
		t.Errorf("unpaired speedup %g, want 0.8", got)
	}
	weak := Scaling{Weak: true, Series: s.Series}
	if got := weak.Speedups(0, 1, false)[0]; got != 4 {
		t.Errorf("scaled speedup %g, want p·T(1)/T(p) = 4", got)
	}
}

func TestSummarize(t *testing.T) {
	s := Summarize([]float64{3, 1, 2, 5, 4, 7, 6})
	if s.Median != 4 || s.N != 7 || s.Lo != 1 || s.Hi != 7 || math.Abs(s.Spread()-0.75) > 1e-12 {
		t.Errorf("summary of 1…7 is %+v, spread %g", s, s.Spread())
	}
	if few := Summarize([]float64{1, 2, 3}); few.Bounded() || !math.IsInf(few.Spread(), 1) {
		t.Errorf("three values have an interval: %+v", few)
	}
	if none := Summarize(nil); !math.IsNaN(none.Median) {
		t.Errorf("no value has median %g", none.Median)
	}
}

func TestCostsAndRatio(t *testing.T) {
	c := Costs(ctx, []Operation{
		Op("Go: cheap", func() { time.Sleep(time.Millisecond) }),
		Batch("Go: dear", func(n int) { time.Sleep(time.Duration(n) * 4 * time.Millisecond) }),
	}, Budget(100*time.Millisecond))
	if c.Err != nil {
		t.Fatal(c.Err)
	}
	ratio, err := c.Ratio("Go: dear", "Go: cheap")
	if err != nil || ratio.Median < 1.5 || ratio.Median > 8 {
		t.Errorf("ratio %+v, error %v, want about 4", ratio, err)
	}
	if _, err := c.Ratio("Go: dear", "nothing"); err == nil {
		t.Error("the ratio to an unknown name is no error")
	}
	c.Add("Python: thread", 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1)
	if s, ok := c.Get("Python: thread"); !ok || s.Group() != "Python" || !s.Elsewhere {
		t.Errorf("the sample added is %+v", s)
	}
}

// TestBatchIsCalibrated: operations too short for the clock are repeated.
func TestBatchIsCalibrated(t *testing.T) {
	var x int
	c := Costs(ctx, []Operation{Op("increment", func() { x++ })}, Budget(200*time.Millisecond))
	s, _ := c.Get("increment")
	if m := s.Summary().Median; m <= 0 || m > 1e-6 {
		t.Errorf("an increment costs %g s", m)
	}
	Keep(x)
}

func TestAddJSON(t *testing.T) {
	var s Scaling
	if err := s.AddJSON([]byte(`{"name":"Python threads","points":[{"workers":2,"seconds":[2,3]},{"workers":1,"seconds":[1]}]}`)); err != nil {
		t.Fatal(err)
	}
	if p := s.Series[0].Points; p[0].Workers != 1 || !slices.Equal(p[1].Wall, []float64{2, 3}) {
		t.Errorf("points %+v", p)
	}
	var c Samples
	if err := c.AddJSON([]byte(`[{"name":"a","seconds":[1]},{"name":"b","seconds":[2]}]`)); err != nil || len(c.Items) != 2 {
		t.Errorf("error %v, items %+v", err, c.Items)
	}
	for _, bad := range []string{"", "{", `{"name":"x"}`, `{"seconds":[1]}`, `{"name":"x","seconds":[0]}`, `{"name":"x","seconds":[-1]}`} {
		if c.AddJSON([]byte(bad)) == nil {
			t.Errorf("%q is no error", bad)
		}
	}
	for _, bad := range []string{`{"name":"x","seconds":[1]}`, `{"name":"x","points":[{"workers":0,"seconds":[1]}]}`} {
		if s.AddJSON([]byte(bad)) == nil {
			t.Errorf("%q is no error", bad)
		}
	}
}

func TestQueueWait(t *testing.T) {
	type thread struct{ running, waiting float64 } // ms
	for _, c := range []struct {
		name    string
		threads []thread
		wall    float64 // ms
		workers int
		want    float64
	}{
		{"alone", []thread{{10, 0}}, 10, 1, 0},
		{"half the time waiting", []thread{{10, 10}}, 20, 1, 10},
		{"divided beforehand, one was held up", []thread{{10, 10}, {10, 0}}, 20, 2, 10},
		{"the other took over", []thread{{5, 10}, {15, 0}}, 15, 2, 5},
		{"idle threads waited too", []thread{{10, 0}, {0.5, 50}}, 10, 1, 0},
		{"more running than wall", []thread{{30, 10}}, 10, 1, 0},
		{"sleeping", []thread{{0.5, 2}}, 20, 1, 0},
		{"serial part on one", []thread{{15, 3}, {5, 0}}, 18, 2, 3},
	} {
		before, after := map[string]ticks{}, map[string]ticks{}
		for i, th := range c.threads {
			id := string(rune('a' + i))
			before[id] = ticks{1e9, 1e9}
			after[id] = ticks{1e9 + uint64(th.running*1e6), 1e9 + uint64(th.waiting*1e6)}
		}
		if got := 1e3 * queueWait(before, after, c.wall/1e3, c.workers); math.Abs(got-c.want) > 1e-6 {
			t.Errorf("%s: %g ms, want %g", c.name, got, c.want)
		}
	}
}

// TestQueueWaitIsSeen oversubscribes the machine by pinning nothing at all: with
// twice as many busy threads as cores, somebody waits.
func TestQueueWaitIsSeen(t *testing.T) {
	if readTicks() == nil {
		t.Skip("this system doesn't tell the run-queue wait")
	}
	busy := func(n int) {
		done := make(chan struct{})
		for range n {
			go func() {
				defer func() { done <- struct{}{} }()
				runtime.LockOSThread()
				defer runtime.UnlockOSThread()
				for t := time.Now(); time.Since(t) < 60*time.Millisecond; {
				}
			}()
		}
		for range n {
			<-done
		}
	}
	n := 2 * runtime.NumCPU()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(n))
	before := readTicks()
	start := time.Now()
	busy(n)
	if w := queueWait(before, readTicks(), time.Since(start).Seconds(), n); w < 0.01 {
		t.Errorf("%d busy threads on %d cores waited %g s", n, runtime.NumCPU(), w)
	}
}

func TestTables(t *testing.T) {
	s := Scaling{Title: "job", Series: []Series{{Name: "a", Points: []Point{
		{Workers: 1, Wall: []float64{1, 1, 1, 1, 1, 1, 1}}, {Workers: 2, Wall: []float64{.5, .5, .5, .5, .5, .5, .5}},
	}}}, Report: Report{Rounds: 7, Spread: 0.123}}
	for _, want := range []string{"job\n", "2.00 [2.00, 2.00]", "500ms [500ms, 500ms]", "inconclusive: the widest interval is ±12 %"} {
		if !strings.Contains(s.String(), want) {
			t.Errorf("the table doesn't say %q:\n%s", want, s.String())
		}
	}
	c := Samples{Items: []Sample{{Name: "x", Seconds: []float64{3.21e-9}}}}
	if !strings.Contains(c.String(), "3.21ns") {
		t.Errorf("the table is\n%s", c.String())
	}
}

// TestCorrectionTellsSerialFromParallel: without the run-queue wait, a job that
// one worker does alone stays a job of speedup 1, however busy the machine is,
// and one that is divided gets faster.
func TestCorrectionTellsSerialFromParallel(t *testing.T) {
	if readTicks() == nil || runtime.NumCPU() < 2 {
		t.Skip("needs two cores and a system that tells the run-queue wait")
	}
	compute := func(n int) {
		x := uint64(88172645463325252)
		for range n {
			x ^= x << 13
			x ^= x >> 7
			x ^= x << 17
		}
		Keep(x)
	}
	const all = 8_000_000
	serial := func(int) { compute(all) }
	parallel := func(workers int) {
		done := make(chan struct{})
		for range workers {
			go func() { compute(all / workers); done <- struct{}{} }()
		}
		for range workers {
			<-done
		}
	}
	var s, p float64
	for range 3 { // a very busy machine may spoil one attempt
		r := Speedup(ctx, []int{1, 2}, serial, Name("serial"), Also("parallel", parallel), Rounds(11), Budget(2*time.Second))
		s, p = Summarize(r.Speedups(0, 1, true)).Median, Summarize(r.Speedups(1, 1, true)).Median
		t.Logf("corrected speedup with 2 workers: serial %.2f, parallel %.2f\n%v", s, p, r)
		if s > 0.8 && s < 1.25 && p > 1.6 && p < 2.4 {
			return
		}
	}
	t.Errorf("corrected speedups %.2f (serial) and %.2f (parallel), want about 1 and 2", s, p)
}
