package async

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func after(t *testing.T, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(bg, d)
	t.Cleanup(cancel)
	return ctx
}

func TestGather(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if v, err := Gather[int](bg); len(v) != 0 || err != nil {
			t.Error(v, err)
		}
		v, err := Gather(bg, Go(bg, nap(3)), Go(bg, failing(1)), Go(bg, nap(2)), Go(bg, failing(2)))
		if !slices.Equal(v, []int{3, 0, 2, 0}) {
			t.Errorf("got %v", v)
		}
		if !errors.Is(err, boom) || !strings.Contains(err.Error(), "future 1: boom") || !strings.Contains(err.Error(), "future 3: boom") {
			t.Errorf("got %v", err)
		}
		slow := Go(bg, nap(9))
		if _, err := Gather(after(t, time.Second), slow); !errors.Is(err, context.DeadlineExceeded) || slow.Finished() {
			t.Errorf("got %v", err)
		}
		slow.Await(bg)
	})
}

func TestRaceAndAny(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := Go(bg, nap(9))
		if v, err := Race(bg, slow, Go(bg, nap(1)), Go(bg, nap(2))); v != 1 || err != nil {
			t.Errorf("Race: %d, %v", v, err)
		}
		if slow.Await(bg); !slow.Cancelled() {
			t.Error("the loser was not cancelled")
		}
		if _, err := Race(bg, Go(bg, nap(2)), Go(bg, failing(1))); err != boom {
			t.Errorf("Race: %v", err)
		}
		if v, err := Any(bg, Go(bg, nap(2)), Go(bg, failing(1)), Go(bg, nap(3))); v != 2 || err != nil {
			t.Errorf("Any: %d, %v", v, err)
		}
		if _, err := Any(bg, Go(bg, failing(1)), Go(bg, failing(2))); strings.Count(err.Error(), "boom") != 2 {
			t.Errorf("Any: %v", err)
		}
		for _, first := range []func(context.Context, ...*Future[int]) (int, error){Race[int], Any[int]} {
			if _, err := first(bg); !errors.Is(err, ErrNoFutures) {
				t.Errorf("none: %v", err)
			}
			f := Go(bg, nap(9))
			if _, err := first(after(t, time.Second), f); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v", err)
			}
			if f.Await(bg); !f.Cancelled() {
				t.Error("not cancelled")
			}
		}
	})
}

func TestWaitModes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		futures := func() []*Future[int] {
			return []*Future[int]{Go(bg, nap(3)), Go(bg, failing(2)), Go(bg, nap(1))}
		}
		for until, want := range map[Until]int{AllCompleted: 3, FirstCompleted: 1, FirstError: 2} {
			fs := futures()
			began := time.Now()
			done, pending, err := Wait(bg, until, fs...)
			if len(done) != want || len(pending) != 3-want || err != nil || time.Since(began) != time.Duration(want)*time.Second {
				t.Errorf("mode %d: %d done, %v after %v", until, len(done), err, time.Since(began))
			}
			Gather(bg, fs...)
		}
		fs := futures()
		if done, pending, err := Wait(after(t, 1500*time.Millisecond), AllCompleted, fs...); len(done) != 1 || len(pending) != 2 || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%d done, %d pending, %v", len(done), len(pending), err)
		}
		Gather(bg, fs...)
		if done, pending, err := Wait[int](bg, FirstCompleted); len(done)+len(pending) != 0 || err != nil {
			t.Error("nothing to wait for")
		}
	})
}

func TestAsCompleted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fs := []*Future[int]{Go(bg, nap(3)), Go(bg, nap(1)), Go(bg, nap(2))}
		var got []int
		for f := range AsCompleted(after(t, 2500*time.Millisecond), fs...) {
			v, _ := f.Result()
			got = append(got, v)
		}
		if !slices.Equal(got, []int{1, 2}) {
			t.Errorf("got %v", got)
		}
		for f := range AsCompleted(bg, fs...) {
			if v, _ := f.Result(); v != 1 {
				t.Errorf("got %d", v)
			}
			break
		}
		Gather(bg, fs...)
	})
}

func TestWaitForAndThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if v, err := WaitFor(bg, Go(bg, nap(1)), 2*time.Second); v != 1 || err != nil {
			t.Errorf("got %d, %v", v, err)
		}
		f := Go(bg, nap(3))
		if _, err := WaitFor(bg, f, 2*time.Second); !errors.Is(err, ErrTimeout) {
			t.Errorf("got %v", err)
		}
		if f.Await(bg); !f.Cancelled() {
			t.Error("not cancelled")
		}
		if _, err := WaitFor(bg, f, 0); !errors.Is(err, ErrCancelled) {
			t.Errorf("finished: %v", err)
		}
		double := func(_ context.Context, v int) (string, error) { return strings.Repeat("x", 2*v), nil }
		if v, err := Then(bg, Go(bg, nap(2)), double).Await(bg); v != "xxxx" || err != nil {
			t.Errorf("got %q, %v", v, err)
		}
		if _, err := Then(bg, Go(bg, failing(1)), double).Await(bg); err != boom {
			t.Errorf("got %v", err)
		}
	})
}
