package processes

import (
	"context"
	"iter"
)

// mapWindow is how many arguments Map reads ahead of its results.
const mapWindow = 1 << 14

// Map runs the pool's function on each argument of args and yields results and
// errors in the order of args. It reads args in the caller's goroutine, up to
// 16,384 ahead of the result it yields next, so args may be endless. If ctx ends,
// the loop yields one last pair with the cause. When the loop ends early, the
// tasks in flight are cancelled.
func (p *Pool[A, R]) Map(ctx context.Context, args iter.Seq[A]) iter.Seq2[R, error] {
	return p.IMap(ctx, args, mapWindow)
}

// IMap is [Pool.Map] that reads at most ahead arguments ahead of its results:
// for arguments that are large, or made from earlier results.
func (p *Pool[A, R]) IMap(ctx context.Context, args iter.Seq[A], ahead int) iter.Seq2[R, error] {
	ahead = max(ahead, 1)
	return func(yield func(R, error) bool) {
		ring := make([]*Future[R], 0, min(ahead, 1024)) // futures not yet yielded, oldest first
		head := 0
		defer func() {
			for _, f := range ring[head:] {
				f.Cancel()
			}
		}()
		next := func() bool { // yields the oldest
			f := ring[head]
			r, err := f.Await(ctx)
			if ctx.Err() != nil && !f.Finished() {
				yield(r, err)
				return false
			}
			ring[head] = nil
			head++
			return yield(r, err)
		}
		for a := range args {
			if head > ahead {
				ring, head = append(ring[:0], ring[head:]...), 0
			}
			ring = append(ring, p.Submit(context.Background(), a))
			for len(ring) > head && (len(ring)-head >= ahead || ring[head].Finished()) {
				if !next() {
					return
				}
			}
			if ctx.Err() != nil {
				break
			}
		}
		for head < len(ring) {
			if !next() {
				return
			}
		}
	}
}

// MapUnordered is [Pool.Map] with the results in the order in which tasks end
// (Python's imap_unordered).
func (p *Pool[A, R]) MapUnordered(ctx context.Context, args iter.Seq[A]) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		ended := make(chan *Future[R], mapWindow) // as large as the tasks in flight: callbacks never block
		flying := map[*Future[R]]bool{}
		defer func() {
			for f := range flying {
				f.Cancel()
			}
		}()
		take := func() bool {
			select {
			case f := <-ended:
				delete(flying, f)
				return yield(f.Result())
			case <-ctx.Done():
				var zero R
				yield(zero, context.Cause(ctx))
				return false
			}
		}
		for a := range args {
			f := p.Submit(context.Background(), a)
			flying[f] = true
			f.OnDone(func(f *Future[R]) { ended <- f })
			for len(ended) > 0 || len(flying) >= mapWindow {
				if !take() {
					return
				}
			}
		}
		for len(flying) > 0 {
			if !take() {
				return
			}
		}
	}
}

// Collect gathers the results of a [Pool.Map] until the first error, which it returns.
func Collect[R any](results iter.Seq2[R, error]) ([]R, error) {
	var all []R
	for r, err := range results {
		if err != nil {
			return all, err
		}
		all = append(all, r)
	}
	return all, nil
}

// A Pair is the argument of a function of two, see [NewStarPool].
type Pair[X, Y any] struct {
	X X
	Y Y
}

// NewStarPool is [NewPool] for a function of two arguments; feed it with [StarMap].
func NewStarPool[X, Y, R any](ctx context.Context, workers int, fn func(X, Y) R, opts ...Option) (*Pool[Pair[X, Y], R], error) {
	return newPool[Pair[X, Y], R](ctx, workers, fn, &star[X, Y, R]{fn}, opts)
}

type star[X, Y, R any] struct{ fn func(X, Y) R }

func (s *star[X, Y, R]) run(e *piece) int {
	return runItems(e, func(_ context.Context, a Pair[X, Y]) (R, error) { return s.fn(a.X, a.Y), nil })
}

// StarMap is [Pool.Map] for a function of two arguments, which come in pairs.
func StarMap[X, Y, R any](ctx context.Context, p *Pool[Pair[X, Y], R], args iter.Seq2[X, Y]) iter.Seq2[R, error] {
	return p.Map(ctx, func(yield func(Pair[X, Y]) bool) {
		for x, y := range args {
			if !yield(Pair[X, Y]{x, y}) {
				return
			}
		}
	})
}
