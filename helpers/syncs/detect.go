package syncs

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/petermattis/goid"
	"github.com/sasha-s/go-deadlock"
)

// Kind is what was found wrong with the locks.
type Kind string

const (
	DoubleLock Kind = "double lock" // a goroutine locks what it has locked: it will wait for itself
	LockOrder  Kind = "lock order"  // two locks were taken in both orders: this can become a deadlock
	Deadlock   Kind = "deadlock"    // goroutines wait for each other in a circle, now
)

// Report is one finding. Text says it in full: the stacks of both sides for the first two kinds, the circle for Deadlock.
type Report struct {
	Kind Kind
	Lock string // name of the lock that was about to be taken, or its address
	Text string
}

// Error makes a report an error: what [PanicOnDeadlock] panics with.
func (r *Report) Error() string {
	return fmt.Sprintf("%s on %s:\n%s", r.Kind, r.Lock, r.Text)
}

var (
	detecting atomic.Bool
	handler   atomic.Pointer[func(*Report)]
)

// DetectDeadlocks watches every [Mutex] and [RWMutex] of this package until stop is called: the one switch. report is called in
// the goroutine that is about to lock, before it waits, so it may panic to get out ([PanicOnDeadlock]); nil prints
// to standard error. Double locks and lock orders are found by github.com/sasha-s/go-deadlock (its order check
// compares pairs of locks), deadlocks of any length by following who waits for whom.
// A watched lock costs a few microseconds. Locks that are held when detection starts are not watched. One detection at a time:
// a second call replaces the report of the first.
func DetectDeadlocks(report func(*Report)) (stop func()) {
	configure()
	if report == nil {
		report = func(r *Report) { fmt.Fprintln(os.Stderr, r) }
	}
	handler.Store(&report)
	detecting.Store(true)
	return func() { detecting.Store(false) }
}

// PanicOnDeadlock is for [DetectDeadlocks]: it panics with the *Report, and the lock is not taken.
func PanicOnDeadlock(r *Report) { panic(r) }

// configure sets go-deadlock up, once: its options can't be changed while it is used.
var configure = sync.OnceFunc(func() {
	deadlock.Opts.Disable = false
	deadlock.Opts.DeadlockTimeout = 0 // no timer: the wait graph knows
	deadlock.Opts.LogBuf = &found
	deadlock.Opts.OnPotentialDeadlock = found.finish
})

// findings collects what go-deadlock prints while it holds its own lock, by goroutine.
type findings struct {
	mu    sync.Mutex
	text  strings.Builder
	ready map[int64][]string
}

var found = findings{ready: map[int64][]string{}}

func (f *findings) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.text.Write(p)
}

// finish is called by go-deadlock, in the goroutine that locks, after it has printed a finding.
func (f *findings) finish() {
	f.mu.Lock()
	defer f.mu.Unlock()
	id := goid.Get()
	f.ready[id] = append(f.ready[id], f.text.String())
	f.text.Reset()
}

func (f *findings) take(id int64) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	texts := f.ready[id]
	delete(f.ready, id)
	return texts
}

// watched is one Lock of a watched mutex.
type watched struct {
	lock   any // the address of the mutex, its identity
	name   string
	shadow *deadlock.RWMutex
}

// acquire reports what is wrong and then takes the lock. If the report panics, nothing is held.
func (w *watched) acquire(try func() bool, lock func()) {
	w.begin()
	done := false
	defer func() {
		if !done {
			graph.stopWaiting()
			w.shadow.RUnlock()
		}
	}()
	for _, text := range found.take(goid.Get()) {
		w.report(text)
	}
	if !try() {
		if circle := graph.wait(w.lock, w.title()); circle != "" {
			w.tell(Deadlock, circle)
		}
		lock()
		graph.stopWaiting()
	}
	graph.hold(w.lock)
	done = true
}

// hold notes a lock that was taken without waiting.
func (w *watched) hold() {
	w.begin()
	found.take(goid.Get()) // a TryLock can't wait for anyone
	graph.hold(w.lock)
}

// begin lets go-deadlock look at the lock. It sees a read lock nobody ever writes, so it checks and notes but never
// waits itself, and our report runs while nothing of it is locked.
func (w *watched) begin() { w.shadow.RLock() }

func (w *watched) report(text string) {
	kind := LockOrder
	if strings.Contains(text, "Recursive locking") {
		kind = DoubleLock
	}
	w.tell(kind, strings.TrimSpace(text))
}

func (w *watched) tell(kind Kind, text string) {
	(*handler.Load())(&Report{Kind: kind, Lock: w.title(), Text: text})
}

func (w *watched) title() string {
	if w.name != "" {
		return w.name
	}
	return fmt.Sprintf("%p", w.lock)
}
