package processes

import (
	"context"
	"iter"

	"songsong/helpers/async"
)

// Future is the future of a pool's task; it is the same type as in packages async
// and pools, so async.Gather, async.Then and pools.Wait take it too.
//
// Cancel finishes the future at once with async.ErrCancelled. A task that was
// waiting never runs; one that was running has its context ended, and what it
// makes of that is not waited for.
type Future[R any] = async.Future[R]

// When [Wait] has waited enough.
const (
	AllCompleted   = async.AllCompleted
	FirstCompleted = async.FirstCompleted
	FirstError     = async.FirstError
)

// Wait waits for futures, as until says, and returns those that are finished and
// those that are not, each in the given order. It is async.Wait.
func Wait[R any](ctx context.Context, until async.Until, futures ...*Future[R]) (done, pending []*Future[R], err error) {
	return async.Wait(ctx, until, futures...)
}

// AsCompleted yields the futures as they finish, and ends early if ctx ends. It is async.AsCompleted.
func AsCompleted[R any](ctx context.Context, futures ...*Future[R]) iter.Seq[*Future[R]] {
	return async.AsCompleted(ctx, futures...)
}
