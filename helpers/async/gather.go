package async

import (
	"context"
	"errors"
	"fmt"
)

// Gather waits for all futures and returns their results in the given order. The error joins every failure, each
// with the future's position; the results of those that succeeded are there all the same (Python's gather with
// return_exceptions=True; give [Wait] FirstError for the other kind). If ctx ends first, its cause is the error.
func Gather[T any](ctx context.Context, futures ...*Future[T]) ([]T, error) {
	values := make([]T, len(futures))
	var errs []error
	for i, f := range futures {
		v, err := f.Await(ctx)
		if err != nil && !f.Finished() {
			return values, errors.Join(append(errs, err)...)
		}
		values[i] = v
		if err != nil {
			errs = append(errs, fmt.Errorf("future %d: %w", i, err))
		}
	}
	return values, errors.Join(errs...)
}

// ErrNoFutures is the error of [Race] and [Any] without futures: there is none to win.
var ErrNoFutures = errors.New("there are no futures to wait for")

// Race returns the result, good or bad, of the future that finishes first, and cancels the others. If ctx ends
// first, all are cancelled.
func Race[T any](ctx context.Context, futures ...*Future[T]) (T, error) {
	defer cancelAll(futures)
	for f := range AsCompleted(ctx, futures...) {
		return f.Result()
	}
	return none(ctx, futures)
}

// Any returns the first good result and cancels the other futures. If all fail it returns all their errors,
// joined. If ctx ends first, all are cancelled.
func Any[T any](ctx context.Context, futures ...*Future[T]) (T, error) {
	defer cancelAll(futures)
	var errs []error
	for f := range AsCompleted(ctx, futures...) {
		v, err := f.Result()
		if err == nil {
			return v, nil
		}
		errs = append(errs, err)
	}
	if len(errs) == len(futures) && len(errs) > 0 {
		var zero T
		return zero, errors.Join(errs...)
	}
	return none(ctx, futures)
}

func cancelAll[T any](futures []*Future[T]) {
	for _, f := range futures {
		f.Cancel()
	}
}

// none is the result when no future could win.
func none[T any](ctx context.Context, futures []*Future[T]) (zero T, err error) {
	if len(futures) == 0 {
		return zero, ErrNoFutures
	}
	return zero, context.Cause(ctx)
}
