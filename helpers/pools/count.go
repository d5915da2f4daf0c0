package pools

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"songsong/helpers/threads"
)

// Metrics are a pool's numbers at one moment. They are read one after the other, so while tasks run they may be apart by a few.
type Metrics struct {
	Workers   int    // how many tasks run at once at most
	Running   int    // workers that exist now
	Queued    int    // tasks that wait
	Succeeded uint64 // tasks that returned without error
	Failed    uint64 // tasks whose function returned an error or called runtime.Goexit
	Panicked  uint64 // tasks that panicked
	Cancelled uint64 // tasks that were cancelled before or while they ran
}

// Completed is the number of tasks that are over, however they ended.
func (m Metrics) Completed() uint64 { return m.Succeeded + m.Failed + m.Panicked + m.Cancelled }

// Metrics reads the pool's numbers. The chunks of a Map count as one task each.
func (p *Pool) Metrics() Metrics {
	p.ready()
	over := &p.over
	waiting, busy, workers := p.queue.state()
	return Metrics{
		Workers:   workers,
		Running:   busy,
		Queued:    waiting,
		Succeeded: uint64(over[succeeded].Load()),
		Failed:    uint64(over[failed].Load()) + uint64(over[goexited].Load()),
		Panicked:  uint64(over[panicked].Load()),
		Cancelled: uint64(over[cancelled].Load()),
	}
}

// idleness tells those who wait that no task is left.
type idleness struct {
	waiting atomic.Int64
	mu      sync.Mutex    // guards ch
	ch      chan struct{} // closed and replaced when nothing is left
}

// finish counts a task that is over.
func (p *Pool) finish(o outcome) {
	p.over[o].Add(1)
	i := &p.idle
	if i.waiting.Load() == 0 || p.unfinished() > 0 {
		return
	}
	i.mu.Lock()
	if i.ch != nil {
		close(i.ch)
		i.ch = nil
	}
	i.mu.Unlock()
}

// unfinished is the number of tasks queued or running. Outcomes are read first, so it is never too small.
func (p *Pool) unfinished() int64 {
	over := p.over.total()
	return p.queue.total() - over
}

func (i *idleness) next() <-chan struct{} {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.ch == nil {
		i.ch = make(chan struct{})
	}
	return i.ch
}

// Wait waits until no task is queued or running. The pool stays open. It returns the cause of ctx's end if that
// comes first. A task that waits for its own pool waits for itself.
func (p *Pool) Wait(ctx context.Context) error {
	p.ready()
	p.idle.waiting.Add(1)
	defer p.idle.waiting.Add(-1)
	for {
		idle := p.idle.next() // before the last look, so that what happens after it is not missed
		if p.unfinished() == 0 {
			return nil
		}
		select {
		case <-idle:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// maxLost is how many panics of fire-and-forget tasks a pool keeps.
const maxLost = 16

// lostErrors keeps what nobody waits for.
type lostErrors struct {
	mu   sync.Mutex
	errs []error
	more int
}

func (p *Pool) report(e *threads.PanicError) {
	if p.set.onPanic != nil {
		p.set.onPanic(e)
		return
	}
	l := &p.lost
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.errs) < maxLost {
		l.errs = append(l.errs, e)
	} else {
		l.more++
	}
}

// take returns the kept errors, joined, and forgets them.
func (l *lostErrors) take() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	errs := l.errs
	if l.more > 0 {
		errs = append(errs, fmt.Errorf("and %d more panics", l.more))
	}
	l.errs, l.more = nil, 0
	return errors.Join(errs...)
}
