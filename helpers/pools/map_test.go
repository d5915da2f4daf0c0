package pools

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"songsong/helpers/threads"
)

func upTo(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

func square(_ context.Context, n int) (int, error) { return n * n, nil }

func TestMapIsOrderedAndComplete(t *testing.T) {
	for _, workers := range []int{0, 1, 2, 7, 1000} {
		for _, n := range []int{0, 1, 2, 63, 10_000} {
			p := New(workers)
			i := 0
			for v, err := range Map(bg, p, upTo(n), square) {
				if err != nil || v != i*i {
					t.Fatalf("%d workers, item %d of %d: %d, %v", workers, i, n, v, err)
				}
				i++
			}
			if i != n {
				t.Errorf("%d workers: %d items of %d", workers, i, n)
			}
			if err := p.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestMapUnorderedIsComplete(t *testing.T) {
	var got []int
	for v, err := range MapUnordered(bg, nil, upTo(5000), square) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, v)
	}
	slices.Sort(got)
	for i, v := range got {
		if v != i*i {
			t.Fatalf("item %d is %d", i, v)
		}
	}
	if len(got) != 5000 {
		t.Errorf("%d items", len(got))
	}
}

func TestUnorderedDoesNotWaitForTheSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(2)
		defer p.Close()
		delay := func(_ context.Context, n int) (int, error) { time.Sleep(time.Duration(n) * time.Second); return n, nil }
		var got []int
		for v := range MapUnordered(bg, p, slices.Values([]int{9, 1, 2, 3}), delay, Chunk(1)) {
			got = append(got, v)
		}
		if !slices.Equal(got, []int{1, 2, 3, 9}) {
			t.Errorf("got %v", got)
		}
	})
}

func TestMapItemsThatFail(t *testing.T) {
	odd := errors.New("odd")
	fn := func(_ context.Context, n int) (int, error) {
		switch n % 10 {
		case 3:
			panic(odd)
		case 5:
			runtime.Goexit()
		case 7:
			return n, odd
		}
		return n, nil
	}
	for _, chunk := range []int{1, 10, 64} {
		p := New(3)
		i := 0
		for v, err := range Map(bg, p, upTo(200), fn, Chunk(chunk)) {
			var pe *threads.PanicError
			switch i % 10 {
			case 3:
				if !errors.As(err, &pe) || !errors.Is(err, odd) {
					t.Errorf("item %d: %v", i, err)
				}
			case 5:
				if !errors.Is(err, threads.ErrGoexit) {
					t.Errorf("item %d: %v", i, err)
				}
			case 7:
				if err != odd {
					t.Errorf("item %d: %v", i, err)
				}
			default:
				if err != nil || v != i {
					t.Errorf("item %d: %d, %v", i, v, err)
				}
			}
			i++
		}
		if i != 200 {
			t.Errorf("%d results", i)
		}
		p.Close()
	}
}

func TestMapNilFunction(t *testing.T) {
	for _, err := range Map[int, int](bg, nil, upTo(3), nil) {
		if !errors.Is(err, threads.ErrNilFunc) {
			t.Error(err)
		}
		return
	}
	t.Error("no error")
}

func TestMapBreakWaitsForRunningCalls(t *testing.T) {
	p := New(4)
	defer p.Close()
	var running atomic.Int32
	fn := func(ctx context.Context, n int) (int, error) {
		running.Add(1)
		defer running.Add(-1)
		if n > 0 {
			<-ctx.Done() // the break must end it
		}
		return n, nil
	}
	for range Map(bg, p, upTo(100), fn, Chunk(1)) {
		break
	}
	if n := running.Load(); n != 0 {
		t.Errorf("%d calls run after the loop", n)
	}
}

func TestMapEndsWithItsContext(t *testing.T) {
	for _, ordered := range []bool{true, false} {
		ctx, cancel := context.WithCancelCause(bg)
		why := errors.New("enough")
		each := Map[int, int]
		if !ordered {
			each = MapUnordered[int, int]
		}
		fn := func(ctx context.Context, n int) (int, error) {
			if n == 500 {
				cancel(why)
			}
			return n, nil
		}
		var last error
		next := 0
		for v, err := range each(ctx, nil, upTo(1<<40), fn) { // never ends by itself
			if last = err; err != nil {
				continue
			}
			if ordered && v != next {
				t.Fatalf("item %d after %d", v, next-1)
			}
			next++
		}
		if last != why {
			t.Errorf("last error %v", last)
		}
	}
}

func TestMapPanicOfTheBodyLeaksNothing(t *testing.T) {
	defer func() {
		if r := recover(); r != "body" {
			t.Errorf("recovered %v", r)
		}
	}()
	for range Map(bg, nil, upTo(1000), square) {
		panic("body")
	}
}

func TestMapInsideItsOwnPool(t *testing.T) {
	p := New(1)
	defer p.Close()
	f := Submit(bg, p, func(ctx context.Context) (sum int, err error) {
		for v := range Map(ctx, p, upTo(10), square) {
			sum += v
		}
		for v := range MapUnordered(ctx, p, upTo(10), square) {
			sum += v
		}
		return sum, nil
	})
	ctx, cancel := context.WithTimeout(bg, 5*time.Second)
	defer cancel()
	if sum, err := f.Await(ctx); sum != 2*285 || err != nil {
		t.Errorf("got %d, %v", sum, err)
	}
}

func TestMapOnAClosedPool(t *testing.T) {
	p := New(2)
	p.Close()
	n := 0
	for _, err := range Map(bg, p, upTo(10), square) {
		n++
		if !errors.Is(err, ErrClosed) {
			t.Error(err)
		}
	}
	if n != 1 {
		t.Errorf("%d pairs", n)
	}
}

func TestMapReadsABoundedWayAhead(t *testing.T) {
	p := New(2)
	defer p.Close()
	pulled := 0
	in := func(yield func(int) bool) {
		for i := range 1000 {
			pulled++
			if !yield(i) {
				return
			}
		}
	}
	for v := range Map(bg, p, in, square, Chunk(1)) {
		if pulled > v+1+chunksAhead*2 {
			t.Fatalf("%d items pulled when item %d was yielded", pulled, v)
		}
	}
}

func TestMapProgress(t *testing.T) {
	var calls []string
	p := New(1)
	defer p.Close()
	for range Map(bg, p, upTo(6), square, Chunk(4), Total(6), OnProgress(func(done, total int) {
		calls = append(calls, fmt.Sprint(done, "/", total))
	})) {
	}
	if !slices.Equal(calls, []string{"4/6", "6/6"}) {
		t.Errorf("calls %v", calls)
	}
}

func TestMapTwice(t *testing.T) {
	seq := Map(bg, nil, upTo(100), square)
	for range 2 {
		n := 0
		for range seq {
			n++
		}
		if n != 100 {
			t.Errorf("%d items", n)
		}
	}
}
