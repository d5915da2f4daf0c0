package durable

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"songsong/helpers/processes/internal/crew"
	"songsong/helpers/processes/internal/wire"
)

// outstanding is how many chunks may be published and not finished.
const outstanding = 512

// messageWork is how many times the work of a piece on a pipe a message should
// hold: a message costs more.
const messageWork = 4

// An engine is the pool's side of a job: it publishes the tasks of its source
// and hands the results back.
type engine struct {
	set    settings
	src    crew.Source
	cfg    crew.Config
	server *embedded // nil with Cluster
	link   *link
	job    string
	out    *courier
	share  *sharer
	spare  *standby                 // nil with Local
	host   *host                    // nil with RemoteOnly
	crew   *crew.Crew               // the same
	inbox  jetstream.ConsumeContext // start's, then audit's

	ctx  context.Context
	stop context.CancelFunc
	wg   sync.WaitGroup
	end  sync.Once

	mu      sync.Mutex
	cond    *sync.Cond
	wakes   int                    // guarded by mu
	ending  bool                   // guarded by mu
	pending map[string]*crew.Chunk // guarded by mu
	early   map[string]crew.Report // results without a task yet; guarded by mu
	same    map[string]int         // named jobs: how many tasks of equal content; guarded by mu
	next    int                    // guarded by mu
	results int                    // that came; guarded by mu
	last    uint64                 // the newest of them in its stream; guarded by mu
	avg     float64                // ns per task, moving; guarded by mu
	ids     map[*crew.Chunk]string // guarded by mu
}

// open starts an engine.
func open(ctx context.Context, set settings, src crew.Source, cfg crew.Config) (*engine, error) {
	e := &engine{set: set, src: src, cfg: cfg, job: set.job, pending: map[string]*crew.Chunk{},
		early: map[string]crew.Report{}, same: map[string]int{}, ids: map[*crew.Chunk]string{}}
	e.cond = sync.NewCond(&e.mu)
	e.ctx, e.stop = context.WithCancel(context.Background())
	if e.job == "" {
		e.job = rand.Text()
	}
	if err := e.start(ctx); err != nil {
		e.finish(true)
		return nil, err
	}
	return e, nil
}

func (e *engine) start(ctx context.Context) (err error) {
	if e.link, e.server, err = e.set.dial(); err != nil {
		return err
	}
	if err := e.makeStreams(ctx); err != nil {
		return err
	}
	e.out = newCourier(e.ctx, e.link)
	if err := e.listen(ctx); err != nil {
		return err
	}
	if e.set.url != "" {
		if e.spare, err = newStandby(e); err != nil {
			return err
		}
		e.wg.Go(e.spare.watch)
	}
	if !e.set.remote {
		if err := e.hire(ctx); err != nil {
			return err
		}
	}
	if e.set.url != "" {
		if e.share, err = share(e.link, e.job, e.set.ackWait, e.cfg); err != nil {
			return err
		}
	}
	e.wg.Go(e.publish)
	e.wg.Go(e.audit)
	return nil
}

// dial connects to the server, starting the embedded one if that is wanted.
func (s *settings) dial() (*link, *embedded, error) {
	if s.dir == "" {
		l, err := connect(s.url, s.creds, nil)
		return l, nil, err
	}
	srv, err := acquire(s.dir, s.sync)
	if err != nil {
		return nil, nil, err
	}
	l, err := connect("", Credentials{}, srv.srv)
	if err != nil {
		srv.release()
	}
	return l, srv, err
}

// makeStreams makes the two streams of the job, or finds those of a named one.
func (e *engine) makeStreams(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	both := jetstream.StreamConfig{
		Storage: jetstream.FileStorage, Replicas: e.set.replicas,
		Discard: jetstream.DiscardNew, DiscardNewPerSubject: true, MaxMsgsPerSubject: 1,
	}
	tasks, results := both, both
	tasks.Name, tasks.Subjects, tasks.Retention = tasksStream(e.job), []string{tasksSubject(e.job, "*")}, jetstream.WorkQueuePolicy
	results.Name, results.Subjects = resultsStream(e.job), []string{resultsSubject(e.job, "*")}
	for _, c := range []jetstream.StreamConfig{tasks, results} {
		if _, err := e.link.js.CreateOrUpdateStream(ctx, c); err != nil {
			return fmt.Errorf("the server does not take the job's stream (is JetStream on?): %w", err)
		}
	}
	return nil
}

// listen takes results, those of an earlier life of a named job first.
func (e *engine) listen(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 60*time.Second)
	defer cancel()
	stream, err := e.link.js.Stream(ctx, resultsStream(e.job))
	if err != nil {
		return err
	}
	old := stream.CachedInfo().State.Msgs
	if err := e.consume(ctx, stream); err != nil {
		return err
	}
	for {
		e.mu.Lock()
		have := uint64(len(e.early))
		e.mu.Unlock()
		if have >= old {
			return nil
		}
		select {
		case <-time.After(2 * time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("only %d of %d results of the job %q came back: %w", have, old, e.job, ctx.Err())
		}
	}
}

// consume takes the results after the last that came. A consumer whose server
// died is noticed by the silence of its heartbeat, and mostly made anew; see audit.
func (e *engine) consume(ctx context.Context, results jetstream.Stream) error {
	e.mu.Lock()
	from := e.last + 1
	e.mu.Unlock()
	cons, err := results.OrderedConsumer(ctx, jetstream.OrderedConsumerConfig{DeliverPolicy: jetstream.DeliverByStartSequencePolicy, OptStartSeq: from})
	if err != nil {
		return err
	}
	inbox, err := cons.Consume(e.result, jetstream.PullExpiry(3*time.Second), jetstream.PullHeartbeat(time.Second))
	if err != nil {
		return err
	}
	e.inbox = inbox
	return nil
}

// hire starts the workers on this machine.
func (e *engine) hire(ctx context.Context) (err error) {
	if e.host, err = newHost(e.link, e.job, "", e.cfg.Workers, e.set.ackWait); err != nil {
		return err
	}
	if e.crew, err = crew.Start(ctx, e.host, e.cfg); err != nil {
		return err
	}
	return e.host.run(e.crew, func(err error) {
		if e.ctx.Err() == nil {
			e.src.Broken(fmt.Errorf("durable: %w", err))
		}
	})
}

// publish sends the source's tasks.
func (e *engine) publish() {
	for {
		c, id := e.take()
		if c == nil {
			return
		}
		if limit := e.link.nc.MaxPayload(); int64(len(c.Payload))+1024 > limit {
			e.refuse(c, id, fmt.Errorf("%d arguments of %d bytes are more than the server's limit of %d (max_payload)", c.N, len(c.Payload), limit))
			continue
		}
		if !e.spare.hold(c, id) {
			e.post(c, id)
		}
	}
}

// post publishes a chunk.
func (e *engine) post(c *crew.Chunk, id string) {
	e.out.send(&nats.Msg{Subject: tasksSubject(e.job, id), Data: encodeTask(c)}, func(err error) {
		if err != nil {
			e.refuse(c, id, err)
		}
	})
}

// waits reports whether a task has no result yet.
func (e *engine) waits(id string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.pending[id] != nil
}

// unfinished returns the chunks without a result.
func (e *engine) unfinished() map[string]*crew.Chunk {
	e.mu.Lock()
	defer e.mu.Unlock()
	return maps.Clone(e.pending)
}

// take waits for a chunk that is not finished yet; nil means the end.
func (e *engine) take() (*crew.Chunk, string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for !e.ending {
		seen := e.wakes
		if size := e.sizeLocked(); size > 0 {
			e.mu.Unlock()
			c := e.src.Take(size, max(e.cfg.Workers, 1))
			e.mu.Lock()
			if c != nil {
				id := e.nameLocked(c)
				if r, done := e.early[id]; done {
					delete(e.early, id)
					e.mu.Unlock()
					e.deliver(c, r)
					e.mu.Lock()
					continue
				}
				e.pending[id], e.ids[c] = c, id
				return c, id
			}
		}
		if seen == e.wakes && !e.ending { // both may have changed while e.mu was free
			e.cond.Wait()
		}
	}
	return nil, ""
}

// sizeLocked is how many tasks to send together; 0 if enough are under way.
func (e *engine) sizeLocked() int {
	limit := outstanding
	if e.avg == 0 {
		limit = 4 * max(e.cfg.Workers, 2)
	}
	switch {
	case len(e.pending) >= limit:
		return 0
	case e.set.job != "" || e.cfg.Timeout > 0 || e.avg == 0:
		return 1
	}
	return max(1, min(int(messageWork*float64(e.cfg.Target)/e.avg), e.cfg.MaxChunk))
}

// nameLocked gives the chunk its id: its content in a named job, else a number.
func (e *engine) nameLocked(c *crew.Chunk) string {
	if e.set.job == "" {
		e.next++
		return fmt.Sprint(e.next)
	}
	id := contentID(e.cfg.Setup.Func.Symbol, c.Payload, 0)
	n := e.same[id]
	e.same[id]++
	if n > 0 {
		id = contentID(e.cfg.Setup.Func.Symbol, c.Payload, n)
	}
	return id
}

// result takes one stored result.
func (e *engine) result(msg jetstream.Msg) {
	if meta, err := msg.Metadata(); err == nil {
		e.mu.Lock()
		e.last = max(e.last, meta.Sequence.Stream)
		e.mu.Unlock()
	}
	e.arrived(lastWord(msg.Subject()), msg.Data())
}

// arrived takes a result, which may have come before.
func (e *engine) arrived(id string, data []byte) {
	r, err := decodeResult(data)
	if err != nil {
		return // not ours
	}
	e.mu.Lock()
	e.results++
	c := e.pending[id]
	if c == nil {
		if e.set.job != "" {
			e.early[id] = r
		}
		e.mu.Unlock()
		return
	}
	delete(e.pending, id)
	delete(e.ids, c)
	e.avg = crew.Average(e.avg, float64(r.Elapsed)/float64(c.N))
	e.mu.Unlock()
	e.deliver(c, r)
	e.cond.Broadcast()
}

func (e *engine) deliver(c *crew.Chunk, r crew.Report) {
	e.src.Part(c, r)
	e.src.End(c)
}

// refuse fails a chunk that could not be published.
func (e *engine) refuse(c *crew.Chunk, id string, err error) {
	e.mu.Lock()
	_, mine := e.pending[id]
	delete(e.pending, id)
	delete(e.ids, c)
	e.mu.Unlock()
	if !mine {
		return
	}
	part := wire.Part{N: c.N}
	for i := range c.N {
		part.Failures = append(part.Failures, wire.Failure{Index: i, Kind: wire.FailCodec, Message: err.Error()})
	}
	e.deliver(c, crew.Report{Part: part.Append(nil), Start: time.Now()})
	e.cond.Broadcast()
}

// Wake is crew.Engine's.
func (e *engine) Wake() {
	e.mu.Lock()
	e.wakes++
	e.mu.Unlock()
	e.cond.Broadcast()
}

// Cancel is crew.Engine's: it tells all hosts, of which one may run the task.
func (e *engine) Cancel(c *crew.Chunk, index int) {
	e.mu.Lock()
	id := e.ids[c]
	e.mu.Unlock()
	if id != "" {
		e.link.nc.Publish(cancelSubject(e.job), fmt.Appendf(nil, "%s %d", id, index)) // as good as the connection: a cancel is a wish
	}
}

// Workers is crew.Engine's; it lists those of this machine.
func (e *engine) Workers() ([]crew.Worker, int) {
	if e.crew == nil {
		return nil, 0
	}
	return e.crew.Workers()
}

// Close is crew.Engine's: every task is over.
func (e *engine) Close() { e.finish(false) }

// Kill is crew.Engine's.
func (e *engine) Kill() { e.finish(true) }

// finish ends the engine, once. A job without a name leaves nothing.
func (e *engine) finish(kill bool) {
	e.end.Do(func() {
		e.mu.Lock()
		e.ending = true
		e.mu.Unlock()
		e.cond.Broadcast()
		e.stop()
		if e.share != nil {
			e.share.close()
		}
		if e.spare != nil {
			e.spare.close()
		}
		e.dismiss(kill)
		e.wg.Wait()
		if e.inbox != nil {
			e.inbox.Stop()
			<-e.inbox.Closed()
		}
		if e.out != nil {
			e.out.done.Wait()
		}
		if e.link != nil {
			if e.set.job == "" {
				e.link.remove(e.job)
			}
			e.link.nc.Close()
		}
		if e.server != nil {
			e.server.release()
		}
		e.dropAll()
	})
}

// dismiss ends the workers on this machine.
func (e *engine) dismiss(kill bool) {
	switch {
	case e.crew == nil:
	case kill:
		e.crew.Kill()
	default:
		e.crew.Close()
	}
	if e.host != nil {
		e.host.close()
	}
}

// dropAll gives back what has no result.
func (e *engine) dropAll() {
	e.mu.Lock()
	left := e.pending
	e.pending = nil
	e.mu.Unlock()
	for _, c := range left {
		e.src.Drop(c)
	}
}

// removeWait is longer than an election takes: without a leader, nothing is deleted.
const removeWait = 12 * time.Second

// remove deletes the streams of a job.
func (l *link) remove(job string) error {
	ctx, cancel := context.WithTimeout(context.Background(), removeWait)
	defer cancel()
	return errors.Join(l.removeStream(ctx, tasksStream(job)), l.removeStream(ctx, resultsStream(job)))
}

func (l *link) removeStream(ctx context.Context, name string) error {
	for tried := false; ; tried = true {
		try, cancel := context.WithTimeout(ctx, 2*time.Second)
		err := l.js.DeleteStream(try, name)
		cancel()
		switch {
		case err == nil, tried && errors.Is(err, jetstream.ErrStreamNotFound): // the first try did it, and was not heard
			return nil
		case gone(err), ctx.Err() != nil, l.nc.IsClosed():
			return err
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
		}
	}
}

// Remove deletes the tasks and results of a named job from the directory of a
// [Local] pool. No pool may be using the job.
func Remove(dir, job string) error {
	s := settings{dir: dir, job: job}
	l, srv, err := s.dial()
	if err != nil {
		return fmt.Errorf("durable: %w", err)
	}
	defer srv.release()
	defer l.nc.Close()
	if err := l.remove(job); err != nil {
		return fmt.Errorf("durable: the job %q in %s: %w", job, dir, err)
	}
	return nil
}
