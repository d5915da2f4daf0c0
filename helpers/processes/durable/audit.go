package durable

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// After the death of a cluster's leader the consumer of the results may stay
// silent for ever (seen in 2 of 12 runs on a busy machine, nats.go 1.55), and a
// task may be lost that a leader said it had and did not copy in time. The audit
// finds both: when no result has come for a while, it asks the streams.

// auditEvery is how long the results are silent before the first audit; the
// pause doubles while audits find nothing, up to auditMost.
const (
	auditEvery = 3 * time.Second
	auditMost  = time.Minute
)

func (e *engine) audit() {
	var seen int
	pause := auditEvery
	for {
		select {
		case <-time.After(pause):
		case <-e.ctx.Done():
			return
		}
		e.mu.Lock()
		results, waiting := e.results, len(e.pending)
		e.mu.Unlock()
		if waiting == 0 || results != seen {
			seen, pause = results, auditEvery
			continue
		}
		if e.mend() {
			pause = auditEvery
		} else {
			pause = min(2*pause, auditMost)
		}
	}
}

// mend listens anew if there are results that were not delivered; else it
// publishes the tasks that are lost again. It reports whether to look again soon.
func (e *engine) mend() (soon bool) {
	ctx, cancel := context.WithTimeout(e.ctx, auditEvery)
	defer cancel()
	tasks, err := e.link.js.Stream(ctx, tasksStream(e.job))
	if err != nil {
		return true // the server is away, or has no leader yet
	}
	results, err := e.link.js.Stream(ctx, resultsStream(e.job))
	if err != nil {
		return true
	}
	e.mu.Lock()
	last := e.last
	ids := slices.Sorted(maps.Keys(e.pending))
	e.mu.Unlock()
	if results.CachedInfo().State.LastSeq > last {
		e.inbox.Stop()
		e.consume(ctx, results) // if it fails, the next audit tries again
		return true
	}
	for _, id := range ids {
		// In this order: a task is taken away only when its result is there.
		_, err := tasks.GetLastMsgForSubject(ctx, tasksSubject(e.job, id))
		if !errors.Is(err, jetstream.ErrMsgNotFound) {
			continue
		}
		_, err = results.GetLastMsgForSubject(ctx, resultsSubject(e.job, id))
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			e.republish(id)
			soon = true
		}
	}
	return soon
}

// republish sends a task again. If it was there after all, the server refuses it
// or, later, its second result.
func (e *engine) republish(id string) {
	e.mu.Lock()
	c := e.pending[id]
	e.mu.Unlock()
	if c != nil {
		e.out.send(&nats.Msg{Subject: tasksSubject(e.job, id), Data: encodeTask(c)}, func(error) {}) // the next audit sees to it
	}
}
