package syncs

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

func TestBarrierAgainAndAgain(t *testing.T) {
	const parties, rounds = 5, 200
	var actions int // written by actions only: the barrier orders them
	b := NewBarrier(parties, func() { actions++ })
	var inRound [rounds]atomic.Int32
	var places [rounds]atomic.Int32
	var wg sync.WaitGroup
	for range parties {
		wg.Go(func() {
			for r := range rounds {
				inRound[r].Add(1)
				place, err := b.Wait(bg)
				if err != nil {
					t.Error(err)
				}
				places[r].Add(1 << (4 * place))
				if n := inRound[r].Load(); n != parties {
					t.Errorf("round %d went on with %d parties", r, n)
				}
			}
		})
	}
	wg.Wait()
	if actions != rounds {
		t.Errorf("%d actions", actions)
	}
	for r := range places {
		if places[r].Load() != 0x11111 {
			t.Errorf("round %d: places %x", r, places[r].Load())
		}
	}
}

func TestBarrierBreaks(t *testing.T) {
	for name, breakIt := range map[string]func(*Barrier, context.CancelFunc){
		"a party leaves": func(_ *Barrier, cancel context.CancelFunc) { cancel() },
		"abort":          func(b *Barrier, _ context.CancelFunc) { b.Abort() },
	} {
		synctest.Test(t, func(t *testing.T) {
			b := NewBarrier(3, nil)
			ctx, cancel := context.WithCancel(bg)
			defer cancel()
			errs := make(chan error, 2)
			go func() { _, err := b.Wait(ctx); errs <- err }()
			go func() { _, err := b.Wait(bg); errs <- err }()
			synctest.Wait()
			if b.Waiting() != 2 || b.Parties() != 3 {
				t.Errorf("%s: %d of %d wait", name, b.Waiting(), b.Parties())
			}
			breakIt(b, cancel)
			for range 2 {
				if err := <-errs; !errors.Is(err, ErrBrokenBarrier) {
					t.Errorf("%s: %v", name, err)
				}
			}
			if _, err := b.Wait(bg); !errors.Is(err, ErrBrokenBarrier) || !b.Broken() {
				t.Errorf("%s: still whole: %v", name, err)
			}
			b.Reset()
			for range 2 {
				go b.Wait(bg)
			}
			if _, err := b.Wait(bg); err != nil {
				t.Errorf("%s: after Reset: %v", name, err)
			}
		})
	}
}

func TestBarrierResetBreaksThoseWhoWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewBarrier(2, nil)
		errs := make(chan error)
		go func() { _, err := b.Wait(bg); errs <- err }()
		synctest.Wait()
		b.Reset()
		if err := <-errs; !errors.Is(err, ErrBrokenBarrier) || b.Broken() {
			t.Errorf("got %v, broken %v", err, b.Broken())
		}
	})
}

func TestBarrierActionPanics(t *testing.T) {
	b := NewBarrier(1, func() { panic("boom") })
	func() {
		defer func() { recover() }()
		b.Wait(bg)
	}()
	if _, err := b.Wait(bg); !errors.Is(err, ErrBrokenBarrier) {
		t.Errorf("got %v", err)
	}
	var zero Barrier
	if _, err := zero.Wait(bg); err != nil {
		t.Errorf("zero barrier: %v", err)
	}
}
