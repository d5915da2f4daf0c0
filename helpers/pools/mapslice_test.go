package pools

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"songsong/helpers/threads"
)

func numbers(n int) []int { return slices.Collect(upTo(n)) }

func TestMapSlice(t *testing.T) {
	for _, workers := range []int{0, 1, 2, 7, 1000} {
		for _, n := range []int{0, 1, 2, 63, 100_000} {
			p := New(workers)
			out, err := MapSlice(bg, p, numbers(n), square)
			if err != nil || len(out) != n {
				t.Fatalf("%d workers: %d of %d, %v", workers, len(out), n, err)
			}
			for i, v := range out {
				if v != i*i {
					t.Fatalf("%d workers, item %d of %d is %d", workers, i, n, v)
				}
			}
			p.Close()
		}
	}
	if out, err := MapSlice(bg, nil, numbers(3), square); !slices.Equal(out, []int{0, 1, 4}) || err != nil {
		t.Error(out, err)
	}
}

func TestMapSliceItemsThatFail(t *testing.T) {
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
	for _, chunk := range []int{0, 1, 10, 1000} {
		var opts []MapOption
		if chunk > 0 {
			opts = append(opts, Chunk(chunk))
		}
		p := New(3)
		out, err := MapSlice(bg, p, numbers(200), fn, opts...)
		var pe *threads.PanicError
		if !errors.As(err, &pe) || !errors.Is(err, odd) || !errors.Is(err, threads.ErrGoexit) {
			t.Fatalf("got %v", err)
		}
		lines := strings.Split(err.Error(), "\n")
		if len(lines) != 60 || lines[0] != "item 3: panic: odd" || lines[59] != "item 197: odd" {
			t.Errorf("%d lines, from %q to %q", len(lines), lines[0], lines[len(lines)-1])
		}
		for i, v := range out {
			if v != i && i%10 != 3 && i%10 != 5 {
				t.Errorf("item %d is %d", i, v)
			}
		}
		p.Close()
	}
	if _, err := MapSlice[int, int](bg, nil, numbers(3), nil); !errors.Is(err, threads.ErrNilFunc) {
		t.Error(err)
	}
}

func TestMapSliceEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancelCause(bg)
	why := errors.New("enough")
	var running, calls atomic.Int32
	var once sync.Once
	fn := func(ctx context.Context, n int) (int, error) {
		running.Add(1)
		defer running.Add(-1)
		if calls.Add(1) >= 50 {
			once.Do(func() { cancel(why) }) // the others wait here until it is done
		}
		return n, nil
	}
	_, err := MapSlice(ctx, nil, numbers(1_000_000), fn)
	if !errors.Is(err, why) || running.Load() != 0 || calls.Load() > 900_000 {
		t.Errorf("%v; %d running, %d calls", err, running.Load(), calls.Load())
	}
}

func TestMapSliceInsideAndClosed(t *testing.T) {
	p := New(1)
	f := Submit(bg, p, func(ctx context.Context) ([]int, error) { return MapSlice(ctx, p, numbers(4), square) })
	ctx, cancel := context.WithTimeout(bg, 5*time.Second)
	defer cancel()
	if v, err := f.Await(ctx); !slices.Equal(v, []int{0, 1, 4, 9}) || err != nil {
		t.Errorf("inside: %v, %v", v, err)
	}
	p.Close()
	if _, err := MapSlice(bg, p, numbers(4), square); !errors.Is(err, ErrClosed) {
		t.Errorf("closed: %v", err)
	}
}

func TestMapSliceBehindABusyWorker(t *testing.T) {
	p := New(2)
	hold := make(chan struct{})
	p.Go(func() { <-hold })
	if out, err := MapSlice(bg, p, numbers(1000), square); len(out) != 1000 || err != nil { // one worker is enough
		t.Error(len(out), err)
	}
	p.Resize(1)
	ctx, cancel := context.WithTimeout(bg, 10*time.Millisecond)
	defer cancel()
	if _, err := MapSlice(ctx, p, numbers(1000), square); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("no worker is free: %v", err)
	}
	close(hold)
	p.Close()
}

func TestMapSliceProgress(t *testing.T) {
	last := ""
	MapSlice(bg, nil, numbers(1000), square, OnProgress(func(done, total int) { last = fmt.Sprint(done, "/", total) }))
	if last != "1000/1000" {
		t.Errorf("last progress %s", last)
	}
}
