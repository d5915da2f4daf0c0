package sim

import (
	"context"
	"math"
	"os"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"songsong/plots/laws"
	"songsong/plots/measure"
)

const ms = time.Millisecond

func runTime(t *testing.T, m Model, workers int) time.Duration {
	t.Helper()
	r, err := m.Run(workers)
	if err != nil {
		t.Fatal(err)
	}
	if idle := time.Duration(workers)*r.Time - r.Busy; idle < 0 {
		t.Errorf("%d workers were busy %v of %v", workers, r.Busy, r.Time)
	}
	return r.Time
}

func TestEqualTasksAreDividedEvenly(t *testing.T) {
	m := Model{Tasks: 100, Task: ms}
	for workers, want := range map[int]time.Duration{1: 100 * ms, 3: 34 * ms, 50: 2 * ms, 100: ms, 4096: ms} {
		if got := runTime(t, m, workers); got != want {
			t.Errorf("%d workers take %v, want %v", workers, got, want)
		}
	}
}

// A serial part alone is Amdahl's law.
func TestSerialPartIsAmdahl(t *testing.T) {
	m := Model{Tasks: 1024, Task: ms, Serial: 64 * ms}
	law := laws.Amdahl{Serial: laws.Estimate{Value: 64. / (1024 + 64)}}
	t1 := runTime(t, m, 1)
	for _, p := range Powers(1024) {
		got := t1.Seconds() / runTime(t, m, p).Seconds()
		if math.Abs(got/law.Speedup(float64(p))-1) > 1e-9 {
			t.Errorf("%d workers: speedup %g, the law says %g", p, got, law.Speedup(float64(p)))
		}
	}
}

// A lock held for a tenth of each task lets at most ten workers be useful.
func TestLockLimitsSpeedup(t *testing.T) {
	m := Model{Tasks: 5000, Task: ms, Lock: ms / 10}
	t1 := runTime(t, m, 1).Seconds()
	if s := t1 / runTime(t, m, 5).Seconds(); s < 4.9 || s > 5 {
		t.Errorf("5 workers: %g", s)
	}
	if s := t1 / runTime(t, m, 1000).Seconds(); s < 9.9 || s > 10 {
		t.Errorf("1000 workers: %g, want nearly 10", s)
	}
}

// Coherency makes the speedup fall again, as the universal law says.
func TestCoherencyHasAPeak(t *testing.T) {
	m := Model{Tasks: 20000, Task: ms, Lock: ms / 100, Coherency: ms / 2000}
	u := measureUSL(t, m.Speedup(Powers(256)))
	if peak := u.Peak(); peak < 20 || peak > 120 {
		t.Errorf("the peak is at %g workers", peak)
	}
	if runTime(t, m, 256) < runTime(t, m, 32) {
		t.Error("256 workers are faster than 32 in spite of coherency")
	}
}

func measureUSL(t *testing.T, s *measure.Scaling) laws.USL {
	t.Helper()
	var obs []laws.Observation
	for _, p := range s.Series[0].Points {
		obs = append(obs, laws.Observation{Workers: float64(p.Workers), Value: p.Wall[0]})
	}
	u, err := laws.FitUSLTimes(obs)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestMessagesLimitAndChunksHelp(t *testing.T) {
	m := Model{Tasks: 10000, Task: ms, Message: ms / 20}
	if s := 10000 * ms.Seconds() / runTime(t, m, 500).Seconds(); s < 19 || s > 20 {
		t.Errorf("one message of 50 µs per task of 1 ms: speedup %g, want at most 20", s)
	}
	m.Chunk = 10
	if s := 10000 * ms.Seconds() / runTime(t, m, 500).Seconds(); s < 100 {
		t.Errorf("chunks of ten: speedup %g, want over 100", s)
	}
}

func TestStartIsPaidPerWorker(t *testing.T) {
	m := Model{Tasks: 10, Task: ms, Start: 2 * ms}
	if got := runTime(t, m, 1); got != 12*ms {
		t.Errorf("one worker takes %v, want 12 ms", got)
	}
	if got := runTime(t, m, 10); got > 12*ms || got < 5*ms {
		t.Errorf("ten workers take %v", got)
	}
}

func TestVaryingTasksKeepTheirWork(t *testing.T) {
	m := Model{Tasks: 20000, Task: ms, Vary: 0.9, Seed: 5}
	r, err := m.Run(7)
	if err != nil {
		t.Fatal(err)
	}
	if off := r.Busy.Seconds()/m.Work().Seconds() - 1; math.Abs(off) > 0.02 {
		t.Errorf("the work differs by %.1f %%", 100*off)
	}
	again, _ := m.Run(7)
	if again.Time != r.Time {
		t.Error("the same model runs differently")
	}
}

func TestWeakScalingOfPlainTasksIsIdeal(t *testing.T) {
	s := Model{Tasks: 10, Task: ms}.Weak([]int{1, 8, 64})
	for i, p := range s.Series[0].Points {
		if got := s.Speedups(0, i, false)[0]; got != float64(p.Workers) {
			t.Errorf("%d workers: scaled speedup %g", p.Workers, got)
		}
	}
	if !s.Simulated || !s.Series[0].Simulated {
		t.Error("a simulation isn't labelled")
	}
}

func TestTraceHasNoOverlap(t *testing.T) {
	r, err := Model{Tasks: 40, Task: ms, Lock: ms / 3, Serial: ms}.Trace(4)
	if err != nil {
		t.Fatal(err)
	}
	end := map[string]time.Duration{}
	lockEnd := time.Duration(0)
	for _, s := range r.Spans {
		if s.Start < end[s.Worker] {
			t.Fatalf("%s does two things at %v", s.Worker, s.Start)
		}
		end[s.Worker] = s.End
		if s.Name == "lock" {
			if s.Start < lockEnd {
				t.Fatalf("two workers hold the lock at %v", s.Start)
			}
			lockEnd = s.End
		}
	}
}

func TestWrongModels(t *testing.T) {
	for name, m := range map[string]Model{
		"negative tasks":      {Tasks: -1},
		"lock above the task": {Tasks: 1, Task: ms, Lock: 2 * ms},
		"vary of 2":           {Tasks: 1, Task: ms, Vary: 2},
	} {
		if _, err := m.Run(1); err == nil {
			t.Errorf("%s is no error", name)
		}
		if m.Speedup([]int{1}).Err == nil {
			t.Errorf("%s: Speedup has no error", name)
		}
	}
	if _, err := (Model{}).Run(0); err == nil {
		t.Error("no worker is no error")
	}
}

var diamond = Graph{
	{Name: "a", Cost: 2 * ms},
	{Name: "b", Cost: 5 * ms, Needs: []string{"a"}},
	{Name: "c", Cost: 3 * ms, Needs: []string{"a"}},
	{Name: "d", Cost: ms, Needs: []string{"b", "c"}},
}

func TestGraph(t *testing.T) {
	span, err := diamond.Span()
	if err != nil || span != 8*ms || diamond.Work() != 11*ms {
		t.Fatalf("span %v, work %v, error %v", span, diamond.Work(), err)
	}
	for workers, want := range map[int]time.Duration{1: 11 * ms, 2: 8 * ms, 9: 8 * ms} {
		r, err := diamond.Schedule(workers)
		if err != nil || r.Time != want {
			t.Errorf("%d workers: %v, want %v (error %v)", workers, r.Time, want, err)
		}
		if bound := diamond.Work()/time.Duration(workers) + span; r.Time > bound {
			t.Errorf("%d workers: %v is beyond Graham's bound %v", workers, r.Time, bound)
		}
	}
	for name, g := range map[string]Graph{
		"a circle":       {{Name: "a", Needs: []string{"b"}}, {Name: "b", Needs: []string{"a"}}},
		"a missing need": {{Name: "a", Needs: []string{"x"}}},
		"a name twice":   {{Name: "a"}, {Name: "a"}},
	} {
		if _, err := g.Schedule(1); err == nil {
			t.Errorf("%s is no error", name)
		}
	}
}

func TestPowers(t *testing.T) {
	if got := Powers(12); !slices.Equal(got, []int{1, 2, 4, 8, 12}) {
		t.Errorf("powers up to 12: %v", got)
	}
}

// TestAgainstMeasurement runs a real program with a serial part and a lock, and
// its model, at every worker count the machine can run at once. The parts of
// the program are calibrated once; the times that are compared have the
// run-queue wait taken out.
func TestAgainstMeasurement(t *testing.T) {
	cores := min(runtime.NumCPU(), 8)
	if cores < 2 {
		t.Skip("one core can't show a speedup")
	}
	if testing.Short() {
		t.Skip("takes a second or two")
	}
	const attempts = 4
	for range attempts { // a busy machine may spoil one
		r, m := program(cores)
		if _, ok := corrected(r, cores); !ok {
			t.Skip("this system doesn't tell the run-queue wait")
		}
		got, _ := corrected(r, cores)
		t1, err1 := m.Run(1)
		tp, err2 := m.Run(cores)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		want := t1.Time.Seconds() / tp.Time.Seconds()
		t.Logf("%d workers: measured %.2f, simulated %.2f (load %.1f)", cores, got, want, r.Report.LoadAfter)
		if math.Abs(got/want-1) < 0.12 {
			return
		}
	}
	if os.Getenv("SONGSONG_CI") == "" && busyMachine() {
		t.Skip("inconclusive: the machine is too busy")
	}
	t.Errorf("the model is off by more than 12 %% in %d attempts", attempts)
}

func busyMachine() bool {
	b, err := os.ReadFile("/proc/loadavg")
	return err == nil && len(b) > 0 && b[0] != '0'
}

func corrected(r *measure.Scaling, workers int) (float64, bool) {
	for i, p := range r.Series[0].Points {
		if p.Workers == workers {
			s := r.Speedups(0, i, true)
			return measure.Summarize(s).Median, s != nil
		}
	}
	return 0, false
}

// program is 1/20 serial and holds a lock for a fifth of each task.
func program(cores int) (*measure.Scaling, Model) {
	const tasks, serial, outside, inside = 40, 2, 4, 1 // in units of work
	r := measure.Speedup(context.Background(), []int{1, cores}, func(workers int) {
		var mu sync.Mutex
		var wg sync.WaitGroup
		work(serial * tasks / 8)
		for i := range workers {
			wg.Go(func() {
				for k := i; k < tasks; k += workers {
					work(outside)
					mu.Lock()
					work(inside)
					mu.Unlock()
				}
			})
		}
		wg.Wait()
	}, measure.Rounds(9), measure.Budget(time.Second))
	return r, Model{Tasks: tasks, Task: (outside + inside) * ms, Lock: inside * ms, Serial: serial * tasks / 8 * ms}
}

// work computes for about 20 µs per unit, wherever it runs.
func work(units int) {
	x := uint64(88172645463325252)
	for range units * 20_000 {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
	}
	measure.Keep(x)
}
