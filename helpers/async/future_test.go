package async

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"songsong/helpers/threads"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	bg   = context.Background()
	boom = errors.New("boom")
)

func seven(context.Context) (int, error) { return 7, nil }

// nap is a task that takes n seconds, unless its context ends.
func nap(n int) Func[int] {
	return func(ctx context.Context) (int, error) { return n, Sleep(ctx, time.Duration(n)*time.Second) }
}

func failing(n int) Func[int] {
	return func(ctx context.Context) (int, error) { Sleep(ctx, time.Duration(n)*time.Second); return 0, boom }
}

func TestGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := Go(bg, nap(2))
		synctest.Wait()
		if _, err := f.Result(); !errors.Is(err, ErrPending) || f.Finished() || !f.Running() || f.Took() != 0 || f.Queued() != 0 {
			t.Errorf("a running future: %v", err)
		}
		ctx, cancel := context.WithTimeout(bg, time.Second)
		defer cancel()
		if _, err := f.Await(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if v, err := f.Await(bg); v != 2 || err != nil || f.Took() != 2*time.Second || f.Running() || f.Cancelled() {
			t.Errorf("got %d, %v after %v", v, err, f.Took())
		}
		<-f.Done()
		if f.Cancel() || f.Err() != nil {
			t.Error("cancelled a finished future")
		}
	})
}

func TestHowFunctionsEnd(t *testing.T) {
	_, err := Go(bg, func(context.Context) (int, error) { panic(boom) }).Await(bg)
	var p *threads.PanicError
	if !errors.As(err, &p) || !errors.Is(err, boom) || !strings.Contains(string(p.Stack), "TestHowFunctionsEnd") {
		t.Errorf("panic: %v", err)
	}
	_, err = Go(bg, func(context.Context) (int, error) { runtime.Goexit(); return 0, nil }).Await(bg)
	if !errors.Is(err, threads.ErrGoexit) {
		t.Errorf("Goexit: %v", err)
	}
	if _, err = Go[int](bg, nil).Await(bg); !errors.Is(err, threads.ErrNilFunc) {
		t.Errorf("nil: %v", err)
	}
	dead, cancel := context.WithCancelCause(bg)
	cancel(boom)
	f := Go(dead, seven)
	if _, err = f.Await(bg); !errors.Is(err, boom) || !f.Cancelled() || !errors.Is(err, context.Canceled) {
		t.Errorf("dead context: %v", err)
	}
}

func TestCancelARunningFuture(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := Go(bg, nap(1000))
		synctest.Wait()
		if !f.Cancel() || !f.Cancel() {
			t.Error("not in time")
		}
		if _, err := f.Await(bg); !errors.Is(err, context.Canceled) || !f.Cancelled() || f.Took() != 0 {
			t.Errorf("got %v after %v", err, f.Took())
		}
		early := Go(bg, func(ctx context.Context) (int, error) { // looks at ctx only after it ended
			time.Sleep(time.Second)
			if ctx.Err() == nil {
				t.Error("Err is nil after Cancel")
			}
			<-ctx.Done()
			return 1, nil // obeys too late: the result stands
		})
		synctest.Wait()
		early.Cancel()
		if v, err := early.Await(bg); v != 1 || err != nil || early.Cancelled() {
			t.Errorf("got %d, %v", v, err)
		}
	})
}

func TestTaskContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		type key string
		parent := context.WithValue(bg, key("p"), 1)
		group, end := context.WithCancelCause(context.WithValue(bg, key("g"), 2))
		task := NewTask(parent, func(ctx context.Context) (int, error) {
			if ctx.Value(key("p")) != 1 || ctx.Value(key("g")) != 2 || ctx.Value(key("x")) != nil {
				t.Error("values are lost")
			}
			if _, ok := ctx.Deadline(); ok {
				t.Error("a deadline")
			}
			child, cancel := context.WithTimeout(ctx, time.Hour)
			defer cancel()
			<-child.Done()
			return 0, context.Cause(child)
		})
		task.Within(group)
		go task.Run()
		synctest.Wait()
		end(boom)
		if _, err := task.Future().Await(bg); !errors.Is(err, boom) {
			t.Errorf("got %v", err)
		}
		limited := NewTask(bg, func(ctx context.Context) (int, error) {
			if d, ok := ctx.Deadline(); !ok || time.Until(d) != time.Minute {
				t.Error("no deadline")
			}
			<-ctx.Done()
			return 0, ctx.Err()
		})
		limited.Limit(time.Minute)
		limited.Run()
		if err := limited.Future().Err(); !errors.Is(err, ErrTimeout) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		kept := make(chan context.Context, 1)
		Go(bg, func(ctx context.Context) (int, error) { kept <- ctx; return 0, nil }).Await(bg)
		if ctx := <-kept; ctx.Err() == nil {
			t.Error("the context outlived its task")
		} else {
			<-ctx.Done()
		}
	})
}

func TestTaskRunsOnce(t *testing.T) {
	n := 0
	task := NewTask(bg, func(context.Context) (int, error) { n++; return n, nil })
	task.Run()
	task.Run()
	if v, err := task.Future().Result(); v != 1 || err != nil || n != 1 {
		t.Errorf("got %d, %v, %d runs", v, err, n)
	}
	gone := NewTask(bg, seven)
	if !gone.Abandon(boom) || gone.Abandon(boom) {
		t.Error("abandoned twice")
	}
	gone.Run()
	if gone.Future().Err() != boom {
		t.Error(gone.Future().Err())
	}
}

func TestPromise(t *testing.T) {
	f, resolve := NewFuture[string]()
	go func() {
		if !resolve("a", nil) || resolve("b", nil) {
			t.Error("resolved twice")
		}
	}()
	if v, err := f.Await(bg); v != "a" || err != nil {
		t.Errorf("got %q, %v", v, err)
	}
	g, resolveLate := NewFuture[string]()
	if !g.Cancel() || !g.Cancelled() || resolveLate("late", nil) {
		t.Error("not cancelled")
	}
	var zero Future[int]
	ctx, cancel := context.WithCancel(bg)
	cancel()
	if _, err := zero.Await(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("zero future: %v", err)
	}
	if !zero.Cancel() {
		t.Error("zero future not cancelled")
	}
}

func TestOnDoneCallsInOrder(t *testing.T) {
	f, resolve := NewFuture[int]()
	var got []int
	for i := range 5 {
		f.OnDone(func(f *Future[int]) { v, _ := f.Result(); got = append(got, v*10+i) })
	}
	resolve(1, nil)
	f.OnDone(func(*Future[int]) { got = append(got, 99) })
	if !slices.Equal(got, []int{10, 11, 12, 13, 14, 99}) {
		t.Errorf("got %v", got)
	}
}

func TestAPanickingCallbackHarmsNoWaiter(t *testing.T) {
	f, resolve := NewFuture[int]()
	f.OnDone(func(*Future[int]) { panic("callback") })
	done := f.Done()
	func() {
		defer func() { recover() }()
		resolve(1, nil)
	}()
	<-done
}

func TestFutureUnderManyHands(t *testing.T) {
	for range 300 {
		f := Go(bg, func(ctx context.Context) (int, error) { return 1, ctx.Err() })
		var wg sync.WaitGroup
		var mu sync.Mutex
		calls := 0
		for range 3 {
			wg.Go(func() { f.Cancel() })
			wg.Go(func() { f.Await(bg) })
			wg.Go(func() { <-f.Done(); f.Result() })
			wg.Go(func() { f.OnDone(func(*Future[int]) { mu.Lock(); calls++; mu.Unlock() }) })
		}
		wg.Wait()
		<-f.Done()
		for done := false; !done; { // a callback may be running still in the finishing goroutine
			mu.Lock()
			done = calls == 3
			mu.Unlock()
			runtime.Gosched()
		}
	}
}
