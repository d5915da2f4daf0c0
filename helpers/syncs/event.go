package syncs

import (
	"context"
	"sync"
)

// Event is a flag that goroutines can wait for, and that can be taken back. The zero Event is not set. All methods may
// be called concurrently.
type Event struct {
	mu  sync.Mutex // guards set and ch
	set bool
	ch  chan struct{} // closed when set; nil until somebody asks
}

// Set sets the event and wakes all who wait.
func (e *Event) Set() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.set {
		return
	}
	e.set = true
	if e.ch != nil {
		close(e.ch)
	}
}

// Clear takes the event back: Wait waits again. Those who were woken stay awake.
func (e *Event) Clear() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.set {
		e.set, e.ch = false, nil
	}
}

// IsSet says whether the event is set now.
func (e *Event) IsSet() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.set
}

// Done is closed when the event is set, for select. After a Clear ask for it again.
func (e *Event) Done() <-chan struct{} {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.ch == nil {
		e.ch = make(chan struct{})
		if e.set {
			close(e.ch)
		}
	}
	return e.ch
}

// Wait waits until the event is set, or returns the cause of ctx's end.
func (e *Event) Wait(ctx context.Context) error {
	if e.IsSet() {
		return nil
	}
	select {
	case <-e.Done():
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
