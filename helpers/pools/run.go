package pools

import (
	"errors"
	"sync/atomic"
	"time"

	"songsong/helpers/async"
	"songsong/helpers/threads"
)

// outcome is how a task ended, as far as the pool's counters care.
type outcome int8

const (
	goexited outcome = iota // the zero value: what remains when the task did not come back to say more
	panicked
	succeeded
	failed
	cancelled
	kinds // of outcomes
)

// outcomes count tasks by outcome.
type outcomes [kinds]atomic.Int64

func (o *outcomes) total() (sum int64) {
	for i := range o {
		sum += o[i].Load()
	}
	return sum
}

func outcomeOf[T any](f *async.Future[T]) outcome {
	err := f.Err()
	if err == nil {
		return succeeded
	}
	var p *threads.PanicError
	switch {
	case f.Cancelled():
		return cancelled
	case errors.As(err, &p):
		return panicked
	}
	return failed
}

// worker is one goroutine of a pool, from its first task to its last.
type worker struct {
	pool    *Pool
	lane    int
	name    string        // of the task that runs
	outcome outcome       // the same
	start   time.Duration // the same: it is when the task before it ended
	retired bool          // the queue has let it go
}

// work is what pond runs: one worker.
func (p *Pool) work() {
	w := worker{pool: p}
	if p.set.log != nil {
		w.lane, w.start = p.lanes.take(), p.set.log.Now()
	}
	defer w.leave()
	for w.next() {
	}
}

// next runs the oldest task. It is false if there is none for this worker.
func (w *worker) next() (more bool) {
	e, ok := w.pool.queue.take()
	if !ok {
		w.retired = true
		return false
	}
	more = true // after a panic too
	w.outcome, w.name = goexited, e.name
	defer w.end()
	w.outcome = e.job.run(w.pool)
	return more
}

// end is deferred. It keeps a panic from ending the program and counts; a Goexit goes on.
func (w *worker) end() {
	p := w.pool
	if w.outcome == goexited {
		if v := recover(); v != nil {
			w.outcome = panicked
			p.report(threads.NewPanicError(v))
		}
	}
	if log := p.set.log; log != nil {
		end := log.Now()
		log.Add(threads.Span{Name: w.name, Worker: laneName(w.lane), Start: w.start, End: end})
		w.start = end
	}
	p.finish(w.outcome)
}

// leave is deferred. A worker whose task called Goexit has another one go on for it.
func (w *worker) leave() {
	if w.pool.set.log != nil {
		w.pool.lanes.give(w.lane)
	}
	if !w.retired && w.pool.queue.leave() {
		w.pool.hire()
	}
}
