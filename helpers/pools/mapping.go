package pools

import (
	"context"
	"iter"
	"slices"
	"sync/atomic"
	"time"

	"songsong/helpers/threads"
)

const (
	maxChunk    = 4096
	chunkTime   = 100 * time.Microsecond // of work in one chunk: far above the 2 µs of handing it over
	chunksAhead = 4                      // chunks in flight for each worker
	growth      = 8                      // a chunk is at most so many times longer than the one before
)

var epoch = time.Now()

// mapping is one running Map. It belongs to the caller's goroutine; workers see fn, ctx, over and ready only.
type mapping[T, R any] struct {
	pool    *Pool
	fn      func(context.Context, T) (R, error)
	set     mapSettings
	ordered bool
	yield   func(R, error) bool
	ctx     context.Context // what fn gets
	cancel  context.CancelCauseFunc
	detach  []func() bool
	over    atomic.Bool       // ctx has ended: workers look before each item
	ready   chan *chunk[T, R] // computed chunks; has room for all in flight
	inside  bool              // the caller is itself a task of the pool, so it works while it waits
	flying  []*chunk[T, R]    // chunks given out and not yielded, oldest first
	limit   int               // of flying
	spare   []*chunk[T, R]
	length  int           // of the next chunk
	feed1   time.Duration // measured cost of getting one item from the input, for the newest chunk
	feed2   time.Duration // and for the one before
	done    int           // items yielded
	cut     bool          // ordered: a chunk was not finished, so nothing behind it may be yielded
}

func newMapping[T, R any](ctx context.Context, p *Pool, fn func(context.Context, T) (R, error), opts []MapOption) *mapping[T, R] {
	p.ready()
	m := &mapping[T, R]{pool: p, fn: fn, inside: p.inside(ctx), length: 1}
	m.set.total = -1
	for _, opt := range opts {
		opt(&m.set)
	}
	if m.set.chunk > 0 {
		m.length = m.set.chunk
	}
	const mostWorkers = 1 << 10 // beyond this the window only costs memory
	m.limit = chunksAhead * min(p.Workers(), mostWorkers)
	m.ready = make(chan *chunk[T, R], m.limit)
	m.ctx, m.cancel = context.WithCancelCause(ctx)
	m.detach = []func() bool{
		context.AfterFunc(m.ctx, func() { m.over.Store(true) }),
		context.AfterFunc(p.ctx, func() { m.cancel(ErrClosed) }),
	}
	return m
}

// feed gives out the items in chunks and yields what is ready on the way. It is false if the loop was left.
// The loop's body runs for every item, so it does no more than store it.
func (m *mapping[T, R]) feed(in iter.Seq[T]) bool {
	c := m.fresh()
	items, n := c.in, 0
	began := time.Since(epoch)
	for item := range in {
		items[n] = item
		n++
		if n < len(items) {
			continue
		}
		m.feed2, m.feed1 = m.feed1, (time.Since(epoch)-began)/time.Duration(n)
		m.dispatch(c)
		if !m.yieldReady() {
			return false
		}
		if m.over.Load() {
			return true
		}
		c = m.fresh()
		items, n = c.in, 0
		began = time.Since(epoch)
	}
	if n > 0 {
		c.in = items[:n]
		m.dispatch(c)
	}
	return true
}

// drain yields all that is in flight. It is false if the loop was left.
func (m *mapping[T, R]) drain() bool {
	for len(m.flying) > 0 {
		m.receive()
		if !m.yieldComputed() {
			return false
		}
	}
	return true
}

// yieldReady yields what is computed, and waits while too much is in flight.
func (m *mapping[T, R]) yieldReady() bool {
	for len(m.flying) >= m.limit {
		m.receive()
		if !m.yieldComputed() {
			return false
		}
	}
	for {
		select {
		case c := <-m.ready:
			m.learn(c)
		default:
			return m.yieldComputed()
		}
	}
}

// yieldComputed yields the chunks whose turn it is: any in flight, or in order only those at the head.
func (m *mapping[T, R]) yieldComputed() bool {
	for i := 0; i < len(m.flying); {
		c := m.flying[i]
		if !c.computed {
			if m.ordered {
				return true
			}
			i++
			continue
		}
		m.flying = append(m.flying[:i], m.flying[i+1:]...)
		if !m.yieldChunk(c) {
			return false
		}
	}
	return true
}

func (m *mapping[T, R]) yieldChunk(c *chunk[T, R]) bool {
	if m.cut {
		return true
	}
	m.cut = m.ordered && c.reached < len(c.in)
	out, yield := c.out[:c.reached], m.yield
	m.done += len(out)
	if len(c.errs) == 0 {
		for _, v := range out {
			if !yield(v, nil) {
				return false
			}
		}
	} else {
		for i, v := range out {
			if !yield(v, c.errs[i]) {
				return false
			}
		}
	}
	if m.set.progress != nil {
		m.set.progress(m.done, m.set.total)
	}
	m.recycle(c)
	return true
}

// receive waits until one more chunk is computed. A caller that is a worker, or whose context has ended, takes
// chunks no worker has begun, so it never waits for a worker it keeps busy itself.
func (m *mapping[T, R]) receive() {
	if m.inside || m.over.Load() {
		if c := m.takeQueued(); c != nil {
			m.compute(c, 0)
		}
		m.learn(<-m.ready)
		return
	}
	select {
	case c := <-m.ready:
		m.learn(c)
	case <-m.ctx.Done():
		m.over.Store(true)
		m.receive()
	}
}

func (m *mapping[T, R]) takeQueued() *chunk[T, R] {
	for _, c := range m.flying {
		if c.take() {
			c.stale = true
			return c
		}
	}
	return nil
}

// learn notes that a chunk is computed and how long the next one should be.
func (m *mapping[T, R]) learn(c *chunk[T, R]) {
	c.computed = true
	if m.set.chunk > 0 || c.reached == 0 {
		return
	}
	feed := min(m.feed1, m.feed2) // a slow input is slow twice; once is only a busy machine
	cost := max(c.took/time.Duration(c.reached), feed, 1)
	m.length = max(1, min(int(chunkTime/cost), m.length*growth, maxChunk))
}

// stop ends the calls of fn that run and waits for them.
func (m *mapping[T, R]) stop() {
	m.cancel(context.Canceled)
	m.over.Store(true)
	running := 0
	for _, c := range m.flying {
		if !c.computed && !c.take() {
			running++
		}
	}
	for ; running > 0; running-- {
		<-m.ready
	}
	for _, detach := range m.detach {
		detach()
	}
}

// why is the reason the mapping ended before its input did, or nil.
func (m *mapping[T, R]) why() error {
	if m.ctx.Err() == nil {
		return nil
	}
	return context.Cause(m.ctx)
}

// dispatch gives a chunk to the pool.
func (m *mapping[T, R]) dispatch(c *chunk[T, R]) {
	c.out = slices.Grow(c.out[:0], len(c.in))[:len(c.in)]
	c.state.Store(queued)
	m.flying = append(m.flying, c)
	if m.pool.force(entry{job: c, name: "map"}) != nil {
		m.cancel(ErrClosed)
		m.over.Store(true)
	}
}

// run is a chunk's task in the pool.
func (c *chunk[T, R]) run(*Pool) outcome {
	if c.take() {
		c.of.compute(c, 0)
	}
	return succeeded
}

// compute runs fn for the items of a chunk that was taken, and hands it back.
func (m *mapping[T, R]) compute(c *chunk[T, R], from int) {
	began := time.Since(epoch)
	for from < len(c.in) && !m.over.Load() {
		from = m.stretch(c, from)
	}
	c.reached = from
	c.took += time.Since(epoch) - began
	m.ready <- c
}

// stretch runs fn from one item to the end, or to the first that panics, and returns the item after it. After a
// Goexit another goroutine goes on with the chunk, since this one ends.
func (m *mapping[T, R]) stretch(c *chunk[T, R], from int) (next int) {
	next = from
	returned := false
	defer func() {
		if r := recover(); r != nil {
			c.fail(next, threads.NewPanicError(r))
			next++
		} else if !returned {
			c.fail(next, threads.ErrGoexit)
			go m.compute(c, next+1)
		}
	}()
	ctx, fn, in, out := m.ctx, m.fn, c.in, c.out
	for next < len(in) && !m.over.Load() {
		for end := min(len(in), next+1+len(in)/64); next < end; next++ { // a long chunk has short items: look less often
			v, err := fn(ctx, in[next])
			out[next] = v
			if err != nil {
				c.fail(next, err)
			}
		}
	}
	returned = true
	return next
}
