package pools

import "context"

// Shutdown closes the pool: it takes no more tasks. With wait it returns when no task is queued or running any more, else
// at once. With cancel, queued tasks never run (their futures are cancelled) and the contexts of running ones
// end; Python's cancel_futures leaves running ones alone. The error joins the panics of fire-and-forget tasks
// nobody has heard of yet. It may be called again, to wait or to cancel after all. A task must not wait for its own pool.
func (p *Pool) Shutdown(wait, cancel bool) error {
	p.ready()
	p.queue.close()
	if cancel {
		p.cancel(ErrClosed)
	}
	if wait {
		p.Wait(context.Background())
		p.cancel(ErrClosed) // frees the context; nothing runs that could see it
	}
	return p.lost.take()
}

// Close is Shutdown(true, false): it lets all tasks finish. It is there for defer and io.Closer.
func (p *Pool) Close() error { return p.Shutdown(true, false) }
