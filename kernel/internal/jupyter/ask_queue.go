package jupyter

import (
	"sync"
	"time"
)

// maxAsks is how many questions (complete, inspect …) may wait for an answer.
const maxAsks = 256

// staleTime is how long a question may wait before one of the same kind by the
// same client makes it stale: who types on has no use for the earlier answer.
const staleTime = 500 * time.Millisecond

// An askQueue holds the questions that wait.
type askQueue struct {
	mu     sync.Mutex
	cond   sync.Cond
	asks   []asked
	closed bool
}

type asked struct {
	*request
	at time.Time
}

func newAskQueue() *askQueue {
	q := &askQueue{}
	q.cond.L = &q.mu
	return q
}

// push adds a question, unless too many wait.
func (q *askQueue) push(r *request) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed || len(q.asks) >= maxAsks {
		return false
	}
	q.asks = append(q.asks, asked{r, time.Now()})
	q.cond.Signal()
	return true
}

// pop returns the next question and whether it is stale; false when the queue
// was closed.
func (q *askQueue) pop() (r *request, stale, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.asks) == 0 && !q.closed {
		q.cond.Wait()
	}
	if q.closed {
		return nil, false, false
	}
	next := q.asks[0]
	q.asks[0] = asked{}
	q.asks = q.asks[1:]
	return next.request, time.Since(next.at) > staleTime && q.againLocked(next.request), true
}

// againLocked tells whether the client of r asks the same kind of thing later on.
func (q *askQueue) againLocked(r *request) bool {
	for _, a := range q.asks {
		if a.Header.MsgType == r.Header.MsgType && a.Header.Session == r.Header.Session {
			return true
		}
	}
	return false
}

func (q *askQueue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed, q.asks = true, nil
	q.cond.Broadcast()
}
