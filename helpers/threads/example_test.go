package threads_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	"songsong/helpers/threads"
)

var ctx = context.Background()

// The first program of the tutorial: two threads count down, and the main one waits for both.
func Example() {
	countdown := func(name string) *threads.Thread[int] {
		return threads.Go(ctx, name, func(ctx context.Context) (int, error) {
			left := 5
			for left > 0 {
				left--
			}
			return left, nil
		})
	}
	khanh, ai := countdown("khanh"), countdown("ai")
	for _, t := range []*threads.Thread[int]{khanh, ai} {
		left, err := t.Join(ctx)
		fmt.Println(t.Name(), left, err)
	}
	// Output:
	// khanh 0 <nil>
	// ai 0 <nil>
}

func ExampleNew() {
	var work threads.Func[string] = func(context.Context) (string, error) { return "done", nil }
	t := threads.New("worker", work)
	fmt.Println(t.Alive())
	_, err := t.Join(ctx)
	fmt.Println(errors.Is(err, threads.ErrNotStarted), err)
	t.Start(ctx)
	fmt.Println(t.Join(ctx))
	fmt.Println(errors.Is(t.Start(ctx), threads.ErrStarted))
	_, err = threads.Go[int](ctx, "nothing", nil).Join(ctx)
	fmt.Println(errors.Is(err, threads.ErrNilFunc))
	// Output:
	// false
	// true thread "worker": the thread was never started: call Start before Join
	// done <nil>
	// true
	// true
}

func ExampleThread_Join_timeout() {
	hold := make(chan struct{})
	t := threads.Go(ctx, "slow", func(context.Context) (int, error) { <-hold; return 7, nil })
	short, cancel := context.WithTimeout(ctx, time.Millisecond)
	defer cancel()
	_, err := t.Join(short)
	fmt.Println(err)
	close(hold)
	fmt.Println(t.Join(ctx))
	<-t.Done()
	fmt.Println(t.Elapsed() > 0)
	// Output:
	// thread "slow": context deadline exceeded
	// 7 <nil>
	// true
}

func ExamplePanicError() {
	t := threads.Go(ctx, "worker", func(context.Context) (int, error) {
		var empty []int
		return empty[3], nil
	})
	_, err := t.Join(ctx)
	var p *threads.PanicError
	if errors.As(err, &p) {
		fmt.Println(err)
		fmt.Println(strings.Contains(string(p.Stack), "ExamplePanicError"))
	}
	_, err = threads.Go(ctx, "leaver", func(context.Context) (int, error) { runtime.Goexit(); return 0, nil }).Join(ctx)
	fmt.Println(errors.Is(err, threads.ErrGoexit))
	// Output:
	// panic: runtime error: index out of range [3] with length 0
	// true
	// true
}

func ExampleNewPanicError() {
	safely := func(fn func()) (err error) {
		defer func() {
			if r := recover(); r != nil {
				err = threads.NewPanicError(r)
			}
		}()
		fn()
		return nil
	}
	fmt.Println(safely(func() { panic("boom") }))
	// Output: panic: boom
}

func ExampleDaemon() {
	stop, cancel := context.WithCancel(ctx)
	daemon := threads.Go(stop, "clock", func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, nil }, threads.Daemon())
	threads.Go(ctx, "job", func(context.Context) (int, error) { return 0, nil })
	fmt.Println(threads.Wait(ctx)) // waits for the job, not for the clock
	for _, t := range threads.Live() {
		var info threads.Info = t
		fmt.Println(info.Name, info.Daemon)
	}
	fmt.Println(daemon.IsDaemon())
	cancel()
	daemon.Join(ctx)
	// Output:
	// <nil>
	// clock true
	// true
}

func ExampleOSThread() {
	opts := []threads.Option{threads.OSThread()}
	t := threads.Go(ctx, "real", func(context.Context) (int, error) { return 1, nil }, opts...)
	t.Join(ctx)
	fmt.Println(t.ThreadID() > 0 || runtime.GOOS != "linux")
	// Output: true
}

func ExampleOnCPUs() {
	cpus, err := threads.AllowedCPUs()
	if errors.Is(err, errors.ErrUnsupported) {
		cpus = []int{0} // and Join says that this system can't do it
	}
	t := threads.Go(ctx, "pinned", func(context.Context) (string, error) { return "ran on one CPU", nil }, threads.OnCPUs(cpus[0]))
	if what, err := t.Join(ctx); err == nil || !errors.Is(err, errors.ErrUnsupported) {
		fmt.Println(what, err)
	} else {
		fmt.Println("ran on one CPU <nil>")
	}
	// Output: ran on one CPU <nil>
}

func ExampleLog() {
	var log *threads.Log = threads.NewLog(1000)
	for _, name := range []string{"khanh", "ai"} {
		threads.Go(ctx, name, func(context.Context) (int, error) { return 0, nil }, threads.LogTo(log)).Join(ctx)
	}
	end := log.Begin("main", "sum up")
	end()
	log.Add(threads.Span{Name: "by hand", Worker: "main", Start: log.Now(), End: log.Now()})
	for _, s := range log.Events() {
		fmt.Println(s.Worker, s.Name, s.Start <= s.End)
	}
	fmt.Println(log.Dropped())
	// Output:
	// khanh khanh true
	// ai ai true
	// main sum up true
	// main by hand true
	// 0
}

func ExampleLog_WriteTrace() {
	log := threads.NewLog(10)
	log.Add(threads.Span{Name: "download", Worker: "khanh", Start: time.Millisecond, End: 3 * time.Millisecond})
	log.WriteTrace(os.Stdout)
	// Output: {"traceEvents":[{"name":"thread_name","ph":"M","ts":0,"dur":0,"pid":1,"tid":1,"args":{"name":"khanh"}},{"name":"download","ph":"X","ts":1000,"dur":2000,"pid":1,"tid":1}]}
}

func ExampleLeaks() {
	check := threads.Leaks()
	forgotten := make(chan int)
	go func() { forgotten <- 1 }() // nobody ever receives
	fmt.Println(check() != nil)
	<-forgotten
	fmt.Println(check())
	// Output:
	// true
	// <nil>
}
