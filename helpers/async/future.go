package async

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"time"
)

// Errors of a future that are not errors of its function.
var (
	// ErrCancelled is the error of a future that was cancelled. errors.Is also finds context.Canceled in it.
	ErrCancelled error = &end{"the future was cancelled", context.Canceled}
	// ErrTimeout is the cause of the end of a task's context when its own time limit is over. errors.Is also
	// finds context.DeadlineExceeded in it.
	ErrTimeout error = &end{"the task's time limit is over", context.DeadlineExceeded}
	// ErrPending is the error of Result while the future is not finished.
	ErrPending = errors.New("the future has no result yet")
)

// end is an error that says more plainly what an error of package context says.
type end struct {
	text string
	of   error
}

func (e *end) Error() string { return e.text }
func (e *end) Unwrap() error { return e.of }

// explains is e alone if err says nothing beyond e.of, else both.
func (e *end) explains(err error) error {
	if err == e.of {
		return e
	}
	return fmt.Errorf("%w: %w", e, err)
}

// Future is the result, to come, of a function that runs elsewhere: a value or an error, once. Futures are made by
// [Go], [NewTask], [NewFuture], [Then] and by pools.Submit. A future is finished when its function has returned,
// never before: so who has waited for the future has waited for its goroutine.
//
// All methods may be called concurrently. A zero Future is never finished; it can be cancelled.
// A future takes about 110 bytes and one allocation; a channel is made only when someone has to wait.
type Future[T any] struct {
	ctx     taskContext
	value   T     // written before waiters is sealed
	err     error // the same
	waiters atomic.Pointer[waiter]
	queued  time.Duration // all three since epoch, written before waiters is sealed
	started time.Duration
	ended   time.Duration
}

// epoch is the zero of all times kept by this package.
var epoch = time.Now()

// NewFuture returns a future without a function, and the function that gives it its result (a promise). Only the
// first call of resolve counts; it says whether it was the first.
func NewFuture[T any]() (f *Future[T], resolve func(value T, err error) bool) {
	f = new(Future[T])
	f.init()
	f.started = f.queued
	return f, func(value T, err error) bool { return f.resolve(pending, value, err) }
}

func (f *Future[T]) init() {
	f.queued = time.Since(epoch)
}

// Await waits until the future is finished and returns its result. If ctx ends first, Await returns the cause of
// that end and the future goes on (Python's shield); use [WaitFor] to cancel it too. Waiting for what does not finish
// at once costs one channel.
func (f *Future[T]) Await(ctx context.Context) (T, error) {
	if f.Finished() {
		return f.value, f.err
	}
	runtime.Gosched() // many functions need no more, and to be woken for each costs more than they do
	if f.Finished() {
		return f.value, f.err
	}
	select {
	case <-f.Done():
		return f.value, f.err
	case <-ctx.Done():
		if f.Finished() {
			return f.value, f.err
		}
		var zero T
		return zero, context.Cause(ctx)
	}
}

// Result returns the result without waiting, or ErrPending.
func (f *Future[T]) Result() (T, error) {
	if !f.Finished() {
		var zero T
		return zero, ErrPending
	}
	return f.value, f.err
}

// Err returns the error of a finished future (Python's exception()), nil if it succeeded, ErrPending before.
func (f *Future[T]) Err() error {
	_, err := f.Result()
	return err
}

// Finished says whether the result is there (Python's done()). It costs one atomic load.
func (f *Future[T]) Finished() bool { return f.waiters.Load() == sealed }

// Running says whether the function has begun and not ended.
func (f *Future[T]) Running() bool { return f.ctx.state.Load()&^asked == running }

// Cancelled says whether the future finished because it was cancelled.
func (f *Future[T]) Cancelled() bool {
	return f.Finished() && errors.Is(f.err, ErrCancelled)
}

// Cancel asks the future to end and says whether it was in time: false means it had finished. If its function has
// not begun it never will, and the future finishes now with ErrCancelled. If it runs, its context ends, and the
// future finishes, as always, when the function returns.
func (f *Future[T]) Cancel() bool {
	for {
		switch f.ctx.state.Load() &^ asked {
		case pending:
			var zero T
			if f.resolve(pending, zero, ErrCancelled) {
				return true
			}
		case running:
			if f.ctx.ask(ErrCancelled) {
				return true
			}
		default:
			return false
		}
	}
}

// Queued is how long the function waited before it began, Took how long it ran; both are 0 until the future is finished.
func (f *Future[T]) Queued() time.Duration {
	if !f.Finished() {
		return 0
	}
	return f.started - f.queued
}

// Took is how long the function ran, 0 until the future is finished and if it never began.
func (f *Future[T]) Took() time.Duration {
	if !f.Finished() {
		return 0
	}
	return f.ended - f.started
}

// resolve finishes the future if it is in the given state.
func (f *Future[T]) resolve(from uint32, value T, err error) bool {
	if !f.ctx.leave(from) {
		return false
	}
	if from == pending {
		f.ended = time.Since(epoch)
		if f.started == 0 {
			f.started = f.ended
		}
	}
	f.value, f.err = value, err
	head := f.waiters.Swap(sealed)
	wake(head)
	return true
}
