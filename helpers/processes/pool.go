package processes

import (
	"context"
	"fmt"
	"reflect"
	"runtime"
	"sync"

	"songsong/helpers/async"
	"songsong/helpers/processes/internal/crew"
	"songsong/helpers/processes/internal/wire"
)

// maxWorkers guards against a slip of the pen, not the machine.
const maxWorkers = 1024

// A Pool runs one function on many arguments in worker processes. Its methods
// are safe for concurrent use.
type Pool[A, R any] struct {
	opts   crew.Options
	engine crew.Engine
	unctx  func() bool // stops watching the context

	mu       sync.Mutex
	room     *sync.Cond // on mu: a task left the queue, or the pool closed
	queue    []*item[A, R]
	head     int // first of queue; guarded by mu
	pending  int // tasks not ended; guarded by mu
	idle     *sync.Cond
	closed   error   // why Submit refuses; guarded by mu
	size     float64 // bytes per argument, moving; guarded by mu
	poison   []Poison
	sent     map[*crew.Chunk][]*item[A, R] // guarded by mu
	finished int                           // guarded by mu
	failed   int                           // guarded by mu
}

// An item is a task in the pool.
type item[A, R any] struct {
	arg     A
	future  *Future[R]
	resolve func(R, error) bool
	unwatch func() bool // of the context given to Submit

	chunk *crew.Chunk // set when it is sent; guarded by Pool.mu
	index int         // in the chunk; guarded by Pool.mu
	over  bool        // no longer counted in pending; guarded by Pool.mu
}

// NewPool starts worker processes that run fn; workers ≤ 0 means one per CPU
// (GOMAXPROCS). fn must be a top-level function, a function literal that captures
// nothing, or registered ([Register]); it sees its argument and its own process's
// variables, never this one's. (In a notebook those are copies of the session's
// variables as they are now, of up to 1 MB, if they can be sent.) A and R must be types that encoding/gob takes (or
// JSON, see [JSON]) without losing fields: all exported.
//
// When ctx ends the pool is terminated. Starting costs about 10 ms a worker; a
// task costs about 1 to 10 µs beyond its own work. End the pool with
// [Pool.Shutdown] or [Pool.Terminate].
func NewPool[A, R any](ctx context.Context, workers int, fn func(context.Context, A) (R, error), opts ...Option) (*Pool[A, R], error) {
	return newPool[A, R](ctx, workers, fn, &call[A, R]{fn}, opts)
}

// NewPlainPool is [NewPool] for a function that needs neither a context nor an error.
func NewPlainPool[A, R any](ctx context.Context, workers int, fn func(A) R, opts ...Option) (*Pool[A, R], error) {
	return newPool[A, R](ctx, workers, fn, &plain[A, R]{fn}, opts)
}

func newPool[A, R any](ctx context.Context, workers int, fn any, t task, opts []Option) (*Pool[A, R], error) {
	o := options(opts)
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	if workers > maxWorkers {
		return nil, fmt.Errorf("processes: a pool of %d workers is more than the limit of %d", workers, maxWorkers)
	}
	if InWorker() && !mainReached {
		return nil, fmt.Errorf("processes: this is a worker process: call processes.Main() before anything else in main")
	}
	if err := sendable[A](o.Codec, "argument"); err != nil {
		return nil, err
	}
	if err := sendable[R](o.Codec, "result"); err != nil {
		return nil, err
	}
	ref, err := refer(fn, t)
	if err != nil {
		return nil, err
	}
	p := &Pool[A, R]{opts: o, sent: map[*crew.Chunk][]*item[A, R]{}, unctx: func() bool { return true }}
	p.room, p.idle = sync.NewCond(&p.mu), sync.NewCond(&p.mu)
	cfg := crew.Config{
		Workers: workers, Command: command, MaxKills: o.MaxKills, MaxChunk: o.MaxChunk, Target: o.Target,
		Timeout: o.Timeout, Stdout: o.Stdout, Stderr: o.Stderr, Once: o.Once,
		Setup: wire.Setup{Func: ref, Codec: o.Codec, Plugins: plugins(), State: readState(), Once: o.Once != nil},
	}
	open := o.Open
	if open == nil {
		open = openPipes
	}
	if p.engine, err = open(ctx, source[A, R]{p}, cfg); err != nil {
		return nil, err
	}
	p.unctx = context.AfterFunc(ctx, func() {
		p.fail(ErrClosed)
		p.engine.Kill()
	})
	return p, nil
}

func openPipes(ctx context.Context, src crew.Source, cfg crew.Config) (crew.Engine, error) {
	c, err := crew.Start(ctx, src, cfg)
	if err != nil {
		return nil, err
	}
	return c, nil
}

// Submit hands arg to the next free worker and returns its future at once; it
// blocks only while too many tasks wait ([MaxWaiting]). When ctx ends, the task
// is cancelled. What arg points to must not change until the future is finished.
// If the task can't be taken (ctx has ended, the pool is closed)
// the future is finished with the reason.
func (p *Pool[A, R]) Submit(ctx context.Context, arg A) *Future[R] {
	it := &item[A, R]{arg: arg}
	it.future, it.resolve = async.NewFuture[R]()
	if err := p.push(ctx, it); err != nil {
		var zero R
		it.resolve(zero, err)
		return it.future
	}
	it.future.OnDone(func(*Future[R]) { p.recall(it) })
	if ctx.Done() != nil {
		it.unwatch = context.AfterFunc(ctx, func() { it.future.Cancel() })
		it.future.OnDone(func(*Future[R]) { it.unwatch() })
	}
	return it.future
}

func (p *Pool[A, R]) push(ctx context.Context, it *item[A, R]) error {
	p.mu.Lock()
	for p.closed == nil && len(p.queue)-p.head >= p.opts.MaxWaiting && ctx.Err() == nil {
		p.waitRoomLocked(ctx)
	}
	err := p.closed
	if err == nil && ctx.Err() != nil {
		err = fmt.Errorf("%w before it began: %w", async.ErrCancelled, context.Cause(ctx))
	}
	if err == nil {
		p.queue = append(p.queue, it)
		p.pending++
	}
	p.mu.Unlock()
	if err == nil {
		p.engine.Wake()
	}
	return err
}

func (p *Pool[A, R]) waitRoomLocked(ctx context.Context) {
	stop := context.AfterFunc(ctx, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.room.Broadcast()
	})
	defer stop()
	p.room.Wait()
}

// recall is called when a future is finished. If that is because it was
// cancelled while its task runs, the task's context ends.
func (p *Pool[A, R]) recall(it *item[A, R]) {
	p.mu.Lock()
	chunk, index, over := it.chunk, it.index, it.over
	p.mu.Unlock()
	if !over && chunk != nil {
		p.engine.Cancel(chunk, index)
	}
}

// endLocked books that a task is over and says whether it was the first to say so.
func (p *Pool[A, R]) endLocked(it *item[A, R], failed bool) bool {
	if it.over {
		return false
	}
	it.over = true
	p.pending--
	p.finished++
	if failed {
		p.failed++
	}
	if p.pending == 0 {
		p.idle.Broadcast()
	}
	return true
}

// A Poison is a task that was set aside because workers died running it.
type Poison struct {
	Arg    string // the argument, as %v prints it, at most 200 bytes
	Kills  int
	Reason string // how the last worker ended, "signal: killed", "exit status 2: fatal error: …"
}

// Poisoned lists the tasks that were set aside.
func (p *Pool[A, R]) Poisoned() []Poison {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]Poison(nil), p.poison...)
}

// Metrics are a pool's numbers at one moment.
type Metrics struct {
	Workers  []Worker
	Restarts int // workers that died and were replaced
	Waiting  int // tasks not yet sent
	Running  int // tasks sent and not over
	Finished int // tasks over, however they ended
	Failed   int // of those, with an error
}

// A Worker is a worker process.
type Worker struct {
	Name  string
	PID   int
	Tasks int // that it and those before it in its place finished
}

// Metrics reads the pool's numbers.
func (p *Pool[A, R]) Metrics() Metrics {
	list, restarts := p.engine.Workers()
	p.mu.Lock()
	defer p.mu.Unlock()
	waits := len(p.queue) - p.head
	m := Metrics{Restarts: restarts, Waiting: waits, Running: p.pending - waits, Finished: p.finished, Failed: p.failed}
	for _, w := range list {
		m.Workers = append(m.Workers, Worker(w))
	}
	return m
}

// Shutdown closes the pool: no task is taken any more. With cancel, tasks that
// wait never run and the contexts of running ones end. With wait, it returns when
// no task runs any more and the workers have left, else that happens in the
// background. The error says if the pool had ended before, because no worker
// could be started. It may be called again.
func (p *Pool[A, R]) Shutdown(wait, cancel bool) error {
	p.mu.Lock()
	first := p.closed == nil
	if first {
		p.closed = ErrClosed
	}
	p.room.Broadcast()
	p.mu.Unlock()
	if cancel {
		p.cancelAll()
	}
	if wait {
		p.drain()
	} else if first {
		go p.drain() // ends with the last task
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed == ErrClosed {
		return nil
	}
	return p.closed
}

// Close is Shutdown(true, false): it lets all tasks finish.
func (p *Pool[A, R]) Close() error { return p.Shutdown(true, false) }

// cancelAll cancels the waiting and the running tasks.
func (p *Pool[A, R]) cancelAll() {
	p.mu.Lock()
	waits := append([]*item[A, R](nil), p.queue[p.head:]...)
	p.queue, p.head = nil, 0
	var runs []*item[A, R]
	for _, it := range p.sent {
		runs = append(runs, it...)
	}
	p.mu.Unlock()
	p.failItems(waits, async.ErrCancelled)
	for _, it := range runs {
		it.future.Cancel()
	}
}

func (p *Pool[A, R]) drain() {
	p.mu.Lock()
	for p.pending > 0 {
		p.idle.Wait()
	}
	p.mu.Unlock()
	p.unctx()
	p.engine.Close()
}

// Terminate kills the workers at once. Tasks that are not over fail with [ErrClosed].
func (p *Pool[A, R]) Terminate() {
	p.fail(ErrClosed)
	p.unctx()
	p.engine.Kill()
}

// fail closes the pool and fails the tasks that wait.
func (p *Pool[A, R]) fail(err error) {
	p.mu.Lock()
	if p.closed == nil || p.closed == ErrClosed {
		p.closed = err
	}
	drop := p.queue[p.head:]
	p.queue, p.head = nil, 0
	p.room.Broadcast()
	p.mu.Unlock()
	p.failItems(drop, err)
}

func (p *Pool[A, R]) failItems(items []*item[A, R], err error) {
	var zero R
	p.finish(items, func(int) (R, error) { return zero, err })
}

// finish books items as over and gives their futures what outcome says.
func (p *Pool[A, R]) finish(items []*item[A, R], outcome func(i int) (R, error)) {
	for i, it := range items {
		r, err := outcome(i)
		p.mu.Lock()
		first := p.endLocked(it, err != nil)
		p.mu.Unlock()
		if first {
			it.resolve(r, err) // false if it was cancelled meanwhile
		}
	}
}

func argText(v any) string {
	s := fmt.Sprintf("%v", v)
	if s == "{}" || s == "" {
		s = reflect.TypeOf(v).String()
	}
	return s[:min(len(s), 200)]
}
