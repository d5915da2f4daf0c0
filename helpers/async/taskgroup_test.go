package async

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"songsong/helpers/threads"
)

func TestTaskGroupJoinsAllErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g TaskGroup // the zero group works
		other := errors.New("other")
		sibling := Start(&g, nap(1000))
		g.Go(func(context.Context) error { time.Sleep(time.Second); return boom })
		g.Go(func(context.Context) error { time.Sleep(2 * time.Second); return other }) // fails after it was cancelled
		g.Go(func(context.Context) error { time.Sleep(2 * time.Second); panic("p") })
		g.Go(func(context.Context) error { time.Sleep(2 * time.Second); runtime.Goexit(); return nil })
		synctest.Wait() // all have begun
		g.Go(nil)
		began := time.Now()
		err := g.Wait()
		var p *threads.PanicError
		for _, want := range []error{boom, other, threads.ErrGoexit, threads.ErrNilFunc} {
			if !errors.Is(err, want) {
				t.Errorf("%v is not in %v", want, err)
			}
		}
		if !errors.As(err, &p) || strings.Count(err.Error(), "\n") != 4 {
			t.Errorf("got %v", err)
		}
		if time.Since(began) != 2*time.Second || !errors.Is(sibling.Err(), ErrSiblingFailed) {
			t.Errorf("sibling: %v after %v", sibling.Err(), time.Since(began))
		}
		if late := Start(&g, seven); late.Err() == nil {
			if _, err := late.Await(bg); err == nil {
				t.Error("a task ran after Wait")
			}
		}
	})
}

func TestTaskGroupGoesWell(t *testing.T) {
	g := NewTaskGroup(bg)
	a := Start(g, seven)
	g.Go(func(ctx context.Context) error {
		g.Go(func(context.Context) error { return nil }) // a task may start tasks
		return nil
	})
	if err := g.Wait(); err != nil {
		t.Error(err)
	}
	if v, err := a.Result(); v != 7 || err != nil {
		t.Error(v, err)
	}
	if err := g.Wait(); err != nil {
		t.Errorf("second Wait: %v", err)
	}
}

func TestTaskGroupCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(bg)
		g := NewTaskGroup(ctx)
		g.Go(func(ctx context.Context) error { return Sleep(ctx, time.Hour) })
		synctest.Wait()
		cancel(boom)
		if err := g.Wait(); !errors.Is(err, boom) {
			t.Errorf("by its parent: %v", err)
		}
		h := NewTaskGroup(bg)
		f := Start(h, nap(1))
		one := Start(h, nap(1000))
		synctest.Wait()
		one.Cancel() // one task of its own: no failure of the group
		if err := h.Wait(); err != nil || f.Err() != nil {
			t.Errorf("one cancelled task: %v, %v", err, f.Err())
		}
		k := NewTaskGroup(bg)
		Start(k, nap(1000))
		k.Cancel()
		if err := k.Wait(); !errors.Is(err, ErrCancelled) {
			t.Errorf("by Cancel: %v", err)
		}
	})
}
