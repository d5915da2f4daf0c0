// Package syncs holds the tools of synchronisation that Python's threading and queue modules have and Go's sync package
// leaves out, all with contexts: [Event], [Barrier], [Semaphore], [BoundedSemaphore], [RLock], [Cond], [Timer], [Queue].
// It also makes locking visible: [DetectDeadlocks] finds double locks, inverted lock orders and deadlocks, and a
// [Recorder] keeps who waited for whom and how long.
//
// # From Python
//
//	threading, queue                  syncs
//	Lock()                            sync.Mutex, or Mutex here to have it watched
//	lock.acquire(timeout=t)           NewSemaphore(1) and Acquire(ctx)
//	RLock()                           RLock: the owner is a token, since goroutines have no identity
//	Condition(lock)                   Cond: Wait(ctx), WaitFor(ctx, pred), Signal, Broadcast
//	Event()                           Event: Set, Clear, IsSet, Wait(ctx)
//	Semaphore(n)                      NewSemaphore(n): Acquire(ctx), TryAcquire, Release
//	BoundedSemaphore(n)               NewBoundedSemaphore(n): Release fails with ErrOverRelease
//	Barrier(n, action)                NewBarrier(n, action): Wait(ctx), Abort, Reset
//	BrokenBarrierError                ErrBrokenBarrier
//	Timer(t, f)                       NewTimer(t, f): Start, Cancel, Join(ctx)
//	Queue(n), SimpleQueue()           NewQueue[T](n), a zero Queue
//	LifoQueue(n), PriorityQueue(n)    NewLIFO[T](n), NewPriority[T](n, compare)
//	put, get, put_nowait, get_nowait  Put(ctx, v), Get(ctx), TryPut, TryGet
//	Full, Empty, ShutDown             ErrFull, ErrEmpty, ErrShutdown
//	task_done(), join(), shutdown()   TaskDone, Join(ctx), Shutdown(immediate)
//	qsize(), maxsize                  Len, Cap
//
// In plain Go a channel is often the better queue, and closing one the better event: reach for these when a program needs
// what they add (a join, a shutdown, an order, a reuse). An operation that does not wait costs one or two locks, 20 to 60 ns;
// one that waits makes a channel, about 100 ns, and a switch of goroutines.
package syncs
