package async

import (
	"context"
	"sync/atomic"
	"time"
)

// The states of a task. asked is a flag beside running: someone wants it to end.
const (
	pending uint32 = iota
	running
	finished
	asked uint32 = 1 << 8
)

// taskContext is the context a task's function gets. It ends with either of two parents, by Cancel, at the task's time limit,
// and when the task is finished. A real context with its channel and its place in the parents is made only
// when the function first asks for Done or a value; for the many tasks that never look it costs nothing.
type taskContext struct {
	parent  context.Context // the submitter's; nil in a future without a function
	also    context.Context // the pool's or group's, or nil
	limit   time.Duration   // 0: none
	state   atomic.Uint32
	derived atomic.Pointer[derivedContext]
}

type derivedContext struct {
	context.Context
	cancel   context.CancelCauseFunc
	stopTime context.CancelFunc
	stopAlso func() bool
}

func (d *derivedContext) end(cause error) {
	d.cancel(cause)
	d.stopTime()
	d.stopAlso()
}

// enter moves from pending to running.
func (c *taskContext) enter() bool { return c.state.CompareAndSwap(pending, running) }

// leave moves from the given state to finished and ends the derived context.
func (c *taskContext) leave(from uint32) bool {
	for {
		now := c.state.Load()
		if now&^asked != from {
			return false
		}
		if c.state.CompareAndSwap(now, finished|now&asked) {
			break
		}
	}
	if d := c.derived.Load(); d != nil {
		d.end(context.Canceled)
	}
	return true
}

// ask ends the context of a running task; false if it runs no more.
func (c *taskContext) ask(cause error) bool {
	if !c.state.CompareAndSwap(running, running|asked) && c.state.Load() != running|asked {
		return false
	}
	if d := c.derived.Load(); d != nil {
		d.cancel(cause)
	}
	return true
}

// derive makes the real context, once.
func (c *taskContext) derive() *derivedContext {
	if d := c.derived.Load(); d != nil {
		return d
	}
	d := &derivedContext{stopTime: func() {}, stopAlso: func() bool { return true }}
	base, cancel := context.WithCancelCause(c.parent)
	d.Context, d.cancel = base, cancel
	if c.limit > 0 {
		d.Context, d.stopTime = context.WithTimeoutCause(base, c.limit, ErrTimeout)
	}
	if c.also != nil && c.also.Done() != nil {
		d.stopAlso = context.AfterFunc(c.also, func() { cancel(context.Cause(c.also)) })
	}
	if !c.derived.CompareAndSwap(nil, d) {
		d.end(context.Canceled)
		return c.derived.Load()
	}
	switch now := c.state.Load(); { // what happened before others could see d
	case now&^asked == finished:
		d.end(context.Canceled)
	case now&asked != 0:
		d.cancel(ErrCancelled)
	}
	return d
}

// Deadline implements context.Context.
func (c *taskContext) Deadline() (time.Time, bool) {
	if d := c.derived.Load(); d != nil {
		return d.Deadline()
	}
	return c.parent.Deadline()
}

// Done implements context.Context.
func (c *taskContext) Done() <-chan struct{} { return c.derive().Done() }

// Err implements context.Context. It costs a few atomic loads.
func (c *taskContext) Err() error {
	if d := c.derived.Load(); d != nil {
		return d.Err()
	}
	if s := c.state.Load(); s&asked != 0 || s == finished {
		return context.Canceled
	}
	if c.also != nil && c.also.Err() != nil {
		return c.also.Err()
	}
	return c.parent.Err()
}

// cause is why the context has ended, nil if it has not.
func (c *taskContext) cause() error {
	if c.also != nil && c.also.Err() != nil {
		return context.Cause(c.also)
	}
	return context.Cause(c.parent)
}

// Value implements context.Context. The derived context is asked, because the context package finds out by a
// value of its own whether it can attach children without a goroutine.
func (c *taskContext) Value(key any) any {
	if v := c.derive().Value(key); v != nil || c.also == nil {
		return v
	}
	return c.also.Value(key)
}
