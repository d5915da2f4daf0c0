package rt

import (
	"context"
	"strconv"
	"sync"
	"sync/atomic"
	"unsafe"
)

// A Cell is one execution of a cell, as the goroutines it starts see it.
type Cell struct {
	ID   int
	Ctx  context.Context // done when the cell is interrupted
	stop context.CancelFunc

	Plain *Frame // where a plain cell is, nil for compiled ones; set by its own goroutine

	cancelled atomic.Bool
	live      atomic.Int64 // guarded goroutines that have not ended, the main one included
	ended     atomic.Bool
	failed    chan *Failure
	done      chan struct{} // closed when the main goroutine has ended
	exited    bool          // by Exit; set before done is closed, as is end
	end       *Failure      // how it ended, nil for well
	Goid      uint64        // of the main goroutine
	labels    label
}

// label has the layout of runtime/pprof's label map, so that profiles show the
// cell and goroutines inherit it from the goroutine that starts them.
type label struct {
	list []struct{ key, value string }
}

const labelKey = "cell"

//go:linkname getProfLabel runtime/pprof.runtime_getProfLabel
func getProfLabel() unsafe.Pointer

//go:linkname setProfLabel runtime/pprof.runtime_setProfLabel
func setProfLabel(unsafe.Pointer)

var cells sync.Map // label value → *Cell, for as long as it has goroutines

// front is the cell that output belongs to when its goroutine has no label.
var front atomic.Pointer[Cell]

// Current returns the cell that started the calling goroutine, or the cell that
// runs now if none did.
func Current() *Cell {
	if l := (*label)(getProfLabel()); l != nil {
		for _, kv := range l.list {
			if kv.key == labelKey {
				if c, ok := cells.Load(kv.value); ok {
					return c.(*Cell)
				}
				if id, err := strconv.Atoi(kv.value); err == nil {
					return &Cell{ID: id, Ctx: context.Background()}
				}
			}
		}
	}
	if c := front.Load(); c != nil {
		return c
	}
	return &Cell{Ctx: context.Background()}
}

// NewCell makes the execution with the given id the one that runs now.
func NewCell(id int) *Cell {
	c := &Cell{ID: id, failed: make(chan *Failure, 1), done: make(chan struct{})}
	c.Ctx, c.stop = context.WithCancel(context.Background())
	value := strconv.Itoa(id)
	c.labels.list = []struct{ key, value string }{{labelKey, value}}
	cells.Store(value, c)
	front.Store(c)
	return c
}

// enter gives the calling goroutine to the cell.
func (c *Cell) enter() {
	c.live.Add(1)
	setProfLabel(unsafe.Pointer(&c.labels))
}

// leave ends a goroutine of the cell.
func (c *Cell) leave() {
	killed := forgetTask()
	last := c.live.Add(-1) == 0 && c.stop != nil
	if last {
		cells.Delete(strconv.Itoa(c.ID))
	}
	if last || killed {
		settle()
	}
}

// Live returns how many guarded goroutines of the cell have not ended.
func (c *Cell) Live() int { return int(c.live.Load()) }

// Cancel asks every goroutine of the cell to stop at its next check.
func (c *Cell) Cancel() {
	c.cancelled.Store(true)
	c.stop()
	atomic.StoreUint32(&Stop, 1)
}

// Stop is not 0 while a cancelled cell or [Kill] waits for goroutines to end: lowered code then calls [Halt].
var Stop uint32

// Halt ends the calling goroutine with an interrupt if its cell was cancelled. It
// is not inlined, so that a check takes its function two instructions and no room
// on the stack.
//
//go:noinline
func Halt() {
	if c := Current(); c.cancelled.Load() || killedHere() {
		panic(Interrupt{})
	}
}

// settle clears Stop when no cancelled cell has goroutines left and none is to be killed.
func settle() {
	stop := uint32(0)
	if anyKilled() {
		stop = 1
	}
	cells.Range(func(_, c any) bool {
		if c.(*Cell).cancelled.Load() {
			stop = 1
		}
		return stop == 0
	})
	atomic.StoreUint32(&Stop, stop)
}

// Interrupt is the panic value that ends a cancelled goroutine.
type Interrupt struct{}

func (Interrupt) Error() string { return "interrupted" }
