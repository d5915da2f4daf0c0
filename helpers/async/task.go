package async

import (
	"context"
	"errors"
	"time"

	"songsong/helpers/threads"
)

// Func is what a future runs: it should return soon after its context ends.
type Func[T any] func(ctx context.Context) (T, error)

// Task is a future together with the function that will finish it, for those who decide themselves where and when
// it runs: a pool, a queue, a test. [Go] is the short way. It is one allocation.
type Task[T any] struct {
	future Future[T]
	fn     Func[T]
}

// NewTask makes a task that waits to be run. Its function's context ends with ctx. With a nil function the future is
// finished at once, with threads.ErrNilFunc.
func NewTask[T any](ctx context.Context, fn Func[T]) *Task[T] {
	t := &Task[T]{fn: fn}
	t.future.ctx.parent = ctx
	t.future.init()
	if fn == nil {
		t.Abandon(threads.ErrNilFunc)
	}
	return t
}

// Within makes the function's context end with group too, and gives it group's values where its own has none.
// Call it before Run.
func (t *Task[T]) Within(group context.Context) { t.future.ctx.also = group }

// Limit ends the function's context, with the cause [ErrTimeout], when it has run for d. Call it before Run.
// It costs a timer and a context.
func (t *Task[T]) Limit(d time.Duration) { t.future.ctx.limit = d }

// Future is the future of the task.
func (t *Task[T]) Future() *Future[T] { return &t.future }

// Abandon finishes a task that has not begun with an error, and says whether it was in time.
func (t *Task[T]) Abandon(err error) bool {
	var zero T
	return t.future.resolve(pending, zero, err)
}

// Run runs the function in the caller's goroutine and finishes the future. A panic becomes a *threads.PanicError;
// a Goexit finishes the future with threads.ErrGoexit and goes on ending the goroutine. The function is not called if
// the future was cancelled or a context of the task has ended, and never a second time.
// Its own cost is two clock readings and a deferred recover, about 100 ns.
func (t *Task[T]) Run() {
	f := &t.future
	if f.ctx.Err() != nil {
		f.cancelPending()
		return
	}
	if !f.ctx.enter() {
		return
	}
	f.started = time.Since(epoch)
	if f.ctx.limit > 0 {
		f.ctx.derive()
	}
	var end ending[T]
	defer end.finish(f)
	fn := t.fn
	t.fn = nil // what it refers to can be collected although the future lives on
	end.value, end.err = fn(&f.ctx)
	end.returned = true
}

// cancelPending finishes a task whose context ended before it began.
func (f *Future[T]) cancelPending() {
	if f.Finished() {
		return
	}
	var zero T
	err := f.ctx.cause()
	if !errors.Is(err, ErrCancelled) {
		err = ErrCancelled.(*end).explains(err)
	}
	f.resolve(pending, zero, err)
}

// ending is how a function ended.
type ending[T any] struct {
	value    T
	err      error
	returned bool
}

// finish is deferred by Run.
func (e *ending[T]) finish(f *Future[T]) {
	if !e.returned {
		if r := recover(); r != nil {
			e.err = threads.NewPanicError(r)
		} else {
			e.err = threads.ErrGoexit
		}
	}
	f.ended = time.Since(epoch)
	if e.err != nil {
		e.err = f.ctx.explain(e.err)
	}
	f.resolve(running, e.value, e.err)
}

// explain adds to a function's error why its context had ended, if that is what it complains of.
func (c *taskContext) explain(err error) error {
	switch {
	case c.state.Load()&asked != 0 && errors.Is(err, context.Canceled) && !errors.Is(err, ErrCancelled):
		return ErrCancelled.(*end).explains(err)
	case c.limit > 0 && errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, ErrTimeout) &&
		context.Cause(c.derive()) == ErrTimeout:
		return ErrTimeout.(*end).explains(err)
	}
	return err
}

// Go runs fn in a goroutine of its own and returns its future (Python's create_task and to_thread). The
// function's context ends with ctx, by Cancel, and when the function has returned. If ctx has ended already, fn
// is not called. The cost is about one goroutine (under 1 µs) and two allocations.
func Go[T any](ctx context.Context, fn Func[T]) *Future[T] {
	t := NewTask(ctx, fn)
	go t.Run()
	return t.Future()
}
