package durable

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"songsong/helpers/processes/internal/crew"
	"songsong/helpers/processes/internal/wire"
)

// A host is one machine's part in a job: it pulls tasks for its crew, which sees
// it as its source, and publishes results.
type host struct {
	link    *link
	job     string
	ackWait time.Duration
	workers int
	name    string
	cons    jetstream.Consumer
	out     *courier
	crew    *crew.Crew // set before the first task is pulled
	onEnd   func(error)

	stop   context.CancelFunc
	ctx    context.Context
	wg     sync.WaitGroup
	cancel *nats.Subscription

	mu     sync.Mutex
	cond   *sync.Cond
	wait   []*crew.Chunk         // pulled, not yet taken; guarded by mu
	held   map[*crew.Chunk]*task // all not acknowledged; guarded by mu
	byID   map[string]*task      // the same; guarded by mu
	over   recent                // tasks with a stored result; guarded by mu
	undone int                   // of held, without a result; guarded by mu
	avg    float64               // ns per message, moving; guarded by mu
	ending bool                  // guarded by mu

	patience time.Duration // until the pool is asked; pull's
}

// A task is one message that a host holds.
type task struct {
	chunk  *crew.Chunk
	id     string
	msg    jetstream.Msg // nil while the stream did not deliver it; guarded by host.mu
	report crew.Report   // of all parts so far; guarded by host.mu
	ended  bool          // its result is being stored; guarded by host.mu
}

// maxDeliver is how many hosts may die with a message before it is set aside.
const maxDeliver = 12

// newHost joins a job; run starts it.
func newHost(l *link, job, name string, workers int, ackWait time.Duration) (*host, error) {
	ctx, stop := context.WithCancel(context.Background())
	h := &host{link: l, job: job, name: name, ackWait: ackWait, workers: workers, ctx: ctx, stop: stop,
		held: map[*crew.Chunk]*task{}, byID: map[string]*task{}, patience: hunger}
	h.cond = sync.NewCond(&h.mu)
	start, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	var err error
	h.cons, err = l.js.CreateOrUpdateConsumer(start, tasksStream(job), jetstream.ConsumerConfig{
		Durable: "workers", AckPolicy: jetstream.AckExplicitPolicy, AckWait: ackWait, MaxAckPending: 20_000, MaxDeliver: -1,
	})
	if err != nil {
		stop()
		return nil, err
	}
	h.out = newCourier(ctx, l)
	return h, nil
}

// run starts the pulling, once the crew is there. onEnd is called when the job is over.
func (h *host) run(c *crew.Crew, onEnd func(error)) error {
	h.crew, h.onEnd = c, onEnd
	var err error
	h.cancel, err = h.link.nc.Subscribe(cancelSubject(h.job), h.canceled)
	if err != nil {
		return err
	}
	h.wg.Go(h.pull)
	h.wg.Go(h.heartbeat)
	return nil
}

// close leaves the job. The crew has ended before, and given back what it held.
func (h *host) close() {
	h.mu.Lock()
	h.ending = true
	wait := h.wait
	h.wait = nil
	h.mu.Unlock()
	for _, c := range wait {
		h.Drop(c)
	}
	if h.cancel != nil {
		h.cancel.Unsubscribe() // the connection may be gone: then so is the subscription
	}
	h.cond.Broadcast()
	h.stop()
	h.wg.Wait()
	h.out.done.Wait()
}

// want is how many messages to ask for, so that two wait for each worker, or more
// if they are so short that the way to the server takes longer.
func (h *host) want() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	for !h.ending {
		limit := 2 * h.workers
		switch {
		case h.avg == 0 || h.avg > float64(5*time.Millisecond):
		case h.avg > float64(500*time.Microsecond):
			limit = 4 * h.workers
		default:
			limit = 128 * h.workers
		}
		if n := limit - h.undone; n > 0 && n >= limit/4 {
			return n
		}
		h.cond.Wait()
	}
	return 0
}

func (h *host) pull() {
	direct := false // the pool hands out the tasks: the stream has no leader
	for {
		n := h.want()
		if n == 0 {
			return
		}
		if direct {
			direct = h.fromPool(n)
			continue
		}
		err := h.fetch(n)
		if gone(err) {
			h.onEnd(err)
			return
		}
		if direct = errors.Is(err, errNoLeader) || err != nil && h.fromPool(n); err != nil && !direct {
			h.pause()
		}
	}
}

// pause waits a little, or until the host leaves.
func (h *host) pause() {
	select {
	case <-time.After(20 * time.Millisecond):
	case <-h.ctx.Done():
	}
}

// fetchWait is how long a server is waited for. One that lost its place as
// leader does not answer.
const fetchWait = 2 * time.Second

var errNoLeader = errors.New("the stream has no leader")

// fetch pulls up to n messages. It ends early at a reconnection, when the server
// has forgotten the request, and with errNoLeader when the pool says so.
func (h *host) fetch(n int) error {
	ctx, cancel := context.WithTimeout(h.ctx, fetchWait)
	back := h.link.whenBack()
	batch, err := h.cons.Fetch(n, jetstream.FetchContext(ctx))
	if err != nil {
		cancel()
		return err
	}
	late := func() { // what comes after all is not lost
		defer cancel()
		for msg := range batch.Messages() {
			h.got(msg)
		}
	}
	hungry := time.NewTimer(h.patience)
	defer hungry.Stop()
	for {
		select {
		case msg, ok := <-batch.Messages():
			if !ok {
				cancel()
				return batch.Error()
			}
			h.patience = hunger
			h.got(msg)
		case <-back:
			h.wg.Go(late)
			return nil
		case <-hungry.C:
			if h.idle() && h.fromPool(n) {
				h.wg.Go(late)
				return errNoLeader
			}
			h.patience = min(2*h.patience, fetchWait)
			hungry.Reset(h.patience)
		}
	}
}

// idle reports whether a worker has nothing to do.
func (h *host) idle() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.undone < h.workers
}

// got takes in a message.
func (h *host) got(msg jetstream.Msg) {
	id := lastWord(msg.Subject())
	h.mu.Lock()
	again, over := h.byID[id], h.over.has(id)
	if again != nil {
		again.msg = msg
	}
	h.mu.Unlock()
	switch {
	case over: // the acknowledgement was lost
		msg.Ack()
		return
	case again != nil:
		return
	}
	chunk, err := decodeTask(msg.Data())
	if err != nil {
		msg.Term() // nobody can ever run it
		return
	}
	h.hold(&task{chunk: chunk, id: id, msg: msg})
}

// hold takes a task to be run, unless it has been.
func (h *host) hold(t *task) {
	times := 0
	if t.msg != nil {
		if meta, err := t.msg.Metadata(); err == nil {
			times = int(meta.NumDelivered) - 1
		}
	}
	h.mu.Lock()
	if h.byID[t.id] != nil || h.over.has(t.id) {
		h.mu.Unlock()
		return
	}
	h.held[t.chunk], h.byID[t.id] = t, t
	h.undone++
	if times < maxDeliver {
		h.wait = append(h.wait, t.chunk)
	}
	h.mu.Unlock()
	if times >= maxDeliver {
		h.setAside(t, times)
		return
	}
	h.crew.Wake()
}

// ids lists what the host holds, or only what has no result yet.
func (h *host) ids(undone bool) (list []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for id, t := range h.byID {
		if !undone || !t.ended {
			list = append(list, id)
		}
	}
	return list
}

// setAside gives every task of a chunk the result "poison".
func (h *host) setAside(t *task, times int) {
	c := t.chunk
	part := wire.Part{N: c.N}
	for i := range c.N {
		part.Failures = append(part.Failures, wire.Failure{Index: i, Kind: wire.FailPoison, Kills: times, Worker: h.name,
			Message: fmt.Sprintf("the loss of its whole host, %d times", times)})
	}
	t.report = crew.Report{Part: part.Append(nil), Worker: h.name, Start: time.Now()}
	h.End(c)
}

// heartbeat tells the server that what is held is being worked on.
func (h *host) heartbeat() {
	tick := time.NewTicker(h.ackWait / 3)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-h.ctx.Done():
			return
		}
		msgs, direct := h.messages()
		for _, m := range msgs {
			m.InProgress() // if the server is away, the next one tells it
		}
		if direct {
			text, _ := json.Marshal(ask{0, h.ids(false)}) // strings and a number
			h.link.nc.Publish(standbySubject(h.job), text)
		}
	}
}

// messages returns those of what is held, and whether some came from the pool.
func (h *host) messages() (list []jetstream.Msg, direct bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, t := range h.held {
		if t.msg == nil {
			direct = true
			continue
		}
		list = append(list, t.msg)
	}
	return list, direct
}

// Take is crew.Source's.
func (h *host) Take(int, int) *crew.Chunk {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.wait) == 0 {
		return nil
	}
	c := h.wait[0]
	h.wait = h.wait[1:]
	return c
}

// Part is crew.Source's: it puts the parts together.
func (h *host) Part(c *crew.Chunk, r crew.Report) {
	h.mu.Lock()
	defer h.mu.Unlock()
	t := h.held[c]
	r.Part = append(t.report.Part, r.Part...)
	r.Elapsed += t.report.Elapsed
	t.report = r
}

// End is crew.Source's: it publishes the result, and acknowledges the task when
// that is stored.
func (h *host) End(c *crew.Chunk) {
	h.mu.Lock()
	t := h.held[c]
	h.avg = (h.avg + float64(t.report.Elapsed) + 1) / 2
	h.undone--
	t.ended = true
	h.mu.Unlock()
	h.cond.Broadcast()
	t.report.Worker = h.name + t.report.Worker
	msg := &nats.Msg{Subject: resultsSubject(h.job, t.id), Data: encodeResult(t.report)}
	if limit := h.link.nc.MaxPayload(); int64(len(msg.Data))+1024 > limit {
		msg.Data = tooLarge(c, t.report, limit)
	}
	h.out.send(msg, func(err error) { h.stored(t, err) })
}

// stored acknowledges a task whose result is stored.
func (h *host) stored(t *task, err error) {
	h.mu.Lock()
	msg := t.msg
	if err == nil {
		h.over.add(t.id)
	}
	h.mu.Unlock()
	if err == nil && msg != nil {
		msg.Ack() // if this is lost, the task comes again and is over
	}
	h.forget(t.chunk)
}

// tooLarge replaces a result that the server does not take by an error.
func tooLarge(c *crew.Chunk, r crew.Report, limit int64) []byte {
	part := wire.Part{N: c.N}
	for i := range c.N {
		part.Failures = append(part.Failures, wire.Failure{Index: i, Kind: wire.FailCodec, Worker: r.Worker,
			Message: fmt.Sprintf("the result of %d bytes is larger than the server's limit of %d (max_payload)", len(r.Part), limit)})
	}
	r.Part = part.Append(nil)
	return encodeResult(r)
}

func (h *host) forget(c *crew.Chunk) {
	h.mu.Lock()
	if t := h.held[c]; t != nil {
		if !t.ended {
			h.undone--
		}
		delete(h.byID, t.id)
	}
	delete(h.held, c)
	h.mu.Unlock()
	h.cond.Broadcast()
}

// Drop is crew.Source's: it gives the task back to the other hosts.
func (h *host) Drop(c *crew.Chunk) {
	h.mu.Lock()
	t := h.held[c]
	var msg jetstream.Msg
	if t != nil {
		msg = t.msg
	}
	h.mu.Unlock()
	if msg != nil {
		msg.Nak() // if this is lost, AckWait does the same
	}
	h.forget(c)
}

// Broken is crew.Source's.
func (h *host) Broken(err error) { h.onEnd(err) }

// canceled takes "ID INDEX".
func (h *host) canceled(m *nats.Msg) {
	id, number, _ := strings.Cut(string(m.Data), " ")
	index, err := strconv.Atoi(number)
	if err != nil {
		return
	}
	h.mu.Lock()
	t := h.byID[id]
	h.mu.Unlock()
	if t != nil && index < t.chunk.N {
		h.crew.Cancel(t.chunk, index)
	}
}
