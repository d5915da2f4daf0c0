package syncs

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
)

func TestRLock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l RLock
		khanh, ai := NewOwner("khanh"), NewOwner("ai")
		for range 3 {
			if err := l.Lock(bg, khanh); err != nil {
				t.Fatal(err)
			}
		}
		if l.Depth(khanh) != 3 || l.Depth(ai) != 0 || l.TryLock(ai) || !l.TryLock(khanh) {
			t.Error("wrong owner")
		}
		l.Unlock(khanh)
		if err := l.Lock(second(t), ai); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if err := l.Unlock(ai); !errors.Is(err, ErrNotOwner) {
			t.Errorf("got %v", err)
		}
		got := make(chan error)
		go func() { got <- l.Lock(bg, ai) }()
		for range 3 {
			synctest.Wait()
			select {
			case <-got:
				t.Fatal("taken while held")
			default:
			}
			l.Unlock(khanh)
		}
		if err := <-got; err != nil || l.Depth(ai) != 1 {
			t.Errorf("got %v", err)
		}
		if l.Lock(bg, nil) != ErrNoOwner || l.Unlock(nil) != ErrNotOwner || l.TryLock(nil) {
			t.Error("nil owner")
		}
	})
}

func TestRLockExcludes(t *testing.T) {
	var l RLock
	var wg sync.WaitGroup
	n := 0
	for range 8 {
		me := NewOwner("w")
		wg.Go(func() {
			for range 300 {
				ctx, cancel := context.WithCancel(bg)
				go cancel()
				if l.Lock(ctx, me) == nil {
					l.Lock(bg, me)
					n++
					l.Unlock(me)
					l.Unlock(me)
				}
				cancel()
			}
		})
	}
	wg.Wait()
	if !l.TryLock(NewOwner("last")) {
		t.Error("the lock was lost")
	}
}
