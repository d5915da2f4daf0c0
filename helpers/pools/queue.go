package pools

import (
	"context"
	"sync"
)

// entry is a task in the queue, with its name for the timeline.
type entry struct {
	job  job
	name string
}

// job is what a worker runs: a plain function, a task with a future, a chunk of a Map, a worker of a MapSlice. How it
// ended is for the pool's counters. All of them fit into the interface without an allocation.
type job interface{ run(p *Pool) outcome }

// queue holds the tasks that wait. pond is given one run of Pool.work for each, and that run takes the oldest: so a task
// needs no closure of its own, which would cost more than all the rest. Producers that find the queue full wait, and are let in
// together when it is half empty: one switch of goroutines for many tasks, not one for each.
type queue struct {
	limit   int        // below 0: none
	mu      sync.Mutex // guards all below
	ring    []entry
	first   int
	count   int
	entered int64 // tasks ever put in
	closed  bool
	room    chan struct{} // closed when the queue is half empty; nil if nobody waits
}

// put adds a task if there is room (or by force). If not, full is closed when it is worth to try again.
func (q *queue) put(e entry, force bool) (full <-chan struct{}, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return nil, ErrClosed
	}
	if q.limit >= 0 && q.count >= q.limit && !force {
		if q.room == nil {
			q.room = make(chan struct{})
		}
		return q.room, ErrQueueFull
	}
	if q.count == len(q.ring) {
		q.growLocked()
	}
	q.ring[(q.first+q.count)&(len(q.ring)-1)] = e
	q.count++
	q.entered++
	return nil, nil
}

// growLocked doubles the ring; its length is a power of two.
func (q *queue) growLocked() {
	grown := make([]entry, max(64, 2*len(q.ring)))
	n := copy(grown, q.ring[q.first:])
	copy(grown[n:], q.ring[:q.first])
	q.ring, q.first = grown, 0
}

// take removes the oldest task; there is one for every run of Pool.work.
func (q *queue) take() entry {
	q.mu.Lock()
	defer q.mu.Unlock()
	e := q.ring[q.first]
	q.ring[q.first] = entry{}
	q.first = (q.first + 1) & (len(q.ring) - 1)
	q.count--
	if q.room != nil && q.count <= q.limit/2 {
		q.openLocked()
	}
	return e
}

func (q *queue) openLocked() {
	if q.room != nil {
		close(q.room)
		q.room = nil
	}
}

func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.openLocked()
}

func (q *queue) len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.count
}

func (q *queue) total() int64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.entered
}

// submit puts a task into the queue, waiting for room, and gives pond a run of work. A task of the pool itself is never made to
// wait: it could wait for itself.
func (p *Pool) submit(ctx context.Context, e entry) error {
	full, err := p.queue.put(e, false)
	for full != nil {
		switch {
		case p.inside(ctx):
			return p.force(e)
		case p.set.nonBlocking:
			return ErrQueueFull
		}
		select {
		case <-full:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		full, err = p.queue.put(e, false)
	}
	if err == nil {
		p.start()
	}
	return err
}

// force is submit into a full queue too.
func (p *Pool) force(e entry) error {
	if _, err := p.queue.put(e, true); err != nil {
		return err
	}
	p.start()
	return nil
}

// start has pond run work once. pond's pool has no limit to its queue and is never stopped, so it can't refuse.
func (p *Pool) start() {
	if err := p.pond.Go(p.step); err != nil {
		panic("pools: pond refused a run: " + err.Error())
	}
}
