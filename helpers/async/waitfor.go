package async

import (
	"context"
	"time"
)

// WaitFor waits for f at most d long. If it is not finished then, or if ctx ends first, f is cancelled and the error is ErrTimeout, or
// the cause of ctx's end. Unlike Python's wait_for it does not wait for f to obey.
func WaitFor[T any](ctx context.Context, f *Future[T], d time.Duration) (T, error) {
	if f.Finished() {
		return f.Result()
	}
	ctx, cancel := context.WithTimeoutCause(ctx, d, ErrTimeout)
	defer cancel()
	select {
	case <-f.Done():
	case <-ctx.Done():
		if f.Cancel() {
			var zero T
			return zero, context.Cause(ctx)
		}
		<-f.Done() // it was just finishing
	}
	return f.Result()
}

// Sleep waits for d, or until ctx ends, whose cause it then returns.
func Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Then runs fn with the result of f when f succeeds and returns the future of fn's result; if f fails, fn is not
// called and the new future has f's error. Cancelling the new future cancels neither f nor ctx. It costs one
// goroutine, which waits for f.
func Then[T, U any](ctx context.Context, f *Future[T], fn func(ctx context.Context, value T) (U, error)) *Future[U] {
	return Go(ctx, func(ctx context.Context) (U, error) {
		v, err := f.Await(ctx)
		if err != nil {
			var zero U
			return zero, err
		}
		return fn(ctx, v)
	})
}
