// Package pools runs many tasks on few goroutines: what Python's concurrent.futures does with its ThreadPoolExecutor.
//
// Start with [New] and [Submit], which gives a future, and [Map], which puts a function to work on a sequence of items and
// yields the results in order:
//
//	p := pools.New(4)
//	defer p.Close()
//	f := pools.Submit(ctx, p, func(ctx context.Context) (int, error) { return download(ctx, url) })
//	size, err := f.Await(ctx)
//	for size, err := range pools.Map(ctx, p, slices.Values(urls), download) { … }
//
// A panic in a task is an error with a stack, never the end of the program and never lost. A task that calls
// runtime.Goexit (as t.FailNow does) finishes its future with an error too. A full queue makes producers wait.
//
// # From Python
//
//	concurrent.futures                   pools
//	ThreadPoolExecutor(max_workers=n)    New(n); New(0) is one worker per processor
//	with ThreadPoolExecutor() as ex      p := New(0); defer p.Close()
//	ex.submit(f, x)                      Submit(ctx, p, func(ctx) (T, error) { return f(x) })
//	  (result never asked for)           p.Go(func() { … })
//	ex.map(f, xs)                        Map(ctx, p, seq, f); a slice is slices.Values(xs)
//	ex.map(f, xs, timeout=t)             Map with a ctx that has the timeout
//	ex.map(f, xs, chunksize=n)           Map with Chunk(n); without it chunks are measured
//	ex.shutdown(wait, cancel_futures)    p.Shutdown(wait, cancel)
//	imap_unordered (multiprocessing)     MapUnordered(ctx, p, seq, f)
//	future.result(timeout)               f.Await(ctx); f.Result() never waits
//	future.exception(timeout)            the error of f.Await(ctx), or f.Err()
//	future.cancel(), cancelled()         f.Cancel(), f.Cancelled()
//	future.running(), done()             f.Running(), f.Finished(), and the channel f.Done()
//	future.add_done_callback(fn)         f.OnDone(fn)
//	wait(fs, return_when=…)              Wait(ctx, AllCompleted | FirstCompleted | FirstError, fs...)
//	as_completed(fs, timeout)            AsCompleted(ctx, fs...)
//	future.set_result, set_exception     async.NewFuture
//	InvalidStateError                    the false that resolve returns
//	TimeoutError, CancelledError         context.DeadlineExceeded, async.ErrCancelled
//	BrokenThreadPool                     no counterpart: workers can't break
//	initializer, thread_name_prefix      no counterpart: goroutines have no state to prepare
//	(no counterpart)                     Queue, NonBlocking, Timeout, Resize, Metrics, LogTo, OnPanic, OnProgress
//
// Two differences are on purpose: shutdown with cancel also ends the contexts of running tasks, and a Map does not
// stop at the first error but yields it in its place.
//
// The workers are goroutines of github.com/alitto/pond/v2, which bounds and resizes them; the futures are those of package async. The costs
// against pond, errgroup and Python are measured in helpers/BENCH.md. Pools of processes, on this machine or on
// many, are in package processes.
package pools
