// Package async holds futures and what is done with them: what Python's asyncio has for tasks, without coloured functions,
// since every Go function may wait.
//
// Start with [Go], which runs a function in a goroutine and returns its [Future], and [Gather], which waits for many.
// [TaskGroup] is for tasks that live and fail together.
//
// # From Python
//
//	asyncio                              async
//	create_task(f()), to_thread(f)       Go(ctx, f)
//	await task                           f.Await(ctx)
//	task.cancel(), cancelled(), done()   f.Cancel(), f.Cancelled(), f.Finished()
//	task.result(), exception()           f.Result(), f.Err()
//	task.add_done_callback(fn)           f.OnDone(fn)
//	loop.create_future(), set_result     NewFuture
//	gather(*aws, return_exceptions=True) Gather(ctx, fs...): all results and all errors
//	gather(*aws)                         Wait(ctx, FirstError, fs...), or a TaskGroup
//	wait(aws, return_when=…)             Wait(ctx, AllCompleted | FirstCompleted | FirstError, fs...)
//	as_completed(aws)                    AsCompleted(ctx, fs...)
//	wait_for(aw, t)                      WaitFor(ctx, f, t)
//	shield(aw)                           f.Await(ctx): the end of ctx never cancels f
//	timeout(t)                           context.WithTimeout
//	sleep(t)                             Sleep(ctx, t)
//	TaskGroup, tg.create_task            TaskGroup, g.Go, Start
//	ExceptionGroup                       the joined error of g.Wait, for errors.Is and errors.As
//	Queue, LifoQueue, PriorityQueue      AsyncQueue (it is syncs.Queue), NewQueue
//	Lock, Event, Condition, Semaphore    package syncs
//	run(main())                          func main
//	(no counterpart)                     Race, Any, Then, Limiter, Throttle
//
// There is no event loop: the Go scheduler is one, with as many threads as processors.
package async
