package syncs

import "container/list"

// line is those who wait, first come first served. Its owner's lock guards it.
type line struct{ waiting list.List }

// place is one waiter's place in a line. called is closed when it is its turn.
type place struct {
	called chan struct{}
	at     *list.Element
}

func (l *line) join() *place {
	p := &place{called: make(chan struct{})}
	p.at = l.waiting.PushBack(p)
	return p
}

// leave gives a place up; false if it was called already.
func (l *line) leave(p *place) bool {
	if p.at == nil {
		return false
	}
	l.waiting.Remove(p.at)
	p.at = nil
	return true
}

// call calls the first waiter; false if nobody waits.
func (l *line) call() bool {
	front := l.waiting.Front()
	if front == nil {
		return false
	}
	p := front.Value.(*place)
	l.leave(p)
	close(p.called)
	return true
}

func (l *line) callAll() {
	for l.call() {
	}
}
