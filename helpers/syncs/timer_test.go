package syncs

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"songsong/helpers/threads"
)

func TestTimer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var ran time.Duration
		timer := NewTimer(time.Hour, func() { ran = time.Since(began) })
		if err := timer.Join(bg); !errors.Is(err, ErrTimerNotStarted) || timer.Cancel() {
			t.Errorf("got %v", err)
		}
		timer.Start()
		timer.Start()
		if err := timer.Join(second(t)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if err := timer.Join(bg); err != nil || ran != time.Hour || timer.Cancel() {
			t.Errorf("ran after %v, %v", ran, err)
		}
		never := NewTimer(time.Hour, func() { t.Error("ran after Cancel") })
		never.Start()
		if !never.Cancel() || never.Cancel() || !errors.Is(never.Join(bg), ErrTimerCancelled) {
			t.Error("not cancelled once")
		}
		time.Sleep(2 * time.Hour)
		for _, c := range []struct {
			fn   func()
			want func(error) bool
		}{
			{nil, func(err error) bool { return err == nil }},
			{runtime.Goexit, func(err error) bool { return errors.Is(err, threads.ErrGoexit) }},
			{func() { panic("boom") }, func(err error) bool { var p *threads.PanicError; return errors.As(err, &p) }},
		} {
			timer := NewTimer(time.Second, c.fn)
			timer.Start()
			if err := timer.Join(bg); !c.want(err) {
				t.Errorf("got %v", err)
			}
		}
	})
}
