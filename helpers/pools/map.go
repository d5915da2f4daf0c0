package pools

import (
	"context"
	"iter"

	"songsong/helpers/threads"
)

// MapOption changes one Map or MapUnordered.
type MapOption func(*mapSettings)

type mapSettings struct {
	chunk    int
	total    int
	progress func(done, total int)
}

// Chunk makes every chunk n items long instead of finding the length by measuring.
func Chunk(n int) MapOption { return func(s *mapSettings) { s.chunk = min(max(n, 1), maxChunk) } }

// OnProgress calls fn, in the caller's goroutine, after each chunk's results were yielded, with the number of items done and
// the total given by [Total], or -1.
func OnProgress(fn func(done, total int)) MapOption {
	return func(s *mapSettings) { s.progress = fn }
}

// Total tells how many items there will be, for [OnProgress].
func Total(n int) MapOption { return func(s *mapSettings) { s.total = n } }

// Map calls fn for every item of in, on the pool's workers, and yields results and errors in the order of the
// items. A nil pool stands for a pool of one worker per processor that lives as long as the loop.
//
// in is pulled in the caller's goroutine, a bounded number of chunks ahead of the results: it may be endless, and
// it needs no lock against the loop's body. Items go to workers in chunks whose length follows the measured cost of an item (about
// 100 µs of work, at most 4096 items): tiny items cost a few tens of nanoseconds each, long ones are handed out singly.
//
// An item that fails, panics (a *threads.PanicError) or calls Goexit yields its error, and the rest goes on; break to stop.
// If ctx ends, the loop yields what is ready, then one last pair with the cause, and ends. When the loop is over, for whatever
// reason, no call of fn is running: a break ends the context fn sees and waits for the calls that run.
// The sequence may be ranged over again if in may.
//
// The idea of handing out chunks that fit the work is guided self-scheduling (Polychronopoulos and Kuck, 1987).
func Map[T, R any](ctx context.Context, p *Pool, in iter.Seq[T], fn func(context.Context, T) (R, error), opts ...MapOption) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) { runMap(ctx, p, in, fn, opts, true, yield) }
}

// MapUnordered is [Map] with the results in the order they become ready (Python's imap_unordered): a slow item does
// not hold back the others.
func MapUnordered[T, R any](ctx context.Context, p *Pool, in iter.Seq[T], fn func(context.Context, T) (R, error), opts ...MapOption) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) { runMap(ctx, p, in, fn, opts, false, yield) }
}

func runMap[T, R any](ctx context.Context, p *Pool, in iter.Seq[T], fn func(context.Context, T) (R, error), opts []MapOption, ordered bool, yield func(R, error) bool) {
	var zero R
	if fn == nil {
		yield(zero, threads.ErrNilFunc)
		return
	}
	if p == nil {
		p = New(0)
		defer p.Close()
	}
	m := newMapping(ctx, p, fn, opts)
	m.ordered, m.yield = ordered, yield
	defer m.stop()
	if !m.feed(in) || !m.drain() {
		return
	}
	if err := m.why(); err != nil {
		yield(zero, err)
	}
}
