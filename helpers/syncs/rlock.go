package syncs

import (
	"context"
	"errors"
	"sync"
)

var (
	// ErrNotOwner is the error of an Unlock by someone who does not hold the lock.
	ErrNotOwner = errors.New("the lock is not held by this owner")
	// ErrNoOwner is the error of a Lock with a nil owner.
	ErrNoOwner = errors.New("the owner is nil: make one with NewOwner")
)

// Owner is a token that stands for whoever may hold an [RLock]: a goroutine, a request, a chain of calls. Go has
// no identity of goroutines, so the token is passed on as an argument.
type Owner struct{ name string }

// NewOwner makes a token; the name is for messages.
func NewOwner(name string) *Owner { return &Owner{name: name} }

// String is the name.
func (o *Owner) String() string { return o.name }

// RLock is a lock its owner may lock again: it is free when it was unlocked as often. The zero RLock is free. Who
// waits longest gets it first.
//
// Go's own mutex refuses this on purpose (golang/go#33584): a function that may be entered with the lock held or
// not can't rely on what the lock protects. The usual Go way is to split it: foo locks and calls fooLocked.
type RLock struct {
	mu    sync.Mutex // guards all below
	owner *Owner
	depth int
	line  line
}

// Lock takes the lock, at once if owner has it already, else waiting for it. If ctx ends first it returns the
// cause and nothing has changed.
func (l *RLock) Lock(ctx context.Context, owner *Owner) error {
	if owner == nil {
		return ErrNoOwner
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.owner != nil && l.owner != owner {
		if err := l.waitLocked(ctx); err != nil {
			return err
		}
	}
	l.owner = owner
	l.depth++
	return nil
}

// waitLocked waits until it is called. If ctx ended as well, it passes the call on.
func (l *RLock) waitLocked(ctx context.Context) error {
	p := l.line.join()
	l.mu.Unlock()
	select {
	case <-p.called:
	case <-ctx.Done():
	}
	l.mu.Lock()
	if ctx.Err() == nil {
		return nil
	}
	if !l.line.leave(p) && l.owner == nil {
		l.line.call()
	}
	return context.Cause(ctx)
}

// TryLock takes the lock if it is free or owner's already.
func (l *RLock) TryLock(owner *Owner) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if owner == nil || l.owner != nil && l.owner != owner {
		return false
	}
	l.owner = owner
	l.depth++
	return true
}

// Unlock undoes one Lock of the owner, or fails with [ErrNotOwner].
func (l *RLock) Unlock(owner *Owner) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if owner == nil || l.owner != owner {
		return ErrNotOwner
	}
	l.depth--
	if l.depth == 0 {
		l.owner = nil
		l.line.call()
	}
	return nil
}

// Depth is how often owner has locked and not unlocked it: 0 if it is not the owner.
func (l *RLock) Depth(owner *Owner) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if owner == nil || l.owner != owner {
		return 0
	}
	return l.depth
}
