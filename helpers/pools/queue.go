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

// queue holds the tasks that wait, and knows how many workers take them. A worker goes from task to task until none is left, so
// a task costs two visits here and no goroutine, closure or visit to pond. Producers that find the queue full wait, and are let in
// together when it is half empty: one switch of goroutines for many tasks, not one for each.
type queue struct {
	limit   int        // below 0: none
	mu      sync.Mutex // guards all below
	workers int        // how many may take tasks
	busy    int        // how many do, or are about to
	ring    []entry
	first   int
	count   int
	entered int64 // tasks ever put in
	closed  bool
	room    chan struct{} // closed when the queue is half empty; nil if nobody waits
}

// put adds a task if there is room (or by force), and says whether a worker must be hired for it. If not, full is closed
// when it is worth to try again.
func (q *queue) put(e entry, force bool) (hire bool, full <-chan struct{}, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return false, nil, ErrClosed
	}
	if q.limit >= 0 && q.count >= q.limit && !force {
		if q.room == nil {
			q.room = make(chan struct{})
		}
		return false, q.room, ErrQueueFull
	}
	if q.count == len(q.ring) {
		q.growLocked()
	}
	q.ring[(q.first+q.count)&(len(q.ring)-1)] = e
	q.count++
	q.entered++
	return q.hireLocked(), nil, nil
}

// hireLocked says whether one more worker may take tasks, and counts it.
func (q *queue) hireLocked() bool {
	if q.busy >= q.workers {
		return false
	}
	q.busy++
	return true
}

// resize sets how many workers may take tasks, here and in pond, and says how many must be hired at once. Surplus ones end
// after their task.
func (q *queue) resize(workers int, pond func(int)) (hire int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.workers = workers
	pond(workers)
	for hire < q.count && q.hireLocked() {
		hire++
	}
	return hire
}

// leave is take for a worker whose goroutine ends in the middle of its work. It says whether another must be hired.
func (q *queue) leave() (hire bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.busy--
	return q.count > 0 && q.hireLocked()
}

// growLocked doubles the ring; its length is a power of two.
func (q *queue) growLocked() {
	grown := make([]entry, max(64, 2*len(q.ring)))
	n := copy(grown, q.ring[q.first:])
	copy(grown[n:], q.ring[:q.first])
	q.ring, q.first = grown, 0
}

// take removes the oldest task. It is false if the worker that asks is to end: no task is left, or there are more workers than
// there should be.
func (q *queue) take() (e entry, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.count == 0 || q.busy > q.workers {
		q.busy--
		return e, false
	}
	e = q.ring[q.first]
	q.ring[q.first] = entry{}
	q.first = (q.first + 1) & (len(q.ring) - 1)
	q.count--
	if q.room != nil && q.count <= q.limit/2 {
		q.openLocked()
	}
	return e, true
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

// state is how many tasks wait, how many workers there are, and how many there may be.
func (q *queue) state() (waiting, busy, workers int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.count, q.busy, q.workers
}

func (q *queue) total() int64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.entered
}

// submit puts a task into the queue, waiting for room, and hires a worker if there are too few. A task of the pool itself is
// never made to wait: it could wait for itself.
func (p *Pool) submit(ctx context.Context, e entry) error {
	hire, full, err := p.queue.put(e, false)
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
		hire, full, err = p.queue.put(e, false)
	}
	if hire {
		p.hire()
	}
	return err
}

// force is submit into a full queue too.
func (p *Pool) force(e entry) error {
	hire, _, err := p.queue.put(e, true)
	if hire {
		p.hire()
	}
	return err
}

// hire has pond run one worker. pond's pool has no limit to its queue and is never stopped, so it can't refuse.
func (p *Pool) hire() {
	if err := p.pond.Go(p.step); err != nil {
		panic("pools: pond refused a worker: " + err.Error())
	}
}
