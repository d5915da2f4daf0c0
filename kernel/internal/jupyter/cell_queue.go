package jupyter

import (
	"sync"
	"time"
)

// maxCells is how many cells may wait.
const maxCells = 10_000

// straggle is how long after an error a cell is still aborted if it was sent
// before the error was reported. «Run All» sends every cell at once, and the
// first may fail before the last has arrived.
const straggle = 250 * time.Millisecond

// A cellQueue holds the cells that wait to run.
type cellQueue struct {
	mu     sync.Mutex
	cond   sync.Cond
	cells  []queued
	closed bool

	failed  time.Time // when the last error that stops was reported
	session string    // of the client whose cell it was
}

type queued struct {
	*request
	aborted bool
}

func newCellQueue() *cellQueue {
	q := &cellQueue{}
	q.cond.L = &q.mu
	return q
}

// push adds a cell, unless too many wait.
func (q *cellQueue) push(r *request) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed || len(q.cells) >= maxCells {
		return false
	}
	q.cells = append(q.cells, queued{r, q.straggledLocked(r, time.Now())})
	q.cond.Signal()
	return true
}

// straggledLocked tells whether a cell that arrives now was sent, by the
// client whose cell failed, before it could know of that.
func (q *cellQueue) straggledLocked(r *request, now time.Time) bool {
	if r.Header.Session != q.session || now.Sub(q.failed) > straggle {
		return false
	}
	sent, err := time.Parse(time.RFC3339Nano, r.Header.Date)
	return err == nil && sent.Before(q.failed)
}

// pop returns the next cell and whether it is to be aborted; false when the
// queue was closed.
func (q *cellQueue) pop() (r *request, aborted, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.cells) == 0 && !q.closed {
		q.cond.Wait()
	}
	if q.closed {
		return nil, false, false
	}
	next := q.cells[0]
	q.cells[0] = queued{}
	q.cells = q.cells[1:]
	return next.request, next.aborted, true
}

// abort marks all cells that wait, and those of the session that arrive late.
func (q *cellQueue) abort(session string, now time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for i := range q.cells {
		q.cells[i].aborted = true
	}
	q.failed, q.session = now, session
}

func (q *cellQueue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed, q.cells = true, nil
	q.cond.Broadcast()
}
