package threads

import (
	"context"
	"errors"
	"sync"
)

// live lists the threads that run now.
var live registry

// registry is a list linked through the threads themselves, so that entering and leaving allocates nothing.
type registry struct {
	mu   sync.Mutex // guards all fields and the links of every listed core
	head *core
	size int
}

func (r *registry) add(c *core) {
	r.mu.Lock()
	c.next = r.head
	if r.head != nil {
		r.head.prev = c
	}
	r.head = c
	r.size++
	r.mu.Unlock()
}

func (r *registry) remove(c *core) {
	r.mu.Lock()
	if c.prev != nil {
		c.prev.next = c.next
	} else {
		r.head = c.next
	}
	if c.next != nil {
		c.next.prev = c.prev
	}
	c.prev, c.next = nil, nil
	r.size--
	r.mu.Unlock()
}

// Info describes a running thread.
type Info struct {
	Name     string
	Daemon   bool
	ThreadID int // the operating system's number, 0 for an ordinary goroutine
}

// Live lists the threads of this package that run now, newest first (Python's enumerate). It takes the
// registry's lock and costs one allocation.
func Live() []Info {
	live.mu.Lock()
	defer live.mu.Unlock()
	out := make([]Info, 0, live.size)
	for c := live.head; c != nil; c = c.next {
		out = append(out, Info{Name: c.name, Daemon: c.daemon, ThreadID: c.ThreadID()})
	}
	return out
}

// Wait waits until every thread that is not a daemon has ended, including those started while it waits. It
// returns the errors of the threads it waited for, joined, or the cause of ctx's end. Threads that ended before
// the call are not looked at: their errors belong to Join.
func Wait(ctx context.Context) error {
	var errs []error
	for {
		running := live.toWaitFor()
		if len(running) == 0 {
			return errors.Join(errs...)
		}
		for _, c := range running {
			select {
			case <-c.over.done():
				errs = append(errs, c.err)
			case <-ctx.Done():
				return errors.Join(append(errs, context.Cause(ctx))...)
			}
		}
	}
}

func (r *registry) toWaitFor() (out []*core) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for c := r.head; c != nil; c = c.next {
		if !c.daemon {
			out = append(out, c)
		}
	}
	return out
}
