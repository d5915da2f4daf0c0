package main

import (
	"context"
	"iter"
	"slices"
	"sync"

	"github.com/alitto/pond/v2"
	lo "github.com/samber/lo/parallel"
	"golang.org/x/sync/errgroup"

	"songsong/helpers/async"
	"songsong/helpers/internal/ratio"
	"songsong/helpers/pools"
	"songsong/helpers/threads"
)

const workers = 2

var bg = context.Background()

// threadWays start one thread and wait for it, again and again.
func threadWays(n int) []ratio.Way {
	one := func(context.Context) (int, error) { return 1, nil }
	return []ratio.Way{
		{Name: "goroutine", N: n, Run: func(n int) {
			for range n {
				var wg sync.WaitGroup
				wg.Go(func() {})
				wg.Wait()
			}
		}},
		{Name: "goroutine, channel", N: n, Run: func(n int) {
			for range n {
				result := make(chan int, 1)
				go func() { result <- 1 }()
				<-result
			}
		}},
		{Name: "threads.Go + Join", N: n, Run: func(n int) {
			for range n {
				threads.Go(bg, "worker", one).Join(bg)
			}
		}},
		{Name: "async.Go + Await", N: n, Run: func(n int) {
			for range n {
				async.Go(bg, one).Await(bg)
			}
		}},
	}
}

// crowd is how many threads crowdWays start before they wait for the first.
const crowd = 100

// crowdWays start a crowd of threads and wait for all of them, again and again.
func crowdWays(n int) []ratio.Way {
	one := func(context.Context) (int, error) { return 1, nil }
	return []ratio.Way{
		{Name: "goroutines", N: n, Run: func(n int) {
			for range n / crowd {
				var wg sync.WaitGroup
				for range crowd {
					wg.Go(func() {})
				}
				wg.Wait()
			}
		}},
		{Name: "threads.Go, then Join", N: n, Run: func(n int) {
			var ts [crowd]*threads.Thread[int]
			for range n / crowd {
				for i := range ts {
					ts[i] = threads.Go(bg, "worker", one)
				}
				for _, t := range ts {
					t.Join(bg)
				}
			}
		}},
	}
}

// goWays run n tasks nobody asks the result of.
func goWays(n int) []ratio.Way {
	return []ratio.Way{
		{Name: "pond.Go", N: n, Run: func(n int) {
			p := pond.NewPool(workers)
			for range n {
				p.Go(func() {})
			}
			p.StopAndWait()
		}},
		{Name: "pools.Go", N: n, Run: func(n int) {
			p := pools.New(workers)
			for range n {
				p.Go(func() {})
			}
			p.Close()
		}},
		{Name: "pools.Go, logged", N: n, Run: func(n int) {
			p := pools.New(workers, pools.LogTo(taskLog))
			for range n {
				p.Go(func() {})
			}
			p.Close()
		}},
		{Name: "errgroup", N: n, Run: func(n int) {
			var g errgroup.Group
			g.SetLimit(workers)
			for range n {
				g.Go(func() error { return nil })
			}
			g.Wait()
		}},
	}
}

var taskLog = threads.NewLog(1 << 12)

// submitWays run n tasks and take every result.
func submitWays(n int) []ratio.Way {
	ours := func(opts ...pools.Option) func(n int) {
		return func(n int) {
			p := pools.New(workers, opts...)
			futures := make([]*pools.Future[int], n)
			for i := range futures {
				futures[i] = pools.Submit(bg, p, func(context.Context) (int, error) { return i, nil })
			}
			for _, f := range futures {
				f.Await(bg)
			}
			p.Close()
		}
	}
	return []ratio.Way{
		{Name: "pond.Submit", N: n, Run: func(n int) {
			p := pond.NewPool(workers)
			futures := make([]pond.Task, n)
			for i := range futures {
				futures[i] = p.Submit(func() {})
			}
			for _, f := range futures {
				f.Wait()
			}
			p.StopAndWait()
		}},
		{Name: "pools.Submit", N: n, Run: ours()},
		{Name: "pools.Submit, logged", N: n, Run: ours(pools.LogTo(taskLog))},
	}
}

//go:noinline
func tiny(x int) int { return x*x + 1 }

//go:noinline
func medium(x int) int { // about 10 µs
	v := uint64(x) | 1
	for range 6000 {
		v ^= v << 13
		v ^= v >> 7
		v ^= v << 17
	}
	return int(v & 0xff)
}

// What Map gets: the same work in a function of its form.

//go:noinline
func tinyTask(_ context.Context, x int) (int, error) { return x*x + 1, nil }

func mediumTask(_ context.Context, x int) (int, error) { return medium(x), nil }

var sink int

// mapWays compute f (fn in the form of Map) for n items in order. The hand-written ways write into a slice; Map yields. All add the results up.
func mapWays(n int, f func(int) int, fn func(context.Context, int) (int, error), withDear bool) []ratio.Way {
	in := make([]int, n)
	for i := range in {
		in[i] = i
	}
	ways := []ratio.Way{
		{Name: "plain loop", N: n, Run: func(n int) {
			out := make([]int, n)
			for i, x := range in {
				out[i] = f(x)
			}
			sum(out)
		}},
		{Name: "static chunks", N: n, Run: func(n int) {
			out := make([]int, n)
			var wg sync.WaitGroup
			for w := range workers {
				lo, hi := n*w/workers, n*(w+1)/workers
				wg.Go(func() {
					for i := lo; i < hi; i++ {
						out[i] = f(in[i])
					}
				})
			}
			wg.Wait()
			sum(out)
		}},
		{Name: "static chunks over Seq", N: n, Run: func(n int) { chunksOverSeq(slices.Values(in), n, f) }},
		{Name: "pools.MapSlice", N: n, Run: func(int) {
			p := pools.New(workers)
			out, _ := pools.MapSlice(bg, p, in, fn)
			sum(out)
			p.Close()
		}},
		{Name: "pools.Map", N: n, Run: func(int) {
			p := pools.New(workers)
			sumPairs(pools.Map(bg, p, slices.Values(in), fn))
			p.Close()
		}},
		{Name: "pools.MapUnordered", N: n, Run: func(int) {
			p := pools.New(workers)
			sumPairs(pools.MapUnordered(bg, p, slices.Values(in), fn))
			p.Close()
		}},
		{Name: "errgroup, by index", N: n, Run: func(n int) {
			out := make([]int, n)
			var g errgroup.Group
			g.SetLimit(workers)
			for i, x := range in {
				g.Go(func() error { out[i] = f(x); return nil })
			}
			g.Wait()
			sum(out)
		}},
	}
	if withDear {
		ways = append(ways, ratio.Way{Name: "pond group", N: n, Run: func(n int) {
			p := pond.NewResultPool[int](workers)
			g := p.NewGroup()
			for _, x := range in {
				g.Submit(func() int { return f(x) })
			}
			out, _ := g.Wait()
			sum(out)
			p.StopAndWait()
		}}, ratio.Way{Name: "lo/parallel.Map", N: n, Run: func(int) {
			sum(lo.Map(in, func(x, _ int) int { return f(x) }))
		}})
	}
	return ways
}

// chunksOverSeq is what one writes by hand when the input is a sequence and the output is one: collect it, cut it in
// two, compute, and yield.
func chunksOverSeq(seq iter.Seq[int], n int, f func(int) int) {
	in := make([]int, 0, n)
	for x := range seq {
		in = append(in, x)
	}
	out := make([]int, n)
	var wg sync.WaitGroup
	for w := range workers {
		lo, hi := n*w/workers, n*(w+1)/workers
		wg.Go(func() {
			for i := lo; i < hi; i++ {
				out[i] = f(in[i])
			}
		})
	}
	wg.Wait()
	for v := range slices.Values(out) {
		sink += v
	}
}

func sum(values []int) {
	for _, v := range values {
		sink += v
	}
}

func sumPairs(pairs iter.Seq2[int, error]) {
	for v := range pairs {
		sink += v
	}
}
