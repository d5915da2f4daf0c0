// Package processes runs programs and Go functions in other processes of this
// machine, and, with package durable, of others. Start with [NewPool] for many
// calls of one function, [Spawn] for one function in one process, and [Start] for
// another program. What processes share goes through [Pipe], [Queue], [Value],
// [Array], [Lock] or a [Manager]; everything else they have is their own.
//
// A program that uses pools or Spawn calls [Main] first in main:
//
//	func main() {
//		processes.Main()
//		pool, err := processes.NewPlainPool(ctx, 4, square)
//		…
//	}
//
// Workers are the same program, executed again; a function is found there by its
// place in the program's file, so it needs no registration. In a notebook all
// this is done by the kernel.
//
// In Go, work bound by the processor does not need processes: goroutines run on
// all processors at once (package pools, about a tenth of the cost). Processes
// are for what goroutines can't give: tasks that may crash, leak or never stop,
// and tasks on other machines. This package does not make functions with side
// effects run exactly once: a task whose worker died is run again, up to
// [MaxKills] times. Its result arrives once.
//
//	Python multiprocessing                 here
//	Process(target=f, args=(x,)).start()   Spawn(ctx, f, x)
//	p.join(); p.exitcode                   p.Wait(ctx); p.ExitCode()
//	p.terminate(), p.kill()                p.Signal(syscall.SIGTERM), p.Kill()
//	Pool(4), ProcessPoolExecutor(4)        NewPool(ctx, 4, f), NewPlainPool
//	pool.apply_async(f, (x,)), submit      pool.Submit(ctx, x)
//	pool.map, executor.map                 pool.Map(ctx, seq), Collect
//	pool.imap                              pool.IMap(ctx, seq, ahead)
//	pool.imap_unordered                    pool.MapUnordered(ctx, seq)
//	tqdm(pool.imap(f, xs), total=n)        display.Track("f", n, pool.Map(ctx, seq))
//	pool.starmap                           StarMap(ctx, pool, seq2)
//	callback=, add_done_callback           future.OnDone
//	wait, as_completed                     Wait, AsCompleted
//	pool.close(); pool.join()              pool.Close()
//	executor.shutdown(wait, cancel)        pool.Shutdown(wait, cancel)
//	pool.terminate()                       pool.Terminate()
//	Pipe()                                 NewPipe[T]()
//	Queue(n), JoinableQueue                NewQueue[T](n)
//	Value('i', 0), Array('i', 10)          NewValue[T](v), NewArray[T](n)
//	Lock()                                 NewLock()
//	Manager().dict(), .list()              NewDict, NewList
//	BaseManager.register('Maths', Maths)   manager.Register("Maths", new(Maths))
//	current_process().name                 WorkerName()
package processes
