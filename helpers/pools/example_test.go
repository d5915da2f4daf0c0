package pools_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"songsong/helpers/async"
	"songsong/helpers/pools"
	"songsong/helpers/threads"
)

var ctx = context.Background()

func square(_ context.Context, n int) (int, error) { return n * n, nil }

func Example() {
	p := pools.New(4)
	defer p.Close()
	f := pools.Submit(ctx, p, func(context.Context) (string, error) { return "xin chào", nil })
	fmt.Println(f.Await(ctx))
	for v, err := range pools.Map(ctx, p, slices.Values([]int{1, 2, 3}), square) {
		fmt.Println(v, err)
	}
	// Output:
	// xin chào <nil>
	// 1 <nil>
	// 4 <nil>
	// 9 <nil>
}

func ExampleNew() {
	var opts []pools.Option = []pools.Option{pools.Queue(100)} // back-pressure: the 101st waiting task makes Go wait
	p := pools.New(2, opts...)
	fmt.Println(p.Workers(), pools.DefaultQueue)
	p.Resize(8)
	fmt.Println(p.Workers())
	fmt.Println(p.Close())
	var zero pools.Pool // works too, with one worker per processor
	fmt.Println(zero.Go(func() {}), zero.Close())
	// Output:
	// 2 4096
	// 8
	// <nil>
	// <nil> <nil>
}

func ExamplePool_Go() {
	p := pools.New(2)
	visits := make(chan int, 3)
	for i := range 3 {
		p.Go(func() { visits <- i })
	}
	p.Wait(ctx)
	fmt.Println(len(visits))
	p.Go(func() { panic("nobody waits for me") })
	fmt.Println(p.Close())
	fmt.Println(errors.Is(p.Go(func() {}), pools.ErrClosed))
	// Output:
	// 3
	// panic: nobody waits for me
	// true
}

func ExamplePool_Shutdown() {
	p := pools.New(1)
	begun := make(chan struct{})
	running := pools.Submit(ctx, p, func(ctx context.Context) (int, error) {
		close(begun)
		<-ctx.Done() // a task should look at its context
		return 0, context.Cause(ctx)
	})
	<-begun
	queued := pools.Submit(ctx, p, func(context.Context) (int, error) { return 1, nil })
	p.Shutdown(true, true)
	fmt.Println(running.Err())
	fmt.Println(queued.Cancelled())
	// Output:
	// the pool is shut down and takes no more tasks
	// true
}

func ExampleSubmit() {
	p := pools.New(1)
	defer p.Close()
	var f *pools.Future[int] = pools.Submit(ctx, p, func(context.Context) (int, error) { panic("boom") })
	_, err := f.Await(ctx)
	var panicked *threads.PanicError
	fmt.Println(errors.As(err, &panicked), err)
	// Output: true panic: boom
}

func ExampleTimeout() {
	p := pools.New(1)
	defer p.Close()
	opts := []pools.TaskOption{pools.Timeout(time.Millisecond), pools.Named("slow download")}
	f := pools.Submit(ctx, p, func(ctx context.Context) (int, error) {
		<-ctx.Done()
		return 0, ctx.Err()
	}, opts...)
	_, err := f.Await(ctx)
	fmt.Println(errors.Is(err, async.ErrTimeout), errors.Is(err, context.DeadlineExceeded))
	// Output: true true
}

func ExampleNonBlocking() {
	p := pools.New(1, pools.Queue(1), pools.NonBlocking())
	hold := make(chan struct{})
	begun := make(chan struct{})
	p.Go(func() { close(begun); <-hold })
	<-begun
	fmt.Println(p.Go(func() {}))
	fmt.Println(errors.Is(p.Go(func() {}), pools.ErrQueueFull))
	close(hold)
	p.Close()
	// Output:
	// <nil>
	// true
}

func ExampleOnPanic() {
	p := pools.New(1, pools.OnPanic(func(e *threads.PanicError) { fmt.Println("caught:", e.Value) }))
	p.Go(func() { panic("boom") })
	fmt.Println(p.Close())
	// Output:
	// caught: boom
	// <nil>
}

func ExampleLogTo() {
	log := threads.NewLog(1000)
	p := pools.New(1, pools.LogTo(log))
	for _, name := range []string{"A", "B"} {
		pools.Submit(ctx, p, func(context.Context) (int, error) { return 0, nil }, pools.Named(name))
	}
	p.Close()
	for _, s := range log.Events() {
		fmt.Println(s.Worker, s.Name)
	}
	// Output:
	// worker 1 A
	// worker 1 B
}

func ExamplePool_Metrics() {
	p := pools.New(2)
	pools.Submit(ctx, p, func(context.Context) (int, error) { return 1, nil })
	pools.Submit(ctx, p, func(context.Context) (int, error) { return 0, errors.New("no") })
	p.Go(func() { panic("boom") })
	p.Close()
	var m pools.Metrics = p.Metrics()
	fmt.Println(m.Succeeded, m.Failed, m.Panicked, m.Cancelled, m.Completed())
	// Output: 1 1 1 0 3
}

func ExampleMap() {
	p := pools.New(2)
	defer p.Close()
	half := func(_ context.Context, n int) (int, error) {
		if n%2 != 0 {
			return 0, fmt.Errorf("%d is odd", n)
		}
		return n / 2, nil
	}
	progress := []pools.MapOption{
		pools.Chunk(2), pools.Total(4),
		pools.OnProgress(func(done, total int) { fmt.Printf("%d of %d\n", done, total) }),
	}
	for v, err := range pools.Map(ctx, p, slices.Values([]int{8, 5, 2, 4}), half, progress...) {
		fmt.Println(v, err)
	}
	// Output:
	// 4 <nil>
	// 0 5 is odd
	// 2 of 4
	// 1 <nil>
	// 2 <nil>
	// 4 of 4
}

// An endless input is no trouble: leaving the loop stops the workers and waits for them.
func ExampleMap_endless() {
	naturals := func(yield func(int) bool) {
		for n := 0; yield(n); n++ {
		}
	}
	for v := range pools.Map(ctx, nil, naturals, square) {
		if v > 50 {
			fmt.Println(v)
			break
		}
	}
	// Output: 64
}

func ExampleMapUnordered() {
	got := map[int]bool{}
	for v := range pools.MapUnordered(ctx, nil, slices.Values([]int{1, 2, 3}), square) {
		got[v] = true
	}
	fmt.Println(slices.Sorted(maps.Keys(got)))
	// Output: [1 4 9]
}

func ExampleMapSlice() {
	fmt.Println(pools.MapSlice(ctx, nil, []int{1, 2, 3}, square))
	// Output: [1 4 9] <nil>
}

func ExampleWait() {
	p := pools.New(3)
	defer p.Close()
	hold := make(chan struct{})
	quick := pools.Submit(ctx, p, func(context.Context) (int, error) { return 1, nil })
	slow := pools.Submit(ctx, p, func(context.Context) (int, error) { <-hold; return 2, nil })
	done, pending, err := pools.Wait(ctx, pools.FirstCompleted, quick, slow)
	fmt.Println(len(done), len(pending), err)
	close(hold)
	done, _, _ = pools.Wait(ctx, pools.FirstError, quick, slow) // nothing fails: waits for all
	fmt.Println(len(done))
	done, _, _ = pools.Wait(ctx, pools.AllCompleted, quick, slow)
	fmt.Println(len(done))
	// Output:
	// 1 1 <nil>
	// 2
	// 2
}

func ExampleAsCompleted() {
	p := pools.New(2)
	defer p.Close()
	first := make(chan struct{})
	slow := pools.Submit(ctx, p, func(context.Context) (string, error) { <-first; return "slow", nil })
	quick := pools.Submit(ctx, p, func(context.Context) (string, error) { return "quick", nil })
	for f := range pools.AsCompleted(ctx, slow, quick) {
		fmt.Println(f.Result())
		if f == quick {
			close(first)
		}
	}
	// Output:
	// quick <nil>
	// slow <nil>
}
