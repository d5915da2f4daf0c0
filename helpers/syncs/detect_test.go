package syncs

import (
	"errors"
	"strings"
	"sync"
	"testing"
)

// caught runs fn while deadlocks panic and returns the report fn panicked with.
func caught(fn func()) (r *Report) {
	defer DetectDeadlocks(PanicOnDeadlock)()
	defer func() {
		if e, ok := recover().(error); ok {
			errors.As(e, &r)
		}
	}()
	fn()
	return nil
}

func TestDoubleLock(t *testing.T) {
	mu := Mutex{Name: "bank"}
	r := caught(func() { mu.Lock(); defer mu.Unlock(); mu.Lock() })
	if r == nil || r.Kind != DoubleLock || r.Lock != "bank" || !strings.Contains(r.Text, "TestDoubleLock") {
		t.Errorf("got %v", r)
	}
	if !mu.TryLock() {
		t.Error("the lock was not given back")
	}
	mu.Unlock()
	var rw RWMutex
	if r := caught(func() { rw.RLock(); defer rw.RUnlock(); rw.RLock() }); r == nil || r.Kind != DoubleLock {
		t.Errorf("got %v", r)
	}
	rw.Lock()
	rw.Unlock()
}

func TestLockOrder(t *testing.T) {
	var a, b Mutex
	both := func(x, y *Mutex) { x.Lock(); defer x.Unlock(); y.Lock(); y.Unlock() }
	if r := caught(func() { both(&a, &b) }); r != nil {
		t.Fatalf("one order is no fault: %v", r)
	}
	r := caught(func() { both(&b, &a) })
	if r == nil || r.Kind != LockOrder {
		t.Errorf("got %v", r)
	}
	both(&b, &a) // both locks are free, and nobody watches now
}

func TestPhilosophersDeadlock(t *testing.T) {
	const n = 5
	defer DetectDeadlocks(PanicOnDeadlock)()
	forks := make([]Mutex, n)
	reports := make(chan *Report, n)
	table := NewBarrier(n, nil) // every one has a left fork before any takes the right one
	var wg sync.WaitGroup
	for i := range n {
		forks[i].Name = "fork"
		wg.Go(func() {
			defer func() {
				r, _ := recover().(*Report)
				reports <- r
			}()
			forks[i].Lock()
			defer forks[i].Unlock()
			table.Wait(bg)
			right := &forks[(i+1)%n]
			right.Lock()
			right.Unlock()
		})
	}
	wg.Wait() // one gives its fork back, so the others get on
	close(reports)
	circles := 0
	for r := range reports {
		if r == nil {
			continue
		}
		circles++
		if r.Kind != Deadlock || strings.Count(r.Text, "waits for fork") != n {
			t.Errorf("got %v", r)
		}
	}
	if circles != 1 {
		t.Errorf("%d reports", circles)
	}
	if len(graph.holders) != 0 || len(graph.waiting) != 0 {
		t.Errorf("the graph is not empty: %v, %v", graph.holders, graph.waiting)
	}
}

func TestWatchedLocksExclude(t *testing.T) {
	var mu Mutex
	var rw RWMutex
	n := 0
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 200 {
				mu.Lock()
				n++
				mu.Unlock()
				rw.RLock()
				rw.RUnlock()
				rw.Lock()
				mu.Lock()
				n++
				mu.Unlock()
				rw.Unlock()
			}
		})
	}
	for range 20 { // switched on and off while locks are held
		stop := DetectDeadlocks(func(r *Report) { t.Error(r) })
		mu.Lock()
		stop()
		mu.Unlock()
	}
	wg.Wait()
	if n != 8*400 {
		t.Errorf("n is %d", n)
	}
}
