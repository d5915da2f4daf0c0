package syncs

import (
	"context"
	"errors"
	"sync"
	"time"

	"songsong/helpers/threads"
)

var (
	// ErrTimerNotStarted is the error of a Join of a timer that was not started.
	ErrTimerNotStarted = errors.New("the timer was not started")
	// ErrTimerCancelled is the error of a Join of a timer that was cancelled in time.
	ErrTimerCancelled = errors.New("the timer was cancelled")
)

// Timer runs a function once, some time after Start, unless it is cancelled before. It is time.AfterFunc with a
// Join; the zero Timer runs nothing. It costs no goroutine until its time comes.
type Timer struct {
	after time.Duration
	fn    func()
	mu    sync.Mutex // guards all below
	timer *time.Timer
	begun bool
	over  chan struct{} // made by Start, closed at the end
	err   error         // written before over is closed
}

// NewTimer makes a timer that runs fn when d has passed since Start.
func NewTimer(d time.Duration, fn func()) *Timer { return &Timer{after: d, fn: fn} }

// Start starts the clock; a second Start does nothing.
func (t *Timer) Start() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.over != nil {
		return
	}
	t.over = make(chan struct{})
	t.timer = time.AfterFunc(t.after, t.fire)
}

func (t *Timer) fire() {
	t.mu.Lock()
	if t.begun {
		t.mu.Unlock()
		return
	}
	t.begun = true
	t.mu.Unlock()
	err := threads.ErrGoexit // what remains if the function does not come back
	defer func() {
		if r := recover(); r != nil {
			err = threads.NewPanicError(r)
		}
		t.err = err
		close(t.over)
	}()
	if t.fn != nil {
		t.fn()
	}
	err = nil
}

// Cancel keeps the function from running and says whether it was in time. Before Start it cancels nothing.
func (t *Timer) Cancel() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.over == nil || t.begun {
		return false
	}
	t.begun = true
	t.timer.Stop()
	t.err = ErrTimerCancelled
	close(t.over)
	return true
}

// Join waits until the function has run or the timer was cancelled. It returns nil, [ErrTimerCancelled], a
// *threads.PanicError if the function panicked, or the cause of ctx's end.
func (t *Timer) Join(ctx context.Context) error {
	t.mu.Lock()
	over := t.over
	t.mu.Unlock()
	if over == nil {
		return ErrTimerNotStarted
	}
	select {
	case <-over:
		return t.err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
