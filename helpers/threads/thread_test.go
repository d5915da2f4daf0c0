package threads

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var bg = context.Background()

func seven(context.Context) (int, error) { return 7, nil }

func TestJoinGivesResult(t *testing.T) {
	th := Go(bg, "khanh", seven)
	got, err := th.Join(bg)
	if got != 7 || err != nil {
		t.Fatalf("got %d, %v", got, err)
	}
	if got, err = th.Join(bg); got != 7 || err != nil {
		t.Fatalf("second Join: %d, %v", got, err)
	}
	if th.Name() != "khanh" || th.Alive() {
		t.Errorf("name %q, alive %v", th.Name(), th.Alive())
	}
}

func TestLifeErrors(t *testing.T) {
	th := New("ai", seven)
	if _, err := th.Join(bg); !errors.Is(err, ErrNotStarted) || !strings.Contains(err.Error(), `"ai"`) {
		t.Errorf("forgotten start: %v", err)
	}
	if err := th.Start(bg); err != nil {
		t.Fatal(err)
	}
	if err := th.Start(bg); !errors.Is(err, ErrStarted) {
		t.Errorf("second start: %v", err)
	}
	th.Join(bg)
	if err := th.Start(bg); !errors.Is(err, ErrStarted) {
		t.Errorf("start after the end: %v", err)
	}
	var zero Thread[int]
	if err := zero.Start(bg); !errors.Is(err, ErrNilFunc) {
		t.Errorf("zero thread: %v", err)
	}
	if _, err := Go[int](bg, "nil", nil).Join(bg); !errors.Is(err, ErrNilFunc) {
		t.Errorf("nil function: %v", err)
	}
}

func TestEndsThatAreNotReturns(t *testing.T) {
	boom := errors.New("boom")
	_, err := Go(bg, "p", func(context.Context) (int, error) { panic(boom) }).Join(bg)
	var pe *PanicError
	if !errors.As(err, &pe) || !errors.Is(err, boom) {
		t.Fatalf("panic: %v", err)
	}
	if !strings.Contains(string(pe.Stack), "TestEndsThatAreNotReturns") {
		t.Errorf("the stack does not name the function that panicked:\n%s", pe.Stack)
	}
	_, err = Go(bg, "g", func(context.Context) (int, error) { runtime.Goexit(); return 1, nil }).Join(bg)
	if !errors.Is(err, ErrGoexit) {
		t.Errorf("Goexit: %v", err)
	}
	_, err = Go(bg, "nil", func(context.Context) (int, error) { panic(nil) }).Join(bg)
	if !errors.As(err, &pe) {
		t.Errorf("panic(nil): %v", err)
	}
	_, err = Go(bg, "e", func(context.Context) (int, error) { return 0, boom }).Join(bg)
	if err != boom {
		t.Errorf("own error changed: %v", err)
	}
}

func TestJoinTimesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		th := Go(bg, "slow", func(context.Context) (int, error) { time.Sleep(time.Second); return 1, nil })
		ctx, cancel := context.WithTimeout(bg, time.Millisecond)
		defer cancel()
		if _, err := th.Join(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if !th.Alive() {
			t.Error("a Join that timed out must not end the thread")
		}
		if got, err := th.Join(bg); got != 1 || err != nil {
			t.Errorf("got %d, %v", got, err)
		}
		if th.Elapsed() != time.Second {
			t.Errorf("elapsed %v", th.Elapsed())
		}
	})
}

func TestManyJoinersOneResult(t *testing.T) {
	th := New("one", seven)
	th.Start(bg)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if v, err := th.Join(bg); v != 7 || err != nil {
				t.Errorf("got %d, %v", v, err)
			}
		})
	}
	wg.Wait()
}

func TestWaitLeavesDaemons(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(bg)
		d := Go(ctx, "daemon", func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, nil }, Daemon())
		boom := errors.New("boom")
		for range 3 {
			Go(bg, "w", func(context.Context) (int, error) { time.Sleep(time.Minute); return 0, boom })
		}
		if n := len(Live()); n != 4 {
			t.Errorf("%d live threads", n)
		}
		if err := Wait(bg); strings.Count(err.Error(), "boom") != 3 {
			t.Errorf("errors: %v", err)
		}
		if l := Live(); len(l) != 1 || !l[0].Daemon || !d.IsDaemon() {
			t.Errorf("live: %v", l)
		}
		stop()
		d.Join(bg)
		if err := Wait(bg); err != nil {
			t.Error(err)
		}
	})
}

func TestWaitTimesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		th := Go(bg, "w", func(context.Context) (int, error) { time.Sleep(time.Hour); return 0, nil })
		ctx, cancel := context.WithTimeout(bg, time.Minute)
		defer cancel()
		if err := Wait(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		th.Join(bg)
	})
}

func TestOSThread(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("thread ids are read on Linux only")
	}
	th := Go(bg, "os", func(context.Context) (int, error) { return osThreadID(), nil }, OSThread())
	id, err := th.Join(bg)
	if err != nil || id == 0 || id != th.ThreadID() {
		t.Errorf("thread %d, ThreadID %d, %v", id, th.ThreadID(), err)
	}
}

func TestOnCPUs(t *testing.T) {
	cpus, err := AllowedCPUs()
	if errors.Is(err, errors.ErrUnsupported) {
		_, err = Go(bg, "cpu", seven, OnCPUs(0)).Join(bg)
		if !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("got %v", err)
		}
		return
	}
	if err != nil || len(cpus) == 0 {
		t.Fatal(cpus, err)
	}
	last := cpus[len(cpus)-1]
	got, err := Go(bg, "cpu", func(context.Context) ([]int, error) { return AllowedCPUs() }, OnCPUs(last)).Join(bg)
	if err != nil || len(got) != 1 || got[0] != last {
		t.Errorf("on CPU %d: %v, %v", last, got, err)
	}
	for _, bad := range []int{-1, 1024, 1023} {
		if _, err := Go(bg, "cpu", seven, OnCPUs(bad)).Join(bg); err == nil {
			t.Errorf("CPU %d: no error", bad)
		}
	}
}

func TestLeaks(t *testing.T) {
	check := Leaks()
	if err := check(); err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	go func() { <-stop }()
	if err := check(); err == nil || !strings.Contains(err.Error(), "TestLeaks") {
		t.Errorf("the leak was not named: %v", err)
	}
	close(stop)
	if err := check(); err != nil {
		t.Error(err)
	}
}

func TestThreadFitsItsSizeClass(t *testing.T) {
	if size := unsafe.Sizeof(Thread[int]{}); size > 128 && unsafe.Sizeof(uintptr(0)) == 8 {
		t.Errorf("a Thread[int] takes %d bytes", size)
	}
}
