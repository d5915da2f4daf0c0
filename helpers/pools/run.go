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

// run is one task on a worker, from begin to end.
type run struct {
	pool    *Pool
	outcome outcome
	lane    int
	name    string
	start   time.Duration
}

// work is what pond runs, once for each task: it takes the oldest from the queue and runs it.
func (p *Pool) work() {
	e := p.queue.take()
	r := run{pool: p, name: e.name}
	if p.set.log != nil {
		r.lane, r.start = p.lanes.take(), p.set.log.Now()
	}
	defer r.end()
	r.outcome = e.job.run(p)
}

// end is deferred. It keeps a panic from ending the program and counts; a Goexit goes on, and pond starts
// another worker for the one it ends.
func (r *run) end() {
	p := r.pool
	if r.outcome == goexited {
		if v := recover(); v != nil {
			r.outcome = panicked
			p.report(threads.NewPanicError(v))
		}
	}
	if log := p.set.log; log != nil {
		log.Add(threads.Span{Name: r.name, Worker: laneName(r.lane), Start: r.start, End: log.Now()})
		p.lanes.give(r.lane)
	}
	p.finish(r.outcome)
}
