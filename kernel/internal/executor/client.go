// Package executor runs cells in a child process, so that nothing a cell does
// can end the kernel. [Start] starts one; [Executor.Run] runs a compiled cell in
// it. The other end is the command in the folder host.
package executor

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"songsong/kernel/internal/executor/frame"
	"songsong/kernel/internal/limits"
	"songsong/kernel/internal/rt"
)

// Handler receives what cells produce. Its methods are called one at a time,
// in order.
type Handler interface {
	Event(rt.Event)
	// Raw receives what was written to file 1 or 2 itself: by println, cgo, the
	// runtime, or packages that print on their own.
	Raw(name string, text []byte)
}

// An Executor is a running child process.
type Executor struct {
	cmd     *exec.Cmd
	conn    *os.File
	out     *frame.Writer
	handler Handler
	raw     [2]*rawPipe
	race    bool
	memory  atomic.Uint64          // how many bytes of data the process may have, 0 for any number
	ended   atomic.Pointer[string] // why we ended it, nil if we did not

	mu      sync.Mutex
	done    map[int]chan rt.Event // of running cells
	answers map[int]chan rt.Event
	nextID  int

	ready chan struct{}
	gone  chan struct{} // closed when the process has ended and all was read
	death error
	hold  sync.Mutex // orders calls of handler
}

// ErrDied is what Run returns when the executor ended while a cell ran.
var ErrDied = errors.New("the executor ended")

// Start starts the executor program at path, which has the race detector if race
// is set, and waits until it is ready.
func Start(path string, args []string, dir string, env []string, race bool, l limits.Limits, h Handler) (*Executor, error) {
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("socket pair for the executor: %w", err)
	}
	syscall.SetNonblock(fds[0], true)
	ours, theirs := os.NewFile(uintptr(fds[0]), "executor"), os.NewFile(uintptr(fds[1]), "kernel")
	defer theirs.Close()
	x := &Executor{
		cmd: exec.Command(path, args...), race: race, conn: ours, out: frame.NewWriter(ours), handler: h,
		done: map[int]chan rt.Event{}, answers: map[int]chan rt.Event{},
		ready: make(chan struct{}), gone: make(chan struct{}),
	}
	x.cmd.Dir = dir
	x.cmd.Env = append(append(os.Environ(), "SONGSONG_EXECUTOR=1"), env...)
	x.cmd.ExtraFiles = []*os.File{theirs}
	x.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	for i, name := range []string{"stdout", "stderr"} {
		if x.raw[i], err = newRawPipe(name, x.hearRaw); err != nil {
			return nil, err
		}
	}
	x.cmd.Stdout, x.cmd.Stderr = x.raw[0].w, x.raw[1].w
	if err := startOnLongThread(x.cmd); err != nil {
		return nil, fmt.Errorf("start the executor: %w", err)
	}
	if err := x.Limit(l); err != nil {
		x.cmd.Process.Kill()
		return nil, err
	}
	for _, p := range x.raw {
		p.w.Close()
		go p.read()
	}
	go x.read()
	select {
	case <-x.ready:
		return x, nil
	case <-x.gone:
		return nil, fmt.Errorf("the executor ended as soon as it was started: %w", x.death)
	case <-time.After(30 * time.Second):
		x.Kill()
		return nil, errors.New("the executor did not answer within 30 s of its start")
	}
}

// read hands events on until the process ends.
func (x *Executor) read() {
	r := frame.NewReader(x.conn)
	for {
		e, err := r.Event()
		if err != nil {
			break
		}
		x.event(e)
	}
	// The socket is closed, so the process has ended or closed it: end it for good.
	syscall.Kill(-x.cmd.Process.Pid, syscall.SIGKILL)
	x.death = x.cmd.Wait()
	for _, p := range x.raw {
		p.finish()
	}
	x.conn.Close()
	close(x.gone)
}

func (x *Executor) event(e rt.Event) {
	switch e.Kind {
	case rt.Ready:
		close(x.ready)
	case rt.Done:
		x.drainRaw()
		x.mu.Lock()
		ch := x.done[e.Cell]
		delete(x.done, e.Cell)
		x.mu.Unlock()
		if ch != nil {
			ch <- e
		}
	case rt.Answer:
		x.mu.Lock()
		ch := x.answers[e.ID]
		delete(x.answers, e.ID)
		x.mu.Unlock()
		if ch != nil {
			ch <- e
		}
	default:
		x.hold.Lock()
		x.handler.Event(e)
		x.hold.Unlock()
	}
}

func (x *Executor) hearRaw(name string, text []byte) {
	x.hold.Lock()
	defer x.hold.Unlock()
	x.handler.Raw(name, text)
}

// drainRaw hands on all that was written to files 1 and 2 so far.
func (x *Executor) drainRaw() {
	for _, p := range x.raw {
		p.drain()
	}
}

// Run runs a compiled cell and returns how it ended: a Done event, or ErrDied.
func (x *Executor) Run(c frame.Command) (rt.Event, error) {
	ch := make(chan rt.Event, 1)
	x.mu.Lock()
	x.done[c.Cell] = ch
	x.mu.Unlock()
	c.Kind = frame.Run
	if err := x.out.Gob(c); err != nil {
		<-x.gone
	}
	tick := time.NewTicker(memoryEvery)
	defer tick.Stop()
	for {
		select {
		case e := <-ch:
			if x.tooLarge() {
				<-x.gone
				return rt.Event{}, ErrDied
			}
			return e, nil
		case <-x.gone:
			select {
			case e := <-ch:
				return e, nil
			default:
				return rt.Event{}, ErrDied
			}
		case <-tick.C:
			x.tooLarge()
		}
	}
}

// memoryEvery is how often the memory of a process is looked at while a cell runs in it.
const memoryEvery = 20 * time.Millisecond

// tooLarge ends the process, and is true from then on, if it has more memory than it may.
func (x *Executor) tooLarge() bool {
	if x.ended.Load() != nil {
		return true
	}
	limit, used := x.memory.Load(), limits.Data(x.Pid())
	if limit == 0 || used <= limit {
		return false
	}
	why := fmt.Sprintf("it took %s of memory, more than the limit of %s (%%limit memory sets the limit)", limits.Size(used), limits.Size(limit))
	if n := limits.Threads(x.Pid(), used); n > 0 {
		why += fmt.Sprintf(", most of it for the stacks of %d threads: goroutines that wait in system calls, in C, or locked to their thread", n)
	}
	x.ended.Store(&why)
	syscall.Kill(-x.Pid(), syscall.SIGKILL)
	return true
}

// Ask sends a command that is answered at once, also while a cell runs.
func (x *Executor) Ask(c frame.Command) (rt.Event, error) {
	ch := make(chan rt.Event, 1)
	x.mu.Lock()
	x.nextID++
	c.ID = x.nextID
	x.answers[c.ID] = ch
	x.mu.Unlock()
	if err := x.out.Gob(c); err != nil {
		return rt.Event{}, ErrDied
	}
	select {
	case e := <-ch:
		return e, nil
	case <-x.gone:
		return rt.Event{}, ErrDied
	case <-time.After(2 * time.Second):
		return rt.Event{}, errors.New("the executor is busy and did not answer")
	}
}

// Tell sends a command that has no answer.
func (x *Executor) Tell(c frame.Command) { x.out.Gob(c) }

// Limit sets what the process may use from now on.
func (x *Executor) Limit(l limits.Limits) error {
	if err := l.Apply(x.cmd.Process.Pid, !x.race); err != nil {
		return fmt.Errorf("limit the executor's memory and files: %w", err)
	}
	if !x.race {
		x.memory.Store(l.Memory)
	}
	return nil
}

// Kill ends the process and its children.
func (x *Executor) Kill() {
	syscall.Kill(-x.cmd.Process.Pid, syscall.SIGKILL)
	select {
	case <-x.gone:
	case <-time.After(5 * time.Second):
	}
}

// Gone is closed when the process has ended.
func (x *Executor) Gone() <-chan struct{} { return x.gone }

// Exited reports whether the process ended by itself and well; call it after Gone.
func (x *Executor) Exited() bool { return x.death == nil }

// Death says how the process ended; call it after Gone.
func (x *Executor) Death() string {
	if why := x.ended.Load(); why != nil {
		return *why
	}
	if x.death == nil {
		return "it exited by itself"
	}
	return x.death.Error()
}

// Pid returns the process's id.
func (x *Executor) Pid() int { return x.cmd.Process.Pid }
