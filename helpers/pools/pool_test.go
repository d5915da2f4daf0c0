package pools

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"songsong/helpers/async"
	"songsong/helpers/threads"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var bg = context.Background()

func seven(context.Context) (int, error) { return 7, nil }

func TestZeroPoolWorks(t *testing.T) {
	var p Pool
	if v, err := Submit(bg, &p, seven).Await(bg); v != 7 || err != nil {
		t.Errorf("got %d, %v", v, err)
	}
	if p.Workers() != runtime.GOMAXPROCS(0) {
		t.Errorf("%d workers", p.Workers())
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}

func TestNegativeWorkersPanic(t *testing.T) {
	for _, bad := range []func(){func() { New(-1) }, func() { New(1).Resize(-1) }} {
		func() {
			defer func() {
				if s, _ := recover().(string); !strings.Contains(s, "-1") {
					t.Errorf("recovered %q", s)
				}
			}()
			bad()
		}()
	}
}

func TestHugePool(t *testing.T) {
	p := New(1 << 30)
	defer p.Close()
	var fs []*Future[int]
	gate := make(chan struct{})
	for range 500 {
		fs = append(fs, Submit(bg, p, func(context.Context) (int, error) { <-gate; return 1, nil }))
	}
	close(gate)
	vs, err := async.Gather(bg, fs...)
	if len(vs) != 500 || err != nil {
		t.Error(len(vs), err)
	}
}

func TestHowSubmittedTasksEnd(t *testing.T) {
	p := New(2)
	boom := errors.New("boom")
	_, err := Submit(bg, p, func(context.Context) (int, error) { panic(boom) }).Await(bg)
	var pe *threads.PanicError
	if !errors.As(err, &pe) || !errors.Is(err, boom) || !strings.Contains(string(pe.Stack), "TestHowSubmittedTasksEnd") {
		t.Errorf("panic: %v", err)
	}
	for range 5 { // more than there are workers: a Goexit must not eat one
		_, err = Submit(bg, p, func(context.Context) (int, error) { runtime.Goexit(); return 0, nil }).Await(bg)
		if !errors.Is(err, threads.ErrGoexit) {
			t.Errorf("Goexit: %v", err)
		}
	}
	if _, err = Submit[int](bg, p, nil).Await(bg); !errors.Is(err, threads.ErrNilFunc) {
		t.Errorf("nil: %v", err)
	}
	if err := p.Go(nil); !errors.Is(err, threads.ErrNilFunc) {
		t.Errorf("nil: %v", err)
	}
	if _, err = Submit(bg, p, func(context.Context) (int, error) { return 0, boom }).Await(bg); err != boom {
		t.Errorf("error: %v", err)
	}
	dead, cancel := context.WithCancel(bg)
	cancel()
	f := Submit(dead, p, seven)
	if _, err = f.Await(bg); !errors.Is(err, context.Canceled) || !f.Cancelled() {
		t.Errorf("dead context: %v", err)
	}
	p.Close()
	if m := p.Metrics(); m.Panicked != 1 || m.Failed != 6 || m.Cancelled != 1 || m.Completed() != 8 || m.Queued != 0 {
		t.Errorf("metrics %+v", m)
	}
	if _, err = Submit(bg, p, seven).Await(bg); !errors.Is(err, ErrClosed) {
		t.Errorf("closed: %v", err)
	}
	if err := p.Go(func() {}); !errors.Is(err, ErrClosed) {
		t.Errorf("closed: %v", err)
	}
}

func TestFireAndForget(t *testing.T) {
	p := New(3, Queue(5))
	var n atomic.Int64
	for range 10_000 {
		if err := p.Go(func() { n.Add(1) }); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Wait(bg); err != nil || n.Load() != 10_000 {
		t.Errorf("%d ran, %v", n.Load(), err)
	}
	for range 20 {
		p.Go(func() { panic("boom") })
		p.Go(runtime.Goexit)
	}
	err := p.Close()
	if err == nil || !strings.Contains(err.Error(), "and 4 more panics") {
		t.Errorf("panics: %v", err)
	}
	if err := p.Close(); err != nil {
		t.Errorf("reported twice: %v", err)
	}
}

func TestOnPanic(t *testing.T) {
	got := make(chan *threads.PanicError, 1)
	p := New(1, OnPanic(func(e *threads.PanicError) { got <- e }))
	p.Go(func() { panic("boom") })
	if e := <-got; e.Value != "boom" {
		t.Error(e)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}

func TestCancelWhileQueued(t *testing.T) {
	p := New(1)
	hold := make(chan struct{})
	first := Submit(bg, p, func(context.Context) (int, error) { <-hold; return 1, nil })
	ran := false
	second := Submit(bg, p, func(context.Context) (int, error) { ran = true; return 2, nil })
	if !second.Cancel() || !second.Cancelled() {
		t.Error("a queued task was not cancelled at once")
	}
	close(hold)
	if v, err := first.Await(bg); v != 1 || err != nil {
		t.Error(v, err)
	}
	if first.Cancel() {
		t.Error("cancelled a finished future")
	}
	p.Close()
	if ran {
		t.Error("a cancelled task ran")
	}
}

func TestBackPressure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(1, Queue(2))
		sleep := func(context.Context) (int, error) { time.Sleep(time.Second); return 0, nil }
		began := time.Now()
		for range 3 { // one runs, two wait
			Submit(bg, p, sleep)
			synctest.Wait()
		}
		if d := time.Since(began); d != 0 {
			t.Errorf("blocked for %v with room in the queue", d)
		}
		ctx, cancel := context.WithTimeout(bg, time.Millisecond)
		defer cancel()
		if _, err := Submit(ctx, p, sleep).Await(bg); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("full queue and a deadline: %v", err)
		}
		Submit(bg, p, sleep)
		if d := time.Since(began); d != time.Second {
			t.Errorf("waited %v for room", d)
		}
		p.Close()
		if d := time.Since(began); d != 4*time.Second {
			t.Errorf("all done after %v", d)
		}
	})
}

func TestNonBlocking(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(1, Queue(1), NonBlocking())
		hold := make(chan struct{})
		p.Go(func() { <-hold })
		synctest.Wait()
		if err := p.Go(func() {}); err != nil {
			t.Error(err)
		}
		if err := p.Go(func() {}); !errors.Is(err, ErrQueueFull) {
			t.Errorf("got %v", err)
		}
		close(hold)
		p.Close()
	})
}

func TestShutdownFreesBlockedProducers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(1, Queue(1))
		hold := make(chan struct{})
		p.Go(func() { <-hold })
		synctest.Wait()
		p.Go(func() {})
		errs := make(chan error)
		go func() { errs <- p.Go(func() {}) }()
		synctest.Wait()
		p.Shutdown(false, false)
		if err := <-errs; !errors.Is(err, ErrClosed) {
			t.Errorf("got %v", err)
		}
		close(hold)
		p.Close()
	})
}

func TestTasksSubmitToTheirOwnFullPool(t *testing.T) {
	p := New(1, Queue(1))
	f := Submit(bg, p, func(ctx context.Context) ([]*Future[int], error) {
		var fs []*Future[int]
		for range 10 {
			fs = append(fs, Submit(ctx, p, seven))
		}
		return fs, nil
	})
	ctx, cancel := context.WithTimeout(bg, 5*time.Second)
	defer cancel()
	fs, err := f.Await(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range fs { // their parent's context has ended, so those that had not begun are cancelled
		if _, err := f.Await(ctx); err != nil && !f.Cancelled() {
			t.Error(err)
		}
	}
	p.Close()
}

func TestShutdownWithCancel(t *testing.T) {
	p := New(1)
	begun := make(chan struct{})
	running := Submit(bg, p, func(ctx context.Context) (int, error) {
		close(begun)
		<-ctx.Done()
		return 0, context.Cause(ctx)
	})
	<-begun
	queued := Submit(bg, p, seven)
	if err := p.Shutdown(true, true); err != nil {
		t.Error(err)
	}
	if err := running.Err(); !errors.Is(err, ErrClosed) {
		t.Errorf("running: %v", err)
	}
	if err := queued.Err(); !errors.Is(err, ErrClosed) || !queued.Cancelled() {
		t.Errorf("queued: %v", err)
	}
}

func TestShutdownWithoutCancelRunsWhatIsQueued(t *testing.T) {
	p := New(1)
	var n atomic.Int32
	for range 50 {
		p.Go(func() { n.Add(1) })
	}
	p.Shutdown(true, false)
	if n.Load() != 50 {
		t.Errorf("%d ran", n.Load())
	}
}

func TestTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(1)
		defer p.Close()
		p.Go(func() { time.Sleep(time.Hour) }) // time in the queue must not count
		f := Submit(bg, p, func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, ctx.Err() }, Timeout(time.Second))
		g := Submit(bg, p, seven, Timeout(time.Second))
		if _, err := f.Await(bg); !errors.Is(err, async.ErrTimeout) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if v, err := g.Await(bg); v != 7 || err != nil {
			t.Errorf("got %d, %v", v, err)
		}
		if f.Took() != time.Second || f.Queued() != time.Hour || g.Queued() != time.Hour+time.Second {
			t.Errorf("took %v, queued %v and %v", f.Took(), f.Queued(), g.Queued())
		}
	})
}

func TestResize(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(1)
		var now, most atomic.Int32
		for range 8 {
			p.Go(func() {
				most.Store(max(most.Load(), now.Add(1)))
				time.Sleep(time.Second)
				now.Add(-1)
			})
		}
		synctest.Wait()
		p.Resize(4)
		synctest.Wait()
		if p.Workers() != 4 || most.Load() != 4 {
			t.Errorf("%d workers, %d ran at once", p.Workers(), most.Load())
		}
		p.Close()
	})
}

// TestWorkersComeAndGo has workers end by Goexit, by panic, by Resize and for want of work, while others hire them: no task may
// stay behind, never may too many run, and at the end nobody works any more.
func TestWorkersComeAndGo(t *testing.T) {
	const most, producers, each = 8, 4, 2000
	p := New(most)
	var running, peak, began atomic.Int64
	stop := make(chan struct{})
	var producing, resizing sync.WaitGroup
	resizing.Go(func() {
		for n := 1; ; n = n%most + 1 {
			select {
			case <-stop:
				return
			default:
				p.Resize(n)
				runtime.Gosched()
			}
		}
	})
	for range producers {
		producing.Go(func() {
			for i := range each {
				p.Go(func() {
					began.Add(1)
					now := running.Add(1)
					defer running.Add(-1)
					for high := peak.Load(); now > high && !peak.CompareAndSwap(high, now); high = peak.Load() {
					}
					switch i % 10 {
					case 0:
						runtime.Goexit()
					case 1:
						panic("x")
					case 2:
						time.Sleep(10 * time.Microsecond)
					}
				})
				if i%100 == 0 {
					time.Sleep(100 * time.Microsecond) // let the workers run out of work
				}
			}
		})
	}
	producing.Wait()
	close(stop)
	resizing.Wait()
	ctx, cancel := context.WithTimeout(bg, time.Minute)
	defer cancel()
	if err := p.Wait(ctx); err != nil || began.Load() != producers*each {
		t.Fatalf("%d of %d tasks began: %v, %+v", began.Load(), producers*each, err, p.Metrics())
	}
	if peak.Load() > most {
		t.Errorf("%d tasks ran at once in a pool of at most %d workers", peak.Load(), most)
	}
	for p.Metrics().Running > 0 && ctx.Err() == nil {
		runtime.Gosched()
	}
	if m := p.Metrics(); m.Running != 0 || m.Queued != 0 || m.Completed() != producers*each {
		t.Errorf("at the end: %+v", m)
	}
	p.Close()
}

func TestSpansPerWorker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := threads.NewLog(100)
		p := New(2, LogTo(log))
		for range 4 {
			Submit(bg, p, func(context.Context) (int, error) { time.Sleep(time.Second); return 0, nil }, Named("nap"))
		}
		p.Close()
		perWorker := map[string]int{}
		for _, s := range log.Events() {
			perWorker[s.Worker]++
			if s.Name != "nap" || s.End-s.Start != time.Second {
				t.Errorf("span %+v", s)
			}
		}
		if perWorker["worker 1"] != 2 || perWorker["worker 2"] != 2 {
			t.Errorf("spans %v", perWorker)
		}
	})
}

func TestCallbacks(t *testing.T) {
	p := New(2)
	var mu sync.Mutex
	var order []int
	f := Submit(bg, p, seven)
	<-f.Done()
	for i := range 3 {
		f.OnDone(func(f *Future[int]) {
			v, _ := f.Result()
			mu.Lock()
			order = append(order, v+i)
			mu.Unlock()
		})
	}
	if len(order) != 3 || order[2] != 9 {
		t.Errorf("order %v", order)
	}
	hold := make(chan struct{})
	g := Submit(bg, p, func(context.Context) (int, error) { <-hold; return 0, nil })
	g.OnDone(func(*Future[int]) { panic("callback") })
	close(hold)
	g.Await(bg)
	if err := p.Close(); err == nil || !strings.Contains(err.Error(), "callback") {
		t.Errorf("the panic of a callback was lost: %v", err)
	}
}

func TestPoolWaitTimesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(1)
		p.Go(func() { time.Sleep(time.Hour) })
		ctx, cancel := context.WithTimeout(bg, time.Second)
		defer cancel()
		if err := p.Wait(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		p.Close()
	})
}

func TestAsCompletedAndWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(4)
		defer p.Close()
		nap := func(d int) *Future[int] {
			return Submit(bg, p, func(context.Context) (int, error) { time.Sleep(time.Duration(d) * time.Second); return d, nil })
		}
		a, b, c := nap(3), nap(1), nap(2)
		done, pending, err := Wait(bg, FirstCompleted, a, b, c)
		if len(done) != 1 || done[0] != b || len(pending) != 2 || err != nil {
			t.Errorf("done %v, pending %v, %v", done, pending, err)
		}
		want := 1
		for f := range AsCompleted(bg, a, b, c) {
			if v, _ := f.Result(); v != want {
				t.Errorf("%d came, not %d", v, want)
			}
			want++
		}
	})
}
