package pools

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"

	"github.com/alitto/pond/v2"

	"songsong/helpers/async"
	"songsong/helpers/threads"
)

var (
	// ErrClosed is the error of tasks given to a pool that was shut down, and of queued tasks it threw away.
	ErrClosed = errors.New("the pool is shut down and takes no more tasks")
	// ErrQueueFull is the error of a task refused by a pool made with [NonBlocking].
	ErrQueueFull = errors.New("the pool's queue is full")
)

// DefaultQueue is how many tasks wait in a pool's queue before Submit and Go block.
const DefaultQueue = 4096

// Pool runs tasks on a bounded number of goroutines. Make one with [New]; a zero Pool works and has as many
// workers as there are processors (GOMAXPROCS). Workers start when there is work and end when there is none,
// so an idle pool holds no goroutine. All methods may be called concurrently. A Pool must not be copied.
type Pool struct {
	set    settings
	once   sync.Once // guards the making of everything below
	pond   pond.Pool
	ctx    context.Context // ends at Shutdown with cancel
	cancel context.CancelCauseFunc
	step   func() // p.work, made once
	queue  queue
	lanes  lanes
	over   outcomes
	idle   idleness
	lost   lostErrors
}

// settings are what options set.
type settings struct {
	workers     int
	queue       int
	nonBlocking bool
	log         *threads.Log
	onPanic     func(*threads.PanicError)
}

// Option changes a pool. Options are given to [New].
type Option func(*settings)

// Queue sets how many tasks may wait before Submit and Go block: back-pressure. Without it [DefaultQueue] may; with
// Queue(-1) there is no limit, and a fast producer can fill the memory.
func Queue(n int) Option { return func(s *settings) { s.queue = n } }

// NonBlocking makes Submit and Go fail with [ErrQueueFull] where they would block.
func NonBlocking() Option { return func(s *settings) { s.nonBlocking = true } }

// LogTo records one span per task (per chunk in Map) in log, with the worker as its lane. It costs 60 to 80 ns
// per task and no memory.
func LogTo(log *threads.Log) Option { return func(s *settings) { s.log = log } }

// OnPanic calls fn, in the worker, when a task given to Go (or a future's callback) panics. Without it such
// panics are kept, the first few of them, and returned by Shutdown. Panics of Submit and Map are in their results.
func OnPanic(fn func(*threads.PanicError)) Option { return func(s *settings) { s.onPanic = fn } }

// New makes a pool of the given number of workers; 0 means one per processor (GOMAXPROCS). It panics if workers
// is negative. No goroutine starts yet, so a very large number costs nothing until as many tasks are there.
func New(workers int, opts ...Option) *Pool {
	if workers < 0 {
		panic(fmt.Sprintf("pools.New(%d): give 0 workers (one per processor) or more", workers))
	}
	p := &Pool{}
	p.set.workers = workers
	for _, opt := range opts {
		opt(&p.set)
	}
	return p
}

// poolKey finds out whether a context belongs to a task of a pool.
type poolKey struct{ *Pool }

// ready makes what the zero value lacks.
func (p *Pool) ready() { p.once.Do(p.make) }

func (p *Pool) make() {
	n := processors(p.set.workers)
	ctx := context.WithValue(context.Background(), poolKey{p}, true)
	p.ctx, p.cancel = context.WithCancelCause(ctx)
	p.queue.workers = n
	p.pond = pond.NewPool(n, pond.WithoutPanicRecovery())
	if p.set.queue == 0 {
		p.set.queue = DefaultQueue
	}
	p.queue.limit = p.set.queue
	p.step = p.work
}

func processors(n int) int {
	if n > 0 {
		return n
	}
	return runtime.GOMAXPROCS(0)
}

// Workers is how many tasks run at once at most.
func (p *Pool) Workers() int {
	p.ready()
	_, _, workers := p.queue.state()
	return workers
}

// Resize changes the number of workers; 0 means one per processor, a negative number panics. More workers begin at once;
// surplus workers end after their task.
func (p *Pool) Resize(workers int) {
	if workers < 0 {
		panic(fmt.Sprintf("Resize(%d): give 0 workers (one per processor) or more", workers))
	}
	p.ready()
	n := processors(workers)
	for range p.queue.resize(n, p.pond.Resize) {
		p.hire()
	}
}

// inside says whether ctx belongs to a task that runs in this pool.
func (p *Pool) inside(ctx context.Context) bool { return ctx.Value(poolKey{p}) != nil }

// Go runs fn on a worker: fire and forget. It blocks while the queue is full, and fails with [ErrClosed] after Shutdown,
// [ErrQueueFull] in a non-blocking pool, or threads.ErrNilFunc. A panic is kept for Shutdown or given to [OnPanic].
// Called from one of the pool's own tasks it may block for ever if the queue is full; Submit, which sees the
// task's context, does not. It allocates nothing.
func (p *Pool) Go(fn func()) error {
	if fn == nil {
		return threads.ErrNilFunc
	}
	p.ready()
	return p.submit(context.Background(), entry{job: plain(fn), name: "go"})
}

// plain is a task of Go.
type plain func()

func (f plain) run(p *Pool) outcome {
	if p.ctx.Err() != nil {
		return cancelled
	}
	f()
	return succeeded
}

// Submit runs fn on a worker and returns the future of its result. fn's context ends with ctx, when the future is
// cancelled, at the task's [Timeout], and at a Shutdown that cancels; it also tells Submit and Map that they are
// called from inside the pool. Submit blocks while the queue is full; if the task can't be taken (ctx has
// ended, the pool is closed, fn is nil) the future is finished with the reason. It costs one allocation.
func Submit[T any](ctx context.Context, p *Pool, fn func(ctx context.Context) (T, error), opts ...TaskOption) *Future[T] {
	p.ready()
	t := async.NewTask(ctx, fn)
	t.Within(p.ctx)
	var set taskSettings
	for _, opt := range opts {
		opt(&set)
	}
	if set.timeout > 0 {
		t.Limit(set.timeout)
	}
	if fn != nil { // else the future is finished already
		if err := p.submit(ctx, entry{job: submitted[T]{t}, name: set.name}); err != nil {
			t.Abandon(err)
		}
	}
	return t.Future()
}

// submitted is a task of Submit.
type submitted[T any] struct{ task *async.Task[T] }

func (s submitted[T]) run(*Pool) outcome {
	s.task.Run()
	return outcomeOf(s.task.Future())
}

// Future is the future of a pool's task; it is the same type as in package async.
type Future[T any] = async.Future[T]
