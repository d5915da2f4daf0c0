package syncs

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var e Event
		if err := e.Wait(second(t)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		began := time.Now()
		time.AfterFunc(time.Minute, e.Set)
		for range 3 {
			go e.Wait(bg)
		}
		if err := e.Wait(bg); err != nil || time.Since(began) != time.Minute || !e.IsSet() {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		e.Set()
		<-e.Done()
		e.Clear()
		e.Clear()
		if e.IsSet() {
			t.Error("set after Clear")
		}
		if err := e.Wait(second(t)); err == nil {
			t.Error("a cleared event did not make wait")
		}
		e.Set()
		if err := e.Wait(bg); err != nil {
			t.Error(err)
		}
	})
}
