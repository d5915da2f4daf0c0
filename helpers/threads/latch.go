package threads

import (
	"sync"
	"sync/atomic"
)

// latch opens once and then stays open. Waiting for it without a context costs no allocation; a channel is
// made only for those who ask for one.
type latch struct {
	wg sync.WaitGroup // at 1 until the latch opens
	ch atomic.Pointer[chan struct{}]
}

var opened = func() *chan struct{} { c := make(chan struct{}); close(c); return &c }()

func (l *latch) init() { l.wg.Add(1) }

func (l *latch) open() {
	if ch := l.ch.Swap(opened); ch != nil {
		close(*ch)
	}
	l.wg.Done()
}

func (l *latch) wait() { l.wg.Wait() }

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
