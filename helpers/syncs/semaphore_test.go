package syncs

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
)

func TestSemaphoreServesInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewSemaphore(1)
		s.Acquire(bg)
		var order []int
		var wg sync.WaitGroup
		for i := range 4 {
			wg.Go(func() {
				s.Acquire(bg)
				order = append(order, i)
				s.Release()
			})
			synctest.Wait()
		}
		s.Release()
		wg.Wait()
		if !slices.Equal(order, []int{0, 1, 2, 3}) || s.Free() != 1 {
			t.Errorf("order %v, %d free", order, s.Free())
		}
	})
}

func TestSemaphoreLosesNoPermitToCancelledWaiters(t *testing.T) {
	s := NewSemaphore(3)
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			for range 50 {
				ctx, cancel := context.WithCancel(bg)
				go cancel()
				if s.Acquire(ctx) == nil {
					s.Release()
				}
			}
		})
	}
	wg.Wait()
	if s.Free() != 3 {
		t.Errorf("%d permits of 3", s.Free())
	}
}

func TestSemaphoreLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var zero Semaphore
		if zero.TryAcquire() {
			t.Error("acquired nothing")
		}
		if err := zero.Acquire(second(t)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		zero.Release()
		if !zero.TryAcquire() {
			t.Error("a released permit is not there")
		}
		b := NewBoundedSemaphore(2)
		if err := b.Release(); !errors.Is(err, ErrOverRelease) {
			t.Errorf("got %v", err)
		}
		b.Acquire(bg)
		if !b.TryAcquire() || b.TryAcquire() || b.Free() != 0 {
			t.Error("wrong count")
		}
		if b.Release() != nil || b.Release() != nil || b.Release() == nil || b.Free() != 2 {
			t.Error("wrong count after release")
		}
		defer func() {
			if recover() == nil {
				t.Error("a negative number of permits")
			}
		}()
		NewBoundedSemaphore(-1)
	})
}
