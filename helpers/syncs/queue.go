package syncs

import (
	"context"
	"errors"
	"iter"
	"sync"
)

var (
	// ErrFull is the error of TryPut on a full queue.
	ErrFull = errors.New("the queue is full")
	// ErrEmpty is the error of TryGet on an empty queue.
	ErrEmpty = errors.New("the queue is empty")
	// ErrShutdown is the error of Put after Shutdown, and of Get when nothing is left.
	ErrShutdown = errors.New("the queue is shut down")
	// ErrTooManyDone is the error of a TaskDone without an item.
	ErrTooManyDone = errors.New("TaskDone was called more often than there were items")
)

// Queue passes items between goroutines, with a size, a join and a shutdown. A zero Queue is first in, first out,
// and has no size; [NewQueue], [NewLIFO] and [NewPriority] make the others. All methods may be called concurrently.
// A Put or Get that need not wait costs one lock and, but for the priority queue, no allocation.
type Queue[T any] struct {
	mu         sync.Mutex // guards all below
	items      store[T]
	size       int // 0: no limit
	getters    line
	putters    line
	unfinished int           // items put and not done
	joined     chan struct{} // closed when unfinished becomes 0; nil until somebody waits
	closed     bool
}

// NewQueue makes a queue: first in, first out. Put waits while size items are in it; size 0 or less is no limit.
func NewQueue[T any](size int) *Queue[T] {
	return &Queue[T]{size: max(size, 0), items: &fifo[T]{}}
}

// NewLIFO makes a stack: last in, first out.
func NewLIFO[T any](size int) *Queue[T] {
	return &Queue[T]{size: max(size, 0), items: &lifo[T]{}}
}

// NewPriority makes a queue that gives the least item first, by compare (negative if a comes before b, as
// cmp.Compare); of equals the one that was put first. A Put or Get costs O(log n) and one allocation.
func NewPriority[T any](size int, compare func(a, b T) int) *Queue[T] {
	return &Queue[T]{size: max(size, 0), items: &priority[T]{compare: compare}}
}

func (q *Queue[T]) storeLocked() store[T] {
	if q.items == nil {
		q.items = &fifo[T]{}
	}
	return q.items
}

func (q *Queue[T]) fullLocked() bool { return q.size > 0 && q.storeLocked().len() >= q.size }

// Put puts an item in and waits while the queue is full. It fails with [ErrShutdown], or the cause of ctx's end.
func (q *Queue[T]) Put(ctx context.Context, item T) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.fullLocked() && !q.closed {
		if err := q.waitLocked(ctx, &q.putters); err != nil {
			return err
		}
	}
	return q.putLocked(item)
}

// TryPut puts an item in, or fails with [ErrFull] or [ErrShutdown]. It never waits.
func (q *Queue[T]) TryPut(item T) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.fullLocked() && !q.closed {
		return ErrFull
	}
	return q.putLocked(item)
}

func (q *Queue[T]) putLocked(item T) error {
	if q.closed {
		return ErrShutdown
	}
	q.storeLocked().push(item)
	q.unfinished++
	q.getters.call()
	return nil
}

// Get takes the next item out and waits while there is none. It fails with [ErrShutdown] when the queue is shut down and empty,
// or with the cause of ctx's end.
func (q *Queue[T]) Get(ctx context.Context) (T, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.storeLocked().len() == 0 && !q.closed {
		if err := q.waitLocked(ctx, &q.getters); err != nil {
			var zero T
			return zero, err
		}
	}
	return q.getLocked(ErrShutdown)
}

// TryGet takes the next item out, or fails with [ErrEmpty] or [ErrShutdown]. It never waits.
func (q *Queue[T]) TryGet() (T, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return q.getLocked(ErrShutdown)
	}
	return q.getLocked(ErrEmpty)
}

func (q *Queue[T]) getLocked(none error) (item T, err error) {
	if q.storeLocked().len() == 0 {
		return item, none
	}
	item = q.items.pop()
	q.putters.call()
	return item, nil
}

// waitLocked waits in a line until called. When ctx has ended too, it passes the call on to the next.
func (q *Queue[T]) waitLocked(ctx context.Context, l *line) error {
	p := l.join()
	q.mu.Unlock()
	select {
	case <-p.called:
	case <-ctx.Done():
	}
	q.mu.Lock()
	if ctx.Err() == nil {
		return nil
	}
	if !l.leave(p) {
		l.call()
	}
	return context.Cause(ctx)
}

// TaskDone says that an item that was taken out is dealt with, for Join. It fails with [ErrTooManyDone].
func (q *Queue[T]) TaskDone() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.unfinished == 0 {
		return ErrTooManyDone
	}
	q.doneLocked(1)
	return nil
}

func (q *Queue[T]) doneLocked(n int) {
	q.unfinished -= n
	if q.unfinished == 0 && q.joined != nil {
		close(q.joined)
		q.joined = nil
	}
}

// Join waits until TaskDone was called for every item that was put, or returns the cause of ctx's end.
func (q *Queue[T]) Join(ctx context.Context) error {
	q.mu.Lock()
	if q.unfinished == 0 {
		q.mu.Unlock()
		return nil
	}
	if q.joined == nil {
		q.joined = make(chan struct{})
	}
	joined := q.joined
	q.mu.Unlock()
	select {
	case <-joined:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Shutdown closes the queue: Put fails at once, Get gives what is left and then fails. With immediate what is left
// is thrown away and counts as done. It may be called again.
func (q *Queue[T]) Shutdown(immediate bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	if immediate {
		thrown := q.storeLocked().len()
		for range thrown {
			q.items.pop()
		}
		q.doneLocked(thrown)
	}
	q.getters.callAll()
	q.putters.callAll()
}

// All yields items until the queue is shut down and empty, or ctx ends; after each turn of the loop, also the
// one that leaves it, it calls TaskDone. Several goroutines may range over All of one queue.
func (q *Queue[T]) All(ctx context.Context) iter.Seq[T] {
	return func(yield func(T) bool) {
		for {
			item, err := q.Get(ctx)
			if err != nil || !q.turn(item, yield) {
				return
			}
		}
	}
}

func (q *Queue[T]) turn(item T, yield func(T) bool) bool {
	defer q.TaskDone()
	return yield(item)
}

// Len is the number of items in the queue now.
func (q *Queue[T]) Len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.storeLocked().len()
}

// Cap is the size the queue was made with, 0 if it has none.
func (q *Queue[T]) Cap() int { return q.size }
