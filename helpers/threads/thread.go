package threads

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"time"
)

// Errors of the life of a thread; those of its function come back unchanged from Join.
var (
	ErrNotStarted = errors.New("the thread was never started: call Start before Join")
	ErrStarted    = errors.New("the thread was started before: a thread runs once, make a new one")
)

// Func is what a thread runs: it should return soon after its context ends.
type Func[T any] func(ctx context.Context) (T, error)

// Thread is a named goroutine with a result. Make one with [New] or [Go]; it runs at most once.
// All methods may be called concurrently. A zero Thread has no function: Start says so.
type Thread[T any] struct {
	core
	fn    Func[T]
	value T
}

// Option changes how a thread runs. Options are given to [New] or [Go].
type Option func(*core)

// Daemon makes a thread that [Wait] does not wait for.
func Daemon() Option { return func(c *core) { c.daemon = true } }

// LogTo records the thread's life as one span (its name is the lane and the label) in log.
func LogTo(log *Log) Option { return func(c *core) { c.log = log } }

// New makes a thread that will run fn when started. It costs one allocation and starts nothing.
func New[T any](name string, fn Func[T], opts ...Option) *Thread[T] {
	t := &Thread[T]{fn: fn}
	t.name = name
	t.made = true
	for _, opt := range opts {
		opt(&t.core)
	}
	return t
}

// Go makes a thread and starts it.
func Go[T any](ctx context.Context, name string, fn Func[T], opts ...Option) *Thread[T] {
	t := New(name, fn, opts...)
	t.Start(ctx) // a new thread can't have been started before
	return t
}

// Start runs the function in a goroutine of its own, with ctx as its context. It fails with ErrStarted the second
// time, and with ErrNilFunc for a zero Thread. It costs about one goroutine (under a microsecond), or one OS thread (50 to 100 µs) with [OSThread].
func (t *Thread[T]) Start(ctx context.Context) error {
	if !t.made { // zero Thread
		return t.named(ErrNilFunc)
	}
	if !t.state.CompareAndSwap(fresh, started) {
		return t.named(ErrStarted)
	}
	live.add(&t.core)
	go t.run(ctx)
	return nil
}

// run is the goroutine. Its deferred finish sees how the function ended: return, panic or Goexit.
func (t *Thread[T]) run(ctx context.Context) {
	t.began = time.Since(epoch)
	defer t.finish()
	if t.fn == nil {
		t.err, t.returned = t.named(ErrNilFunc), true
		return
	}
	if t.os != nil {
		if t.err = t.lockOSThread(); t.err != nil {
			t.returned = true
			return
		}
	}
	t.value, t.err = t.fn(ctx)
	t.returned = true
}

// Join waits until the function has ended and returns its result. The error is the function's own, or a
// *[PanicError] if it panicked, or one that wraps [ErrGoexit] or [ErrNilFunc]. If ctx ends first Join returns
// the cause of ctx's end and the thread goes on; Join may be called again. A thread that was never started fails at once with ErrNotStarted.
func (t *Thread[T]) Join(ctx context.Context) (T, error) {
	var zero T
	if t.state.Load() == fresh {
		return zero, t.named(ErrNotStarted)
	}
	if !t.over.isOpen() {
		runtime.Gosched() // many threads need no more, and to be woken for each costs more than they do
	}
	if !t.over.isOpen() {
		select {
		case <-t.over.done():
		case <-ctx.Done():
			if !t.over.isOpen() { // else the result is the better news
				return zero, t.named(context.Cause(ctx))
			}
		}
	}
	return t.value, t.err
}

// core is the part of a thread that does not depend on its result's type. Its fields are ordered so that a thread
// with a result of one word takes 112 bytes: every word more is a slower allocation.
type core struct {
	name     string
	daemon   bool
	made     bool // by New, not a zero value
	returned bool // written by the goroutine: the function came back by itself
	state    atomic.Int32
	os       *osThread // nil: an ordinary goroutine
	log      *Log
	over     latch
	err      error         // written before over opens
	began    time.Duration // since epoch
	ended    time.Duration
	prev     *core // neighbours in live, guarded by live.mu
	next     *core
}

const (
	fresh int32 = iota
	started
)

// epoch is the zero of all times kept by this package: time.Since of a fixed time is the cheapest clock.
var epoch = time.Now()

// finish is deferred by run. A Goexit can't be stopped, but the thread is done all the same.
func (c *core) finish() {
	if !c.returned {
		if r := recover(); r != nil {
			c.err = NewPanicError(r)
		} else {
			c.err = c.named(ErrGoexit)
		}
	}
	c.ended = time.Since(epoch)
	if c.log != nil {
		shift := epoch.Sub(c.log.epoch)
		c.log.Add(Span{Name: c.name, Worker: c.name, Start: c.began + shift, End: c.ended + shift})
	}
	live.remove(c) // before over opens, so that Wait does not see it again
	c.over.open()
}

func (c *core) named(err error) error { return fmt.Errorf("thread %q: %w", c.name, err) }

// Name is the name the thread was made with.
func (c *core) Name() string { return c.name }

// IsDaemon says whether the thread was made with [Daemon].
func (c *core) IsDaemon() bool { return c.daemon }

// Alive says whether the thread was started and has not ended.
func (c *core) Alive() bool { return c.state.Load() == started && !c.over.isOpen() }

// Done is closed when the function has ended. The first call makes the channel.
func (c *core) Done() <-chan struct{} { return c.over.done() }

// ThreadID is the operating system's number of the thread, 0 unless it was made with [OSThread] and has begun.
func (c *core) ThreadID() int {
	if c.os == nil {
		return 0
	}
	return int(c.os.id.Load())
}

// Elapsed is how long the function ran, 0 until it has ended.
func (c *core) Elapsed() time.Duration {
	if !c.over.isOpen() {
		return 0
	}
	return c.ended - c.began
}
