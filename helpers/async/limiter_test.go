package async

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestLimiter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLimiter(10, 1)
		began := time.Now()
		n := 0
		for range Throttle(bg, l, slices.Values(make([]int, 11))) {
			n++
		}
		if d := time.Since(began); n != 11 || d < 999*time.Millisecond || d > 1001*time.Millisecond {
			t.Errorf("%d items in %v", n, d)
		}
		if l.Allow() {
			t.Error("one too many")
		}
		n = 0
		for range Throttle(after(t, 450*time.Millisecond), l, slices.Values(make([]int, 11))) {
			n++
		}
		if n != 4 {
			t.Errorf("%d items before the deadline", n)
		}
		var none *Limiter
		if none.Wait(bg) != nil || !none.Allow() {
			t.Error("a nil limiter limits")
		}
		defer func() {
			if recover() == nil {
				t.Error("a limiter that lets nothing through")
			}
		}()
		NewLimiter(0, 1)
	})
}

func TestAsyncQueueIsAQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := NewQueue[int](1)
		sum := 0
		consumer := Go(bg, func(ctx context.Context) (int, error) {
			for v := range q.All(ctx) {
				sum += v
			}
			return sum, nil
		})
		for i := range 5 {
			q.Put(bg, i)
		}
		q.Join(bg)
		q.Shutdown(false)
		if v, _ := consumer.Await(bg); v != 10 {
			t.Errorf("got %d", v)
		}
	})
}
