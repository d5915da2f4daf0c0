package pools

import (
	"context"
	"iter"

	"songsong/helpers/async"
)

// When [Wait] has waited enough.
const (
	AllCompleted   = async.AllCompleted
	FirstCompleted = async.FirstCompleted
	FirstError     = async.FirstError
)

// Wait waits for futures, as until says, and returns those that are finished and those that are not, each in the
// given order. It is async.Wait under the name a reader of concurrent.futures looks for here.
func Wait[T any](ctx context.Context, until async.Until, futures ...*Future[T]) (done, pending []*Future[T], err error) {
	return async.Wait(ctx, until, futures...)
}

// AsCompleted yields the futures as they finish, and ends early if ctx ends. It is async.AsCompleted.
func AsCompleted[T any](ctx context.Context, futures ...*Future[T]) iter.Seq[*Future[T]] {
	return async.AsCompleted(ctx, futures...)
}
