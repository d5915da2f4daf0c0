// Package threads gives goroutines what Python's threading.Thread has and a bare go statement lacks:
// a name, a start that can be checked, a join with a context, a result, and an error instead of a crash
// when the function panics. On request a thread is a real operating-system thread with its own id and CPUs.
//
// Start with [Go] (make and start a thread) and [Thread.Join] (wait for it and take its result).
// [Log] records what ran when, for a timeline; [Leaks] finds goroutines nobody waited for.
//
// # From Python
//
//	threading                      threads
//	Thread(target=f, name=n)       New(n, f)
//	t.start()                      t.Start(ctx)
//	t.join(), t.join(timeout)      t.Join(ctx): the context carries the timeout
//	(no result)                    t.Join(ctx) returns the function's result and error
//	t.is_alive()                   t.Alive()
//	daemon=True                    Daemon(): Wait does not wait for it
//	waiting at interpreter exit    Wait(ctx), to be called at the end of main
//	enumerate(), active_count()    Live(), len(Live())
//	t.native_id                    t.ThreadID(), with OSThread()
//	excepthook                     the error of Join is a *PanicError with the stack
//
// It does not limit how many run at once (see package pools), and it can't stop a function that never looks at
// its context: nothing in Go can.
//
// Cost, on a machine where a bare goroutine with a channel to join it takes 0.6 µs: start and join of a named
// thread with result, panic capture and two clock readings is within 1.5 times that; helpers/BENCH.md has the table.
package threads
