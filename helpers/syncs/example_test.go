package syncs_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"songsong/helpers/syncs"
)

var ctx = context.Background()

// soon is a context that ends in a millisecond.
func soon() context.Context {
	c, cancel := context.WithTimeout(ctx, time.Millisecond)
	context.AfterFunc(c, cancel)
	return c
}

func ExampleEvent() {
	var ready syncs.Event
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() { ready.Wait(ctx); fmt.Println("go on") })
	}
	ready.Set()
	wg.Wait()
	<-ready.Done()
	ready.Clear()
	fmt.Println(ready.IsSet(), ready.Wait(soon()))
	// Output:
	// go on
	// go on
	// false context deadline exceeded
}

func ExampleSemaphore() {
	var s *syncs.Semaphore = syncs.NewSemaphore(2)
	s.Acquire(ctx)
	fmt.Println(s.TryAcquire(), s.TryAcquire(), s.Free())
	fmt.Println(s.Acquire(soon()))
	s.Release()
	fmt.Println(s.Free())
	// Output:
	// true false 0
	// context deadline exceeded
	// 1
}

func ExampleBoundedSemaphore() {
	var desks *syncs.BoundedSemaphore = syncs.NewBoundedSemaphore(1) // a bank with one desk
	desks.Acquire(ctx)
	fmt.Println(desks.TryAcquire(), desks.Free())
	fmt.Println(desks.Release())
	fmt.Println(desks.Release() == syncs.ErrOverRelease)
	// Output:
	// false 0
	// <nil>
	// true
}

func ExampleBarrier() {
	laps := 0
	var b *syncs.Barrier = syncs.NewBarrier(3, func() { laps++ })
	var wg sync.WaitGroup
	for range b.Parties() {
		wg.Go(func() {
			for range 2 { // the barrier can be used again
				b.Wait(ctx)
			}
		})
	}
	wg.Wait()
	fmt.Println(laps, b.Waiting())
	_, err := b.Wait(soon()) // the others never come
	fmt.Println(errors.Is(err, syncs.ErrBrokenBarrier), b.Broken())
	b.Reset()
	fmt.Println(b.Broken())
	b.Abort()
	fmt.Println(b.Broken())
	// Output:
	// 2 0
	// true true
	// false
	// true
}

func ExampleRLock() {
	var l syncs.RLock
	var khanh *syncs.Owner = syncs.NewOwner("khanh")
	l.Lock(ctx, khanh)
	l.Lock(ctx, khanh) // its owner may lock it again
	fmt.Println(khanh, l.Depth(khanh))
	ai := syncs.NewOwner("ai")
	fmt.Println(l.TryLock(ai), l.Unlock(ai) == syncs.ErrNotOwner, l.Lock(ctx, nil) == syncs.ErrNoOwner)
	l.Unlock(khanh)
	l.Unlock(khanh)
	fmt.Println(l.TryLock(ai))
	// Output:
	// khanh 2
	// false true true
	// true
}

func ExampleCond() {
	var mu sync.Mutex
	var c *syncs.Cond = syncs.NewCond(&mu)
	ready := false
	go func() {
		c.Lock()
		ready = true
		c.Unlock()
		c.Signal()
	}()
	c.Lock()
	fmt.Println(c.WaitFor(ctx, func() bool { return ready }))
	fmt.Println(c.Wait(soon()))
	c.Unlock()
	c.Broadcast() // nobody waits: nothing happens
	// Output:
	// <nil>
	// context deadline exceeded
}

func ExampleTimer() {
	var t *syncs.Timer = syncs.NewTimer(time.Millisecond, func() { fmt.Println("ring") })
	fmt.Println(t.Join(ctx) == syncs.ErrTimerNotStarted)
	t.Start()
	fmt.Println(t.Join(ctx))
	later := syncs.NewTimer(time.Hour, func() {})
	later.Start()
	fmt.Println(later.Cancel(), later.Join(ctx) == syncs.ErrTimerCancelled)
	// Output:
	// true
	// ring
	// <nil>
	// true true
}

func ExampleQueue() {
	var q *syncs.Queue[string] = syncs.NewQueue[string](2)
	q.Put(ctx, "a")
	q.Put(ctx, "b")
	fmt.Println(q.TryPut("c") == syncs.ErrFull, q.Len(), q.Cap())
	fmt.Println(q.Get(ctx))
	fmt.Println(q.TryGet())
	_, err := q.TryGet()
	fmt.Println(err == syncs.ErrEmpty)
	q.TaskDone()
	q.TaskDone()
	fmt.Println(q.Join(ctx), q.TaskDone() == syncs.ErrTooManyDone)
	q.Shutdown(false)
	fmt.Println(q.Put(ctx, "d") == syncs.ErrShutdown)
	// Output:
	// true 2 2
	// a <nil>
	// b <nil>
	// true
	// <nil> true
	// true
}

func ExampleQueue_All() {
	q := syncs.NewLIFO[int](0)
	for i := range 3 {
		q.Put(ctx, i)
	}
	q.Shutdown(false) // no more; what is left is still given out
	for v := range q.All(ctx) {
		fmt.Println(v)
	}
	// Output:
	// 2
	// 1
	// 0
}

func ExampleNewPriority() {
	type job struct {
		rank int
		name string
	}
	q := syncs.NewPriority(0, func(a, b job) int { return cmp.Compare(a.rank, b.rank) })
	q.Put(ctx, job{2, "sweep"})
	q.Put(ctx, job{1, "put out the fire"})
	j, _ := q.Get(ctx)
	fmt.Println(j.name)
	// Output: put out the fire
}

func ExampleDetectDeadlocks() {
	var report *syncs.Report
	stop := syncs.DetectDeadlocks(syncs.PanicOnDeadlock) // or nil, to print to standard error
	defer stop()
	mu := syncs.Mutex{Name: "database"}
	func() {
		defer func() { report = recover().(*syncs.Report) }()
		mu.Lock()
		defer mu.Unlock()
		mu.Lock() // would wait for itself for ever
	}()
	fmt.Println(report.Kind == syncs.DoubleLock, report.Lock)
	fmt.Println(mu.TryLock())
	mu.Unlock()
	var kind syncs.Kind = syncs.LockOrder // two locks taken in both orders
	fmt.Println(kind, "|", syncs.Deadlock)
	// Output:
	// true database
	// true
	// lock order | deadlock
}

func ExampleRWMutex() {
	rw := syncs.RWMutex{Name: "cache"}
	rw.RLock()
	rw.RUnlock()
	rw.Lock()
	rw.Unlock()
	fmt.Println(rw.Name)
	// Output: cache
}

func ExampleRecorder() {
	var rec *syncs.Recorder = syncs.NewRecorder(1000)
	mu := rec.Wrap("database", &sync.Mutex{})
	var wg sync.WaitGroup
	mu.Lock()
	waits := make(chan struct{})
	wg.Go(func() {
		defer rec.NameMe("khanh")()
		close(waits)
		mu.Lock() // waits for us
		mu.Unlock()
	})
	<-waits
	time.Sleep(20 * time.Millisecond)
	mu.Unlock()
	wg.Wait()
	for _, i := range rec.Events() {
		var interval syncs.Interval = i
		if interval.Waited {
			fmt.Println(i.Worker, "waited for", i.Name, i.Took() > 0, rec.Dropped())
		}
	}
	// Output: khanh waited for database true 0
}
