package async_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"songsong/helpers/async"
)

var (
	ctx  = context.Background()
	boom = errors.New("boom")
)

func say(s string) async.Func[string] {
	return func(context.Context) (string, error) { return s, nil }
}

func fail(context.Context) (string, error) { return "", boom }

// forever is a task that only ends with its context.
func forever(ctx context.Context) (string, error) { <-ctx.Done(); return "", ctx.Err() }

func Example() {
	var f async.Func[string] = func(context.Context) (string, error) { return "một", nil }
	a := async.Go(ctx, f)
	b := async.Go(ctx, say("hai"))
	fmt.Println(async.Gather(ctx, a, b))
	// Output: [một hai] <nil>
}

func ExampleFuture() {
	hold := make(chan struct{})
	var f *async.Future[string] = async.Go(ctx, func(context.Context) (string, error) { <-hold; return "done", nil })
	_, err := f.Result()
	fmt.Println(errors.Is(err, async.ErrPending), f.Finished(), f.Cancelled())
	called := make(chan struct{})
	f.OnDone(func(f *async.Future[string]) { close(called) })
	close(hold)
	<-f.Done()
	<-called
	fmt.Println(f.Await(ctx))
	fmt.Println(f.Err(), f.Finished(), f.Running(), f.Queued() >= 0, f.Took() > 0)
	// Output:
	// true false false
	// done <nil>
	// <nil> true false true true
}

func ExampleFuture_Cancel() {
	f := async.Go(ctx, forever)
	fmt.Println(f.Cancel())
	_, err := f.Await(ctx)
	fmt.Println(errors.Is(err, async.ErrCancelled), f.Cancelled())
	// Output:
	// true
	// true true
}

func ExampleNewFuture() {
	f, resolve := async.NewFuture[int]()
	go resolve(42, nil)
	fmt.Println(f.Await(ctx))
	// Output: 42 <nil>
}

// A task is a future with a function that is run when and where its maker likes.
func ExampleTask() {
	var t *async.Task[string] = async.NewTask(ctx, forever)
	t.Limit(time.Millisecond)
	group, cancel := context.WithCancel(ctx)
	defer cancel()
	t.Within(group) // would end with the group too
	t.Run()
	_, err := t.Future().Result()
	fmt.Println(errors.Is(err, async.ErrTimeout))
	never := async.NewTask(ctx, say("never"))
	fmt.Println(never.Abandon(boom), never.Future().Err())
	// Output:
	// true
	// true boom
}

func ExampleGather() {
	values, err := async.Gather(ctx, async.Go(ctx, say("a")), async.Go(ctx, fail), async.Go(ctx, say("c")))
	fmt.Printf("%q\n%v\n", values, err)
	// Output:
	// ["a" "" "c"]
	// future 1: boom
}

func ExampleRace() {
	loser := async.Go(ctx, forever)
	fmt.Println(async.Race(ctx, loser, async.Go(ctx, say("winner"))))
	loser.Await(ctx)
	fmt.Println(loser.Cancelled())
	_, err := async.Race[int](ctx)
	fmt.Println(errors.Is(err, async.ErrNoFutures))
	// Output:
	// winner <nil>
	// true
	// true
}

func ExampleAny() {
	fmt.Println(async.Any(ctx, async.Go(ctx, fail), async.Go(ctx, say("the first that succeeds"))))
	_, err := async.Any(ctx, async.Go(ctx, fail), async.Go(ctx, fail))
	fmt.Println(strings.ReplaceAll(err.Error(), "\n", ", "))
	// Output:
	// the first that succeeds <nil>
	// boom, boom
}

func ExampleThen() {
	page := async.Go(ctx, say("xin chào"))
	words := async.Then(ctx, page, func(_ context.Context, text string) (int, error) {
		return len(strings.Fields(text)), nil
	})
	fmt.Println(words.Await(ctx))
	// Output: 2 <nil>
}

func ExampleWait() {
	slow, quick := async.Go(ctx, forever), async.Go(ctx, fail)
	for _, until := range []async.Until{async.FirstCompleted, async.FirstError} {
		done, pending, _ := async.Wait(ctx, until, slow, quick)
		fmt.Println(len(done), len(pending))
	}
	slow.Cancel()
	done, _, err := async.Wait(ctx, async.AllCompleted, slow, quick)
	fmt.Println(len(done), err)
	// Output:
	// 1 1
	// 1 1
	// 2 <nil>
}

func ExampleAsCompleted() {
	slow, quick := async.Go(ctx, forever), async.Go(ctx, say("quick"))
	for f := range async.AsCompleted(ctx, slow, quick) {
		v, err := f.Result()
		fmt.Printf("%q %v\n", v, err)
		slow.Cancel()
	}
	// Output:
	// "quick" <nil>
	// "" the future was cancelled
}

func ExampleWaitFor() {
	f := async.Go(ctx, forever)
	_, err := async.WaitFor(ctx, f, time.Millisecond)
	fmt.Println(errors.Is(err, async.ErrTimeout))
	f.Await(ctx)
	fmt.Println(f.Cancelled())
	fmt.Println(async.Sleep(ctx, time.Millisecond))
	// Output:
	// true
	// true
	// <nil>
}

func ExampleTaskGroup() {
	g := async.NewTaskGroup(ctx)
	begun := make(chan struct{})
	sibling := async.Start(g, func(ctx context.Context) (int, error) {
		close(begun)
		<-ctx.Done() // ends when the other one fails
		return 0, context.Cause(ctx)
	})
	g.Go(func(context.Context) error { <-begun; return boom })
	fmt.Println(g.Wait())
	fmt.Println(errors.Is(sibling.Err(), async.ErrSiblingFailed))
	var zero async.TaskGroup
	zero.Go(func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
	zero.Cancel()
	fmt.Println(errors.Is(zero.Wait(), async.ErrCancelled))
	// Output:
	// boom
	// true
	// true
}

func ExampleAsyncQueue() {
	var q *async.AsyncQueue[string] = async.NewQueue[string](2)
	consumer := async.Go(ctx, func(ctx context.Context) (n int, err error) {
		for range q.All(ctx) {
			n++
		}
		return n, nil
	})
	for range 5 {
		q.Put(ctx, "work")
	}
	q.Join(ctx)
	q.Shutdown(false)
	fmt.Println(consumer.Await(ctx))
	// Output: 5 <nil>
}

func ExampleLimiter() {
	var l *async.Limiter = async.NewLimiter(1000, 2) // 1000 a second, 2 at once
	fmt.Println(l.Allow(), l.Allow(), l.Allow())
	fmt.Println(l.Wait(ctx))
	for v := range async.Throttle(ctx, l, slices.Values([]int{1, 2})) {
		fmt.Println(v)
	}
	// Output:
	// true true false
	// <nil>
	// 1
	// 2
}
