// Package post carries messages between processes of one user on one machine:
// boxes of messages that live in one process and are reached from others through
// a socket that nobody else can use.
package post

import (
	"context"
	"errors"
	"sync"
)

// ErrClosed is the error of putting into a closed box, and of taking from one
// that is closed and empty.
var ErrClosed = errors.New("it is closed")

// A Box is a queue of messages. Its methods are safe for concurrent use.
type Box struct {
	mu         sync.Mutex
	changed    chan struct{} // closed at the next change; guarded by mu
	items      [][]byte      // guarded by mu
	limit      int           // 0 for none
	closed     bool          // guarded by mu
	unfinished int           // put and not yet Finish-ed; guarded by mu
}

// NewBox makes a box for limit messages; 0 means any number.
func NewBox(limit int) *Box {
	return &Box{limit: limit, changed: make(chan struct{})}
}

// changeLocked wakes all who wait.
func (b *Box) changeLocked() {
	close(b.changed)
	b.changed = make(chan struct{})
}

// wait calls try, with the lock held, until it returns true or ctx ends.
func (b *Box) wait(ctx context.Context, try func() bool) error {
	for {
		b.mu.Lock()
		ok, changed := try(), b.changed
		b.mu.Unlock()
		if ok {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// Put appends a message, when there is room.
func (b *Box) Put(ctx context.Context, m []byte) (err error) {
	waitErr := b.wait(ctx, func() bool {
		switch {
		case b.closed:
			err = ErrClosed
		case b.limit > 0 && len(b.items) >= b.limit:
			return false
		default:
			b.items = append(b.items, m)
			b.unfinished++
			b.changeLocked()
		}
		return true
	})
	return errors.Join(waitErr, err)
}

// Get takes the oldest message, when there is one.
func (b *Box) Get(ctx context.Context) (m []byte, err error) {
	waitErr := b.wait(ctx, func() bool {
		switch {
		case len(b.items) > 0:
			m = b.items[0]
			b.items[0] = nil
			b.items = b.items[1:]
			b.changeLocked()
		case b.closed:
			err = ErrClosed
		default:
			return false
		}
		return true
	})
	return m, errors.Join(waitErr, err)
}

// TryGet takes the oldest message if there is one.
func (b *Box) TryGet() (m []byte, ok bool, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.items) == 0 {
		if b.closed {
			return nil, false, ErrClosed
		}
		return nil, false, nil
	}
	m, b.items = b.items[0], b.items[1:]
	b.changeLocked()
	return m, true, nil
}

// Unget puts a message that was not received back to the front.
func (b *Box) Unget(m []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.items = append([][]byte{m}, b.items...)
	b.changeLocked()
}

// Finish says that n messages taken have been dealt with; false if fewer are open.
func (b *Box) Finish(n int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if n > b.unfinished {
		return false
	}
	b.unfinished -= n
	b.changeLocked()
	return true
}

// Join waits until all messages put have been dealt with.
func (b *Box) Join(ctx context.Context) error {
	return b.wait(ctx, func() bool { return b.unfinished == 0 })
}

// Len is the number of messages that wait.
func (b *Box) Len() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.items)
}

// Close lets no more messages in. Those inside can be taken.
func (b *Box) Close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.closed {
		b.closed = true
		b.changeLocked()
	}
}
