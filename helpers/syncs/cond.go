package syncs

import (
	"context"
	"sync"
)

// Cond is a condition variable whose Wait ends with a context. A zero Cond has a lock of its own, as Python's
// Condition() has: lock it with Lock and Unlock. To use another lock set L before the first use.
type Cond struct {
	L    sync.Locker
	own  sync.Mutex
	mu   sync.Mutex // guards line
	line line
}

// NewCond makes a condition on a lock.
func NewCond(l sync.Locker) *Cond { return &Cond{L: l} }

func (c *Cond) locker() sync.Locker {
	if c.L != nil {
		return c.L
	}
	return &c.own
}

// Lock locks the condition's lock.
func (c *Cond) Lock() { c.locker().Lock() }

// Unlock unlocks the condition's lock.
func (c *Cond) Unlock() { c.locker().Unlock() }

// Wait unlocks the lock, waits for a Signal or Broadcast, and locks it again before it returns. If ctx ends first
// it returns the cause, with the lock held all the same. Call it with the lock held, in a loop that looks at what is
// waited for, or use [Cond.WaitFor].
func (c *Cond) Wait(ctx context.Context) error {
	c.mu.Lock()
	p := c.line.join()
	c.mu.Unlock()
	c.Unlock()
	defer c.Lock()
	select {
	case <-p.called:
		return nil
	case <-ctx.Done():
		c.mu.Lock()
		defer c.mu.Unlock()
		if !c.line.leave(p) {
			return nil // signalled just now: the signal must not be lost
		}
		return context.Cause(ctx)
	}
}

// WaitFor waits until pred is true; pred is called with the lock held. It returns the cause of ctx's end if that
// comes first.
func (c *Cond) WaitFor(ctx context.Context, pred func() bool) error {
	for !pred() {
		if err := c.Wait(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Signal wakes the goroutine that waits longest, if any. The lock may be held or not.
func (c *Cond) Signal() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.line.call()
}

// Broadcast wakes all who wait.
func (c *Cond) Broadcast() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.line.callAll()
}
