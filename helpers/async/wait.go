package async

import (
	"context"
	"iter"
)

// Until says when [Wait] has waited enough.
type Until int

const (
	AllCompleted   Until = iota // every future is finished
	FirstCompleted              // one future is finished
	FirstError                  // one future failed, or every future is finished (Python's FIRST_EXCEPTION)
)

// Wait waits for futures, as until says, and returns those that are finished and those that are not, each in the
// given order. It cancels nothing. If ctx ends first, err is the cause and the two lists are still right.
// Without futures it returns at once. It costs one channel and one allocation per unfinished future.
func Wait[T any](ctx context.Context, until Until, futures ...*Future[T]) (done, pending []*Future[T], err error) {
	events := watch(futures)
	for range futures {
		select {
		case f := <-events:
			if until == FirstCompleted || until == FirstError && f.err != nil {
				done, pending = split(futures)
				return done, pending, nil
			}
		case <-ctx.Done():
			done, pending = split(futures)
			return done, pending, context.Cause(ctx)
		}
	}
	done, pending = split(futures)
	return done, pending, nil
}

// AsCompleted yields the futures as they finish, those already finished first. It ends early if ctx ends: ask
// ctx.Err() after the loop. Leaving the loop early costs nothing and cancels nothing. It may be ranged over again.
func AsCompleted[T any](ctx context.Context, futures ...*Future[T]) iter.Seq[*Future[T]] {
	return func(yield func(*Future[T]) bool) {
		events := watch(futures)
		for range futures {
			select {
			case f := <-events:
				if !yield(f) {
					return
				}
			case <-ctx.Done():
				return
			}
		}
	}
}

// watch returns a channel with room for all futures, into which each goes when it is finished.
func watch[T any](futures []*Future[T]) <-chan *Future[T] {
	events := make(chan *Future[T], len(futures))
	for _, f := range futures {
		f.notify(func() { events <- f })
	}
	return events
}

func split[T any](futures []*Future[T]) (done, pending []*Future[T]) {
	for _, f := range futures {
		if f.Finished() {
			done = append(done, f)
		} else {
			pending = append(pending, f)
		}
	}
	return done, pending
}
