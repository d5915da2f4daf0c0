package threads

import "sync/atomic"

// latch opens once and then stays open. It is one word; a channel is made only if someone has to wait.
type latch struct{ ch atomic.Pointer[chan struct{}] }

var opened = func() *chan struct{} { c := make(chan struct{}); close(c); return &c }()

func (l *latch) open() {
	if ch := l.ch.Swap(opened); ch != nil {
		close(*ch)
	}
}

func (l *latch) isOpen() bool { return l.ch.Load() == opened }

// done is closed when the latch is open.
func (l *latch) done() <-chan struct{} {
	if ch := l.ch.Load(); ch != nil {
		return *ch
	}
	ch := make(chan struct{})
	if l.ch.CompareAndSwap(nil, &ch) {
		return ch
	}
	return *l.ch.Load()
}
