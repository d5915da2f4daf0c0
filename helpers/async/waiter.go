package async

// waiter is one who wants to know that a future is finished: a channel to close, or a function to call. The
// waiters of a future are a stack; its head is replaced by sealed at the end, so one word holds both.
type waiter struct {
	next *waiter
	ch   chan struct{} // closed first
	note func()        // then called: this package's own, never blocks or panics
	call func()        // last: the user's callback
}

var sealed = new(waiter)

// wake tells all waiters of a stack: channels and own notes first, so that a callback that panics harms none of
// them, then the callbacks in the order they were added.
func wake(head *waiter) {
	callbacks := 0
	for w := head; w != nil; w = w.next {
		switch {
		case w.ch != nil:
			close(w.ch)
		case w.note != nil:
			w.note()
		default:
			callbacks++
		}
	}
	if callbacks == 0 {
		return
	}
	calls := make([]func(), callbacks)
	for w := head; w != nil; w = w.next {
		if w.call != nil {
			callbacks--
			calls[callbacks] = w.call
		}
	}
	for _, call := range calls {
		call()
	}
}

// push adds a waiter, unless the future is finished.
func (f *Future[T]) push(w *waiter) bool {
	for {
		head := f.waiters.Load()
		if head == sealed {
			return false
		}
		w.next = head
		if f.waiters.CompareAndSwap(head, w) {
			return true
		}
	}
}

// closed is the Done channel of every future that was finished before anyone asked.
var closed = func() chan struct{} { c := make(chan struct{}); close(c); return c }()

// Done is closed when the future is finished. The first call makes the channel, later ones find it.
func (f *Future[T]) Done() <-chan struct{} {
	head := f.waiters.Load()
	if head == sealed {
		return closed
	}
	for w := head; w != nil; w = w.next {
		if w.ch != nil {
			return w.ch
		}
	}
	w := &waiter{ch: make(chan struct{})}
	if !f.push(w) {
		return closed
	}
	return w.ch
}

// OnDone calls fn with the future when it is finished: in the goroutine that finishes it, or at once if it is
// finished already (Python's add_done_callback). Callbacks run in the order they were added and should be short.
// A panic in one ends the goroutine it runs in like any panic; in a pool it is counted and reported by Shutdown.
func (f *Future[T]) OnDone(fn func(*Future[T])) {
	if !f.push(&waiter{call: func() { fn(f) }}) {
		fn(f)
	}
}

// notify is OnDone for this package: fn must not block or panic.
func (f *Future[T]) notify(fn func()) {
	if !f.push(&waiter{note: fn}) {
		fn()
	}
}
