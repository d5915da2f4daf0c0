package syncs

import (
	"context"
	"errors"
	"sync"
)

// ErrOverRelease is the error of a Release without an Acquire.
var ErrOverRelease = errors.New("the semaphore was released more often than it was acquired")

// Semaphore holds a number of permits: Acquire takes one and waits while there is none, Release brings one. Whoever
// waits longest is served first. A zero Semaphore has no permit until one is released. It is golang.org/x/sync/semaphore with
// weight one, and with the freedom to release what was not acquired, which makes it a signal between goroutines.
type Semaphore struct {
	mu   sync.Mutex // guards all below
	free int
	line line
}

// NewSemaphore makes a semaphore with n permits; it panics if n is negative.
func NewSemaphore(n int) *Semaphore {
	if n < 0 {
		panic("syncs.NewSemaphore: the number of permits is negative")
	}
	return &Semaphore{free: n}
}

// Acquire takes a permit, waiting for one if need be. If ctx ends first it returns the cause and has taken nothing.
func (s *Semaphore) Acquire(ctx context.Context) error {
	s.mu.Lock()
	if s.free > 0 {
		s.free--
		s.mu.Unlock()
		return nil
	}
	p := s.line.join()
	s.mu.Unlock()
	select {
	case <-p.called: // Release handed its permit over
		return nil
	case <-ctx.Done():
		s.mu.Lock()
		defer s.mu.Unlock()
		if !s.line.leave(p) {
			return nil // called just now
		}
		return context.Cause(ctx)
	}
}

// TryAcquire takes a permit if there is one.
func (s *Semaphore) TryAcquire() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.free == 0 {
		return false
	}
	s.free--
	return true
}

// Release brings a permit, to the goroutine that waits longest if one waits.
func (s *Semaphore) Release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.releaseLocked()
}

func (s *Semaphore) releaseLocked() {
	if !s.line.call() {
		s.free++
	}
}

// Free is the number of permits nobody has now.
func (s *Semaphore) Free() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.free
}

// BoundedSemaphore is a [Semaphore] that finds a Release too many: in code where every permit is given back once, that is a bug.
type BoundedSemaphore struct {
	s     Semaphore
	bound int
}

// NewBoundedSemaphore makes a semaphore with n permits and never more; it panics if n is negative.
func NewBoundedSemaphore(n int) *BoundedSemaphore {
	b := &BoundedSemaphore{bound: n}
	b.s.free = NewSemaphore(n).free
	return b
}

// Acquire is [Semaphore.Acquire].
func (b *BoundedSemaphore) Acquire(ctx context.Context) error { return b.s.Acquire(ctx) }

// TryAcquire is [Semaphore.TryAcquire].
func (b *BoundedSemaphore) TryAcquire() bool { return b.s.TryAcquire() }

// Free is [Semaphore.Free].
func (b *BoundedSemaphore) Free() int { return b.s.Free() }

// Release gives a permit back, or fails with [ErrOverRelease] and changes nothing.
func (b *BoundedSemaphore) Release() error {
	b.s.mu.Lock()
	defer b.s.mu.Unlock()
	if b.s.free >= b.bound {
		return ErrOverRelease
	}
	b.s.releaseLocked()
	return nil
}
