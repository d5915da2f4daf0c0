package pools

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"songsong/helpers/threads"
)

// MapSlice calls fn for every item of in, on the pool's workers, and returns the results in order: [Map] for those who
// have a slice and want one. It is the fast way for millions of tiny items, at about the cost of chunks written by
// hand. A nil pool stands for one worker per processor.
//
// The error joins those of all failed items (panics and Goexits too), each with its item's number; the other results are there
// all the same, and a failed item's is what fn returned. If ctx ends, the rest is not computed and the cause is joined too.
// When MapSlice returns, no call of fn is running. It keeps its workers busy until it is through.
func MapSlice[T, R any](ctx context.Context, p *Pool, in []T, fn func(context.Context, T) (R, error), opts ...MapOption) ([]R, error) {
	if fn == nil {
		return nil, threads.ErrNilFunc
	}
	if p == nil {
		p = New(0)
		defer p.Close()
	}
	p.ready()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(context.Canceled)
	defer context.AfterFunc(p.ctx, func() { cancel(ErrClosed) })()
	s := &slicing[T, R]{in: in, out: make([]R, len(in)), fn: fn, ctx: ctx, pool: p}
	s.set.total = len(in)
	for _, opt := range opts {
		opt(&s.set)
	}
	defer context.AfterFunc(ctx, func() { s.over.Store(true) })()
	return s.out, s.compute(p.inside(ctx))
}

// slicing is one running MapSlice. Workers claim ranges of items until none is left.
type slicing[T, R any] struct {
	in      []T
	out     []R
	fn      func(context.Context, T) (R, error)
	ctx     context.Context
	pool    *Pool
	set     mapSettings
	workers int
	over    atomic.Bool   // ctx has ended
	wake    chan struct{} // tells the caller to look again; has room for one
	_       [64]byte
	next    atomic.Int64 // first item nobody has claimed; alone on its cache line
	_       [64]byte
	done    atomic.Int64 // items computed
	mu      sync.Mutex   // guards all below
	active  int          // workers that may be in fn
	closed  bool         // no worker may begin any more
	failed  []failure
}

type failure struct {
	item int
	err  error
}

// compute sends workers out, or works itself if the caller is a worker, and waits until all items are computed.
func (s *slicing[T, R]) compute(inside bool) error {
	s.workers = min(s.pool.Workers(), len(s.in))
	s.wake = make(chan struct{}, 1)
	var refused error
	if inside {
		s.work()
	} else {
		refused = s.hire()
	}
	told := -1
	tell := func() {
		if done := int(s.done.Load()); s.set.progress != nil && done != told {
			told = done
			s.set.progress(done, s.set.total)
		}
	}
	defer tell()
	ended := s.ctx.Done()
	for !s.finished() {
		select {
		case <-s.wake:
		case <-ended:
			s.over.Store(true)
			ended = nil
		}
		tell()
	}
	return s.verdict(refused)
}

func (s *slicing[T, R]) hire() error {
	for range s.workers {
		if err := s.pool.force(entry{job: s, name: "map slice"}); err != nil {
			s.over.Store(true)
			return err
		}
	}
	return nil
}

// finished says whether nothing is left to wait for; then no worker begins any more.
func (s *slicing[T, R]) finished() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = s.active == 0 && (s.over.Load() || s.next.Load() >= int64(len(s.in)))
	return s.closed
}

func (s *slicing[T, R]) verdict(refused error) error {
	slices.SortFunc(s.failed, func(a, b failure) int { return a.item - b.item })
	var errs []error
	for _, f := range s.failed {
		errs = append(errs, fmt.Errorf("item %d: %w", f.item, f.err))
	}
	if s.done.Load() < int64(len(s.in)) {
		errs = append(errs, refused, context.Cause(s.ctx))
	}
	return errors.Join(errs...)
}

// run is a worker's task in the pool.
func (s *slicing[T, R]) run(*Pool) outcome {
	s.work()
	return succeeded
}

func (s *slicing[T, R]) work() {
	s.mu.Lock()
	late := s.closed
	if !late {
		s.active++
	}
	s.mu.Unlock()
	if !late {
		s.loop(0, 0)
	}
}

// loop computes the range from lo to hi and then all it can claim.
func (s *slicing[T, R]) loop(lo, hi int) {
	length := max(s.set.chunk, 1)
	for {
		began, first := time.Since(epoch), lo
		for lo < hi && !s.over.Load() {
			lo = s.stretch(lo, hi)
		}
		if lo > first && s.set.chunk == 0 {
			cost := max((time.Since(epoch)-began)/time.Duration(lo-first), 1)
			length = max(1, min(int(chunkTime/cost), length*growth))
		}
		if lo, hi = s.claim(length); lo == hi {
			break
		}
	}
	s.mu.Lock()
	s.active--
	s.mu.Unlock()
	s.news()
}

func (s *slicing[T, R]) news() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// claim takes a range: length items, but towards the end less, so that all workers end together.
func (s *slicing[T, R]) claim(length int) (lo, hi int) {
	for !s.over.Load() {
		if s.ctx.Err() != nil { // sooner than over, which a goroutine of its own sets
			s.over.Store(true)
			break
		}
		lo := s.next.Load()
		left := len(s.in) - int(lo)
		if left <= 0 {
			break
		}
		n := length
		if s.set.chunk == 0 {
			n = max(min(length, left/(2*s.workers)), length/8, 1)
		}
		n = min(n, left)
		if s.next.CompareAndSwap(lo, lo+int64(n)) {
			return int(lo), int(lo) + n
		}
	}
	return 0, 0
}

// stretch runs fn from item lo to hi, or to the first that panics, and returns the item after it. After a Goexit
// another goroutine goes on for this one, which ends.
func (s *slicing[T, R]) stretch(lo, hi int) (next int) {
	next = lo
	returned := false
	defer func() {
		if r := recover(); r != nil {
			s.fail(next, threads.NewPanicError(r))
			next++
		} else if !returned {
			s.fail(next, threads.ErrGoexit)
			next++
			go s.loop(next, hi)
		}
		s.done.Add(int64(next - lo))
		if s.set.progress != nil {
			s.news()
		}
	}()
	ctx, fn, in, out := s.ctx, s.fn, s.in, s.out
	for next < hi && !s.over.Load() {
		for end := min(hi, next+1+(hi-lo)/64); next < end; next++ { // a long range has short items: look less often
			v, err := fn(ctx, in[next])
			out[next] = v
			if err != nil {
				s.fail(next, err)
			}
		}
	}
	returned = true
	return next
}

func (s *slicing[T, R]) fail(item int, err error) {
	s.mu.Lock()
	s.failed = append(s.failed, failure{item, err})
	s.mu.Unlock()
}
