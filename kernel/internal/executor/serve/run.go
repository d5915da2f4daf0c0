package serve

import (
	"sync"
	"time"

	"songsong/kernel/internal/executor/frame"
	"songsong/kernel/internal/rt"
)

// How long an interrupted or failed cell has to end by itself.
const (
	graceBlocked = 150 * time.Millisecond // then a blocked main goroutine is left behind
	graceRunning = 2 * time.Second        // then the executor is lost
)

// host is the executor's end of the connection.
type host struct {
	in  *frame.Reader
	out *frame.Writer

	engine Engine

	mu      sync.Mutex
	cell    *rt.Cell // that runs now
	inputs  int
	replies map[int]chan reply
}

func (h *host) run(c frame.Command) {
	cell := rt.NewCell(c.Cell)
	h.mu.Lock()
	h.cell = cell
	h.mu.Unlock()
	fail := cell.Run(func() { // loading runs the initialisers of packages: the cell's business
		rt.Program(c.Args, c.Flags)
		body, fail := h.engine.Load(c)
		if fail != nil {
			panic(fail)
		}
		body()
	}, h.wait(cell))
	h.mu.Lock()
	h.cell = nil
	h.mu.Unlock()
	h.out.Event(rt.Event{Kind: rt.Done, Cell: c.Cell, Failure: fail, Left: left(cell)})
}

// wait returns when the cell's main goroutine has ended, or why it is not waited for.
func (h *host) wait(cell *rt.Cell) func(<-chan struct{}, <-chan *rt.Failure) *rt.Failure {
	return func(done <-chan struct{}, failed <-chan *rt.Failure) *rt.Failure {
		var early *rt.Failure
		select {
		case <-done:
			return nil
		case early = <-h.watch(cell, done):
			cell.Cancel()
			return early
		case early = <-failed:
			cell.Cancel()
		case <-cell.Ctx.Done():
			early = &rt.Failure{Kind: "interrupted", Value: "interrupted"}
		}
		start := time.Now()
		for {
			select {
			case <-done:
				if early.Kind == "interrupted" {
					return nil // the main goroutine says where it was
				}
				return early
			case <-time.After(graceBlocked):
			}
			state := goroutineState(cell.Goid)
			if state == "syscall" { // as when it waits for a child process
				signalChildren(time.Since(start) > graceRunning/2)
			}
			if blocked(state) || state == "syscall" && time.Since(start) > graceRunning {
				if early.Kind == "interrupted" {
					early.Frames = goroutineFrames(cell.Goid)
				}
				return early
			}
			if time.Since(start) > graceRunning {
				h.out.Event(rt.Event{Kind: rt.Stuck, Cell: cell.ID})
				<-done
				return early
			}
		}
	}
}

func (h *host) interrupt(id int) {
	h.mu.Lock()
	cell := h.cell
	h.mu.Unlock()
	if cell != nil && (id == 0 || cell.ID == id) {
		cell.Cancel()
	}
}
