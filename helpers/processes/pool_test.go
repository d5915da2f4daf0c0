package processes_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"songsong/helpers/processes"
	"songsong/helpers/threads"
)

func square(n int) int { return n * n }

func squareCtx(_ context.Context, n int) (int, error) {
	if n < 0 {
		return 0, fmt.Errorf("%d is negative", n)
	}
	return n * n, nil
}

func naturals(n int) func(func(int) bool) {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

func newPool[A, R any](t testing.TB, workers int, fn func(context.Context, A) (R, error), opts ...processes.Option) *processes.Pool[A, R] {
	t.Helper()
	p, err := processes.NewPool(context.Background(), workers, fn, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Terminate)
	return p
}

func TestMapIsOrdered(t *testing.T) {
	for _, codec := range []struct {
		name string
		opts []processes.Option
	}{{"gob", nil}, {"json", []processes.Option{processes.JSON()}}} {
		t.Run(codec.name, func(t *testing.T) {
			p := newPool(t, 2, squareCtx, codec.opts...)
			i := 0
			for r, err := range p.Map(t.Context(), naturals(20_000)) {
				if err != nil || r != i*i {
					t.Fatalf("result %d is %d, %v", i, r, err)
				}
				i++
			}
			if i != 20_000 {
				t.Fatalf("%d results", i)
			}
			p.Shutdown(true, false)
		})
	}
}

func TestPlainAndMapUnordered(t *testing.T) {
	p, err := processes.NewPlainPool(t.Context(), 3, square)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[int]bool{}
	for r, err := range p.MapUnordered(t.Context(), naturals(5000)) {
		if err != nil || seen[r] {
			t.Fatal(r, err)
		}
		seen[r] = true
	}
	if len(seen) != 5000 || !seen[4999*4999] {
		t.Fatalf("%d results", len(seen))
	}
	p.Close()
}

func TestErrorsAndPanicsComeBack(t *testing.T) {
	p := newPool(t, 1, func(_ context.Context, what string) (string, error) {
		switch what {
		case "error":
			return "", &os.PathError{Op: "open", Path: "x", Err: syscall.ENOENT}
		case "panic":
			var m map[string]int
			m["x"] = 1
		case "goexit":
			runtime.Goexit()
		}
		return what, nil
	})
	for _, c := range []struct {
		arg, text string
		kind      error
	}{
		{"error", "open x: no such file or directory", nil},
		{"panic", "panic in Process-1: assignment to entry in nil map", nil},
		{"goexit", "the task called runtime.Goexit", threads.ErrGoexit},
	} {
		_, err := p.Submit(t.Context(), c.arg).Await(t.Context())
		var te *processes.TaskError
		if !errors.As(err, &te) || err.Error() != c.text || !errors.Is(err, c.kind) && c.kind != nil {
			t.Errorf("%s: %v", c.arg, err)
			continue
		}
		var pe *threads.PanicError
		if errors.As(err, &pe) != (c.arg == "panic") {
			t.Errorf("%s is a %#v", c.arg, err)
		}
		if c.arg == "panic" && !strings.Contains(te.Stack, "pool_test.go") {
			t.Errorf("stack without the place of the panic:\n%s", te.Stack)
		}
		if c.arg == "error" && te.Type != "*fs.PathError" {
			t.Errorf("type %s", te.Type)
		}
	}
	if r, err := p.Submit(t.Context(), "fine").Await(t.Context()); r != "fine" || err != nil {
		t.Error("the worker did not go on:", r, err)
	}
	if s := p.Metrics(); s.Restarts != 0 || s.Finished != 4 || s.Failed != 3 {
		t.Errorf("%+v", s)
	}
}

func TestClosureIsRefused(t *testing.T) {
	n := os.Getpid()
	_, err := processes.NewPool(t.Context(), 1, func(_ context.Context, a int) (int, error) { return a + n, nil })
	if err == nil || !strings.Contains(err.Error(), "captures variables") {
		t.Fatal(err)
	}
	c := counter{n}
	_, err = processes.NewPlainPool(t.Context(), 1, c.add)
	if err == nil || !strings.Contains(err.Error(), "bound to its receiver") {
		t.Fatal(err)
	}
	_, err = processes.NewPlainPool[int, int](t.Context(), 1, nil)
	if err == nil {
		t.Fatal("nil function taken")
	}
}

type counter struct{ n int }

func (c counter) add(a int) int { return a + c.n }

var registered = processes.Register("adder", makeAdder(os.Getppid()*0+5))

func makeAdder(n int) func(context.Context, int) (int, error) {
	return func(_ context.Context, a int) (int, error) { return a + n, nil }
}

func TestRegisteredClosure(t *testing.T) {
	p := newPool(t, 1, registered)
	if r, err := p.Submit(t.Context(), 2).Await(t.Context()); r != 7 || err != nil {
		t.Fatal(r, err)
	}
}

func generic[T any](_ context.Context, v T) (string, error) { return fmt.Sprintf("%T %v", v, v), nil }

func TestGenericFunction(t *testing.T) {
	p := newPool(t, 1, generic[float64])
	if r, err := p.Submit(t.Context(), 2.5).Await(t.Context()); r != "float64 2.5" || err != nil {
		t.Fatal(r, err)
	}
}

func killSelf(_ context.Context, n int) (int, error) {
	if n == 7 {
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
	}
	return n, nil
}

func TestPoisonIsSetAside(t *testing.T) {
	p := newPool(t, 2, killSelf)
	i := 0
	for r, err := range p.Map(t.Context(), naturals(500)) {
		if i == 7 {
			if !errors.Is(err, processes.ErrPoisoned) {
				t.Fatal("the task that kills:", err)
			}
		} else if err != nil || r != i {
			t.Fatal(i, r, err)
		}
		i++
	}
	if i != 500 {
		t.Fatalf("%d results", i)
	}
	bad := p.Poisoned()
	if len(bad) != 1 || bad[0].Arg != "7" || bad[0].Kills < 3 || bad[0].Reason != "signal: killed" {
		t.Fatalf("%+v", bad)
	}
}

// With MaxKills(1) too, only the task that kills is set aside, whatever travelled with it.
func TestNoInnocentIsSetAside(t *testing.T) {
	p := newPool(t, 2, killSelf, processes.MaxKills(1))
	for round := range 5 {
		for i := range 3000 { // short tasks, so that many travel together
			p.Submit(t.Context(), 1000+i)
		}
		i := 0
		for r, err := range p.Map(t.Context(), naturals(100)) {
			if i == 7 != errors.Is(err, processes.ErrPoisoned) || i != 7 && (err != nil || r != i) {
				t.Fatal(round, i, r, err)
			}
			i++
		}
	}
	if m := p.Metrics(); m.Failed != 5 {
		t.Fatalf("%+v", m)
	}
	p.Close()
}

func overflow(_ context.Context, n int) (int, error) { return deep(n), nil }

func deep(n int) int { return deep(n+1) + 1 }

func TestFatalErrorIsTold(t *testing.T) {
	p := newPool(t, 1, overflow, processes.MaxKills(1), processes.Output(io.Discard, io.Discard))
	_, err := p.Submit(t.Context(), 1).Await(t.Context())
	if !errors.Is(err, processes.ErrPoisoned) || !strings.Contains(err.Error(), "stack exceeds") {
		t.Fatal(err)
	}
}

func slow(ctx context.Context, n int) (int, error) {
	select {
	case <-time.After(time.Duration(n) * time.Millisecond):
		return n, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// Killing workers from outside, again and again, loses no task and doubles none.
func TestKilledWorkersLoseNothing(t *testing.T) {
	p := newPool(t, 4, func(_ context.Context, n int) (int, error) {
		time.Sleep(200 * time.Microsecond)
		return n, nil
	}, processes.MaxKills(100))
	var stop atomic.Bool
	killed := make(chan int)
	go func() {
		n := 0
		for !stop.Load() && n < 40 { // not for ever: starting a worker may take longer than its life
			time.Sleep(30 * time.Millisecond)
			w := p.Metrics().Workers[n%4]
			syscall.Kill(w.PID, syscall.SIGKILL)
			n++
		}
		killed <- n
	}()
	var got []int
	for r, err := range p.Map(t.Context(), naturals(2000)) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, r)
	}
	stop.Store(true)
	n := <-killed
	if want := slices.Collect(naturals(2000)); !slices.Equal(got, want) {
		t.Fatalf("%d results, not the 2000 numbers in order", len(got))
	}
	t.Logf("%d kills, %d restarts", n, p.Metrics().Restarts)
	p.Shutdown(true, false)
}

func TestCancel(t *testing.T) {
	p := newPool(t, 1, slow)
	first := p.Submit(t.Context(), 60_000)
	second := p.Submit(t.Context(), 1)
	if !second.Cancel() || !second.Cancelled() {
		t.Fatal("a waiting task was not cancelled")
	}
	for p.Metrics().Running == 0 {
		time.Sleep(time.Millisecond)
	}
	first.Cancel()
	if _, err := first.Await(t.Context()); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	third := p.Submit(ctx, 60_000)
	time.Sleep(50 * time.Millisecond)
	cancel()
	if _, err := third.Await(t.Context()); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if r, err := p.Submit(t.Context(), 2).Await(t.Context()); r != 2 || err != nil {
		t.Fatal("the worker is not free again:", r, err)
	}
}

func stubborn(_ context.Context, n int) (int, error) {
	time.Sleep(time.Duration(n) * time.Millisecond)
	return n, nil
}

func TestTimeoutKillsAStubbornTask(t *testing.T) {
	p := newPool(t, 1, stubborn, processes.Timeout(50*time.Millisecond))
	_, err := p.Submit(t.Context(), 600_000).Await(t.Context())
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	if r, err := p.Submit(t.Context(), 3).Await(t.Context()); r != 3 || err != nil {
		t.Fatal("the pool did not go on:", r, err)
	}
}

func TestTerminate(t *testing.T) {
	p := newPool(t, 2, slow)
	var fs []*processes.Future[int]
	for range 10 {
		fs = append(fs, p.Submit(t.Context(), 60_000))
	}
	p.Terminate()
	for _, f := range fs {
		if _, err := f.Await(t.Context()); !errors.Is(err, processes.ErrClosed) {
			t.Fatal(err)
		}
	}
	if _, err := p.Submit(t.Context(), 1).Await(t.Context()); !errors.Is(err, processes.ErrClosed) {
		t.Fatal(err)
	}
	p.Terminate()
	p.Shutdown(true, true)
}

func TestContextEndsThePool(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	p, err := processes.NewPool(ctx, 2, slow)
	if err != nil {
		t.Fatal(err)
	}
	f := p.Submit(t.Context(), 60_000)
	cancel()
	if _, err := f.Await(t.Context()); !errors.Is(err, processes.ErrClosed) {
		t.Fatal(err)
	}
	p.Shutdown(true, false)
}

func TestWaitAndAsCompleted(t *testing.T) {
	p := newPool(t, 2, slow)
	a, b := p.Submit(t.Context(), 400), p.Submit(t.Context(), 1)
	done, rest, _ := processes.Wait(t.Context(), processes.FirstCompleted, a, b)
	if len(done) != 1 || done[0] != b || len(rest) != 1 {
		t.Fatal(len(done), len(rest))
	}
	var order []int
	for f := range processes.AsCompleted(t.Context(), a, b) {
		n, _ := f.Await(t.Context())
		order = append(order, n)
	}
	if !slices.Equal(order, []int{1, 400}) {
		t.Fatal(order)
	}
	p.Shutdown(true, false)
}

func TestUnsendable(t *testing.T) {
	_, err := processes.NewPlainPool(t.Context(), 1, func(chan int) int { return 0 })
	if err == nil || !strings.Contains(err.Error(), "chan int") {
		t.Fatal(err)
	}
	p, err := processes.NewPlainPool(t.Context(), 1, func(p *int) *int { return p })
	if err != nil {
		t.Fatal(err)
	}
	defer p.Terminate()
	one := 1
	good, bad := p.Submit(t.Context(), &one), p.Submit(t.Context(), nil)
	if r, err := good.Await(t.Context()); err != nil || *r != 1 {
		t.Fatal(err)
	}
	if _, err := bad.Await(t.Context()); !errors.Is(err, processes.ErrNotSent) {
		t.Fatal(err)
	}
}

func TestLateSlowTasksSpread(t *testing.T) {
	p := newPool(t, 2, slow)
	for _, err := range p.Map(t.Context(), func(yield func(int) bool) {
		for range 5000 {
			if !yield(0) {
				return
			}
		}
	}) {
		if err != nil {
			t.Fatal(err)
		}
	}
	start := time.Now()
	for _, err := range p.Map(t.Context(), func(yield func(int) bool) {
		for range 8 {
			if !yield(100) {
				return
			}
		}
	}) {
		if err != nil {
			t.Fatal(err)
		}
	}
	if d := time.Since(start); d > 750*time.Millisecond {
		t.Errorf("8 tasks of 100 ms on 2 workers took %v: they were hoarded", d)
	}
	p.Shutdown(true, false)
}

var bg = context.Background()

func BenchmarkNoop(b *testing.B) {
	p, err := processes.NewPlainPool(b.Context(), 2, square)
	if err != nil {
		b.Fatal(err)
	}
	defer p.Terminate()
	b.Run("Map", func(b *testing.B) {
		for _, err := range p.Map(b.Context(), naturals(b.N)) {
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("Submit", func(b *testing.B) {
		fs := make([]*processes.Future[int], b.N)
		for i := range fs {
			fs[i] = p.Submit(context.Background(), i)
		}
		for _, f := range fs {
			f.Await(bg)
		}
	})
	b.Run("RoundTrip", func(b *testing.B) {
		for i := range b.N {
			p.Submit(context.Background(), i).Await(bg)
		}
	})
}
