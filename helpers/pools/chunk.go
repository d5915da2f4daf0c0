package pools

import (
	"slices"
	"sync/atomic"
	"time"
)

// chunk is a few neighbouring items with their results. From dispatch until it comes back through ready it belongs to
// whoever takes it: one worker, or the caller.
type chunk[T, R any] struct {
	of       *mapping[T, R]
	in       []T
	out      []R
	errs     []error // empty, or one for each item
	reached  int     // items computed: fewer than in when the context ended
	took     time.Duration
	state    atomic.Int32
	computed bool // the caller has it back
	stale    bool // the caller took it, and its task is still in the pool's queue: not to be used again
}

const (
	idle int32 = iota
	queued
	taken
)

func (c *chunk[T, R]) take() bool { return c.state.CompareAndSwap(queued, taken) }

func (c *chunk[T, R]) fail(i int, err error) {
	if len(c.errs) == 0 {
		c.errs = append(c.errs[:0], make([]error, len(c.in))...)
	}
	c.errs[i] = err
}

// fresh gives a chunk with places for as many items as the next one should have, a used one if there is one.
func (m *mapping[T, R]) fresh() *chunk[T, R] {
	var c *chunk[T, R]
	if n := len(m.spare); n > 0 {
		c = m.spare[n-1]
		m.spare = m.spare[:n-1]
	} else {
		c = &chunk[T, R]{of: m}
	}
	c.in = slices.Grow(c.in[:0], m.length)[:m.length]
	return c
}

// recycle empties a chunk whose results were yielded; what they refer to can then be collected.
func (m *mapping[T, R]) recycle(c *chunk[T, R]) {
	if c.stale {
		return
	}
	clear(c.in)
	clear(c.out)
	clear(c.errs)
	c.in, c.errs = c.in[:0], c.errs[:0]
	c.reached, c.took, c.computed = 0, 0, false
	c.state.Store(idle)
	m.spare = append(m.spare, c)
}
