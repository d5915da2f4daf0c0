// Package serve is the executor's side of the connection to the kernel: it runs
// cells one at a time, stops them, sends what they print and show, and finds
// deadlocks. What a cell is, an [Engine] knows. Start with [Main].
package serve

import (
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"songsong/kernel/internal/executor/frame"
	"songsong/kernel/internal/rt"
)

// An Engine makes a command to run into a function that runs it.
type Engine interface {
	// Load is called on the cell's own goroutine, before its body.
	Load(frame.Command) (body func(), fail *rt.Failure)
	// Interpreter loads the interpreter for plain cells from a plugin.
	Interpreter(plugin string) error
}

// maxStack ends a recursion without end in a second instead of ten: a fourth of
// what Go allows, about three million calls of a small function.
const maxStack = 256 << 20

// Main serves the kernel, which holds the other end of file 3, until it is gone.
func Main(e Engine) {
	f := os.NewFile(3, "kernel")
	if f == nil {
		fmt.Fprintln(os.Stderr, "songsong executor: started by hand; the kernel starts it")
		os.Exit(2)
	}
	syscall.CloseOnExec(3)
	h := &host{in: frame.NewReader(f), out: frame.NewWriter(f), engine: e, replies: map[int]chan reply{}}
	rt.Out = func(e rt.Event) { h.out.Event(e) }
	rt.QuietFlags()
	signal.Ignore(syscall.SIGXFSZ) // a file beyond the limit is an error of its write
	connectDisplay(h)
	debug.SetMaxStack(maxStack)
	rt.KeepAlive()
	h.out.Event(rt.Event{Kind: rt.Ready})
	for {
		c, err := h.in.Command()
		if err != nil {
			syscall.Exit(0) // the kernel has gone
		}
		h.do(c)
	}
}

func (h *host) do(c frame.Command) {
	switch c.Kind {
	case frame.Run:
		go h.run(c)
	case frame.Interrupt:
		h.interrupt(c.Cell)
	case frame.InputReply:
		h.answer(c)
	case frame.Values:
		h.out.Event(rt.Event{Kind: rt.Answer, ID: c.ID, Value: describe(c.Keys)})
	case frame.Goroutines:
		h.out.Event(rt.Event{Kind: rt.Answer, ID: c.ID, Left: left(nil)})
	case frame.Kill:
		go func() { h.out.Event(rt.Event{Kind: rt.Answer, ID: c.ID, Value: kill(c.Goroutine)}) }()
	case frame.Chdir:
		os.Chdir(c.Text)
	case frame.Interpreter:
		answer := rt.Event{Kind: rt.Answer, ID: c.ID}
		if err := h.engine.Interpreter(c.Text); err != nil {
			answer.Value = err.Error()
		}
		h.out.Event(answer)
	case frame.Setenv:
		for _, kv := range c.Env {
			os.Setenv(kv[0], kv[1])
		}
	}
}
