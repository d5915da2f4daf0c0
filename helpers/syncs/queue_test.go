package syncs

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

func TestQueueOrders(t *testing.T) {
	byTens := func(a, b int) int { return cmp.Compare(a/10, b/10) }
	in := []int{31, 12, 20, 11, 30, 10, 21, 5, 4}
	for name, c := range map[string]struct {
		q    *Queue[int]
		want []int
	}{
		"zero":     {&Queue[int]{}, in},
		"fifo":     {NewQueue[int](0), in},
		"lifo":     {NewLIFO[int](-1), []int{4, 5, 21, 10, 30, 11, 20, 12, 31}},
		"priority": {NewPriority(0, byTens), []int{5, 4, 12, 11, 10, 20, 21, 31, 30}},
	} {
		for range 3 { // so that the ring turns
			for _, v := range in {
				c.q.Put(bg, v)
			}
			var got []int
			for range in {
				v, err := c.q.Get(bg)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, v)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%s: %v", name, got)
			}
		}
	}
}

func TestFifoGrowsWhileItTurns(t *testing.T) {
	var q Queue[int]
	put, got := 0, 0
	for step := range 100 {
		for range step {
			q.Put(bg, put)
			put++
		}
		for range step / 2 {
			if v, _ := q.Get(bg); v != got {
				t.Fatalf("%d came, not %d", v, got)
			}
			got++
		}
	}
	if q.Len() != put-got {
		t.Errorf("%d left", q.Len())
	}
}

func TestQueueWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := NewQueue[int](1)
		if _, err := q.Get(second(t)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if _, err := q.TryGet(); !errors.Is(err, ErrEmpty) {
			t.Errorf("got %v", err)
		}
		q.Put(bg, 1)
		if err := q.Put(second(t), 2); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if err := q.TryPut(2); !errors.Is(err, ErrFull) || q.Cap() != 1 || q.Len() != 1 {
			t.Errorf("got %v", err)
		}
		put := make(chan error)
		go func() { put <- q.Put(bg, 3) }()
		synctest.Wait()
		if v, _ := q.Get(bg); v != 1 {
			t.Errorf("got %d", v)
		}
		if err := <-put; err != nil {
			t.Error(err)
		}
		if v, _ := q.TryGet(); v != 3 {
			t.Errorf("got %d", v)
		}
	})
}

func TestQueueJoin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := NewQueue[int](0)
		if err := q.Join(bg); err != nil {
			t.Error(err)
		}
		if err := q.TaskDone(); !errors.Is(err, ErrTooManyDone) {
			t.Errorf("got %v", err)
		}
		for i := range 3 {
			q.Put(bg, i)
		}
		if err := q.Join(second(t)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		go func() {
			for range q.All(bg) {
			}
		}()
		if err := q.Join(bg); err != nil {
			t.Error(err)
		}
		q.Shutdown(false)
	})
}

func TestQueueShutdown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := NewQueue[int](1)
		q.Put(bg, 1)
		errs := make(chan error)
		go func() { errs <- q.Put(bg, 2) }()
		synctest.Wait()
		q.Shutdown(false)
		if err := <-errs; !errors.Is(err, ErrShutdown) {
			t.Errorf("waiting Put: %v", err)
		}
		if v, err := q.Get(bg); v != 1 || err != nil {
			t.Errorf("what is left: %d, %v", v, err)
		}
		if _, err := q.Get(bg); !errors.Is(err, ErrShutdown) {
			t.Errorf("got %v", err)
		}
		if _, err := q.TryGet(); !errors.Is(err, ErrShutdown) {
			t.Errorf("got %v", err)
		}
		if q.TryPut(1) != ErrShutdown || q.Put(bg, 1) != ErrShutdown {
			t.Error("a closed queue took an item")
		}
		now := NewQueue[int](0)
		go func() { _, err := NewQueue[int](0).Get(second(t)); errs <- err }()
		<-errs
		now.Put(bg, 1)
		now.Put(bg, 2)
		now.Get(bg)
		now.Shutdown(true)
		if now.Len() != 0 {
			t.Error("items are left")
		}
		now.TaskDone()
		if err := now.Join(bg); err != nil {
			t.Error(err)
		}
	})
}

func TestQueueLosesNothing(t *testing.T) {
	q := NewQueue[int](3)
	var sum atomic.Int64
	var producers, consumers sync.WaitGroup
	for range 4 {
		consumers.Go(func() {
			for {
				ctx, cancel := context.WithCancel(bg)
				go cancel() // many waits are given up
				v, err := q.Get(ctx)
				if errors.Is(err, ErrShutdown) {
					return
				}
				if err == nil {
					sum.Add(int64(v))
				}
			}
		})
	}
	for range 4 {
		producers.Go(func() {
			for i := range 500 {
				for {
					ctx, cancel := context.WithCancel(bg)
					go cancel()
					if q.Put(ctx, i) == nil {
						break
					}
				}
			}
		})
	}
	producers.Wait()
	q.Shutdown(false)
	consumers.Wait()
	if want := int64(4 * 499 * 500 / 2); sum.Load() != want {
		t.Errorf("sum %d, not %d", sum.Load(), want)
	}
}
