package syncs

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// ErrBrokenBarrier is the error of all who wait at a barrier that was aborted or reset, or that one party left.
var ErrBrokenBarrier = errors.New("the barrier is broken")

// Barrier makes a fixed number of goroutines, its parties, wait for each other, again and again. A zero Barrier has one
// party and lets it through. All methods may be called concurrently.
type Barrier struct {
	parties int
	action  func()
	mu      sync.Mutex // guards all below
	round   *round     // the one that gathers now
	arrived int
	broken  bool
}

// round is one use of a barrier.
type round struct {
	over   chan struct{} // closed when all have arrived or the barrier broke
	broken bool          // written before over is closed
}

// NewBarrier makes a barrier for n parties; it panics if n is below 1. The last party to arrive runs action, if it
// is not nil, before all go on. The action must not use the barrier; if it panics, the barrier breaks.
func NewBarrier(n int, action func()) *Barrier {
	if n < 1 {
		panic("syncs.NewBarrier: a barrier needs at least one party")
	}
	return &Barrier{parties: n, action: action}
}

// Wait waits until all parties have called it, and tells each one's place in the order of arrival: 0 to
// parties−1. If ctx ends first, or the barrier is aborted or reset, it is broken for all: the error wraps
// [ErrBrokenBarrier], and the cause of ctx's end for the party whose ctx it was.
func (b *Barrier) Wait(ctx context.Context) (place int, err error) {
	b.mu.Lock()
	if b.broken {
		b.mu.Unlock()
		return 0, ErrBrokenBarrier
	}
	if b.round == nil {
		b.round = &round{over: make(chan struct{})}
	}
	r, place := b.round, b.arrived
	b.arrived++
	if b.arrived >= b.parties {
		defer b.mu.Unlock()
		b.release()
		return place, nil
	}
	b.mu.Unlock()
	select {
	case <-r.over:
	case <-ctx.Done():
		if b.leave(r) {
			return place, fmt.Errorf("%w: %w", ErrBrokenBarrier, context.Cause(ctx))
		}
	}
	if r.broken {
		return place, ErrBrokenBarrier
	}
	return place, nil
}

// release runs the action and lets all parties go. Called with the lock.
func (b *Barrier) release() {
	done := false
	defer func() {
		b.end(!done)
		b.broken = !done
	}()
	if b.action != nil {
		b.action()
	}
	done = true
}

// end ends the round that gathers. Called with the lock.
func (b *Barrier) end(broken bool) {
	if b.round != nil {
		b.round.broken = broken
		close(b.round.over)
	}
	b.round, b.arrived = nil, 0
}

// leave breaks the barrier because a party of round r left; false if the round was over.
func (b *Barrier) leave(r *round) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.round != r {
		return false
	}
	b.end(true)
	b.broken = true
	return true
}

// Abort breaks the barrier: who waits, and who comes later, gets [ErrBrokenBarrier], until a Reset.
func (b *Barrier) Abort() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.end(true)
	b.broken = true
}

// Reset makes the barrier as new. Who waits gets [ErrBrokenBarrier].
func (b *Barrier) Reset() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.end(true)
	b.broken = false
}

// Broken says whether the barrier is broken.
func (b *Barrier) Broken() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.broken
}

// Waiting is the number of parties that wait now, Parties that of all.
func (b *Barrier) Waiting() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.arrived
}

// Parties is the number of goroutines that must arrive.
func (b *Barrier) Parties() int { return max(b.parties, 1) }
