package processes

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"songsong/helpers/processes/internal/crew"
	"songsong/helpers/processes/internal/funcs"
)

// A Command is a program to run, for [Start].
type Command struct {
	Path string   // a file, or a name that is looked up in PATH
	Args []string // without the program's own name
	Env  []string // "NAME=value", added to this process's environment
	Dir  string   // "" is the current directory

	Stdin          io.Reader // nil is empty
	Stdout, Stderr io.Writer // nil are this process's own
}

// A Process is a running program or function, in a process group of its own with
// the processes it starts. Its methods are safe for concurrent use.
type Process struct {
	name   string
	pid    int
	signal func(syscall.Signal) error // to the group
	done   chan struct{}
	code   int   // valid when done is closed
	err    error // the same
}

// An ExitError is the error of a process that did not end with exit code 0.
type ExitError struct {
	Name string
	Code int // exit code, or minus the number of the signal that ended it
}

// Error says in one line how the process ended.
func (e *ExitError) Error() string {
	if e.Code < 0 {
		return fmt.Sprintf("%s was ended by signal %d (%v)", e.Name, -e.Code, syscall.Signal(-e.Code))
	}
	return fmt.Sprintf("%s ended with exit code %d", e.Name, e.Code)
}

// Start starts a program. When ctx ends, the program and its children are
// killed. It costs about 1 ms for a small program, and a few for a large one.
func Start(ctx context.Context, c Command) (*Process, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	cmd := exec.Command(c.Path, c.Args...)
	cmd.Env, cmd.Dir = append(os.Environ(), c.Env...), c.Dir
	cmd.Stdin, cmd.Stdout, cmd.Stderr = c.Stdin, c.Stdout, c.Stderr
	if c.Stdout == nil {
		cmd.Stdout = os.Stdout
	}
	if c.Stderr == nil {
		cmd.Stderr = os.Stderr
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.WaitDelay = time.Second // for children that keep the output open after the program's end
	if err := cmd.Start(); err != nil {
		return nil, startError(c.Path, err)
	}
	g := &group{pid: cmd.Process.Pid}
	p := &Process{name: filepath.Base(c.Path), pid: g.pid, signal: g.signal, done: make(chan struct{})}
	stop := context.AfterFunc(ctx, p.Kill)
	go func() { // ends with the process
		defer close(p.done)
		g.wait()
		err := cmd.Wait()
		stop()
		p.code = exitCode(cmd.ProcessState)
		p.err = p.exitError(err)
	}()
	return p, nil
}

func startError(path string, err error) error {
	if errors.Is(err, exec.ErrNotFound) {
		return fmt.Errorf("processes: there is no program %q in PATH", path)
	}
	return fmt.Errorf("processes: can't start %s: %w", path, err)
}

// exitError tells the program's end from trouble with its input or output.
func (p *Process) exitError(err error) error {
	if p.code != 0 {
		return &ExitError{p.name, p.code}
	}
	if errors.Is(err, exec.ErrWaitDelay) {
		return nil
	}
	return err
}

func exitCode(s *os.ProcessState) int {
	if ws, ok := s.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return -int(ws.Signal())
	}
	return s.ExitCode()
}

// A group is a process group whose leader has not been waited for, so that its
// number still belongs to it when a signal is sent.
type group struct {
	pid int

	mu   sync.Mutex
	over bool // guarded by mu
}

func (g *group) signal(sig syscall.Signal) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.over {
		return os.ErrProcessDone
	}
	return syscall.Kill(-g.pid, sig)
}

// wait returns when the leader has ended; it is still there to be waited for.
func (g *group) wait() {
	crew.WaitExit(g.pid)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.over = true
}

// Name returns the program's base name, or the function's name.
func (p *Process) Name() string { return p.name }

// PID returns the process id.
func (p *Process) PID() int { return p.pid }

// Running reports whether the process has not ended.
func (p *Process) Running() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// Done is closed when the process has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Wait waits for the process to end, as Python's join does, and returns nil if it
// ended well, else an [*ExitError], or a [*TaskError] for a function. If ctx ends
// first, Wait returns its cause and the process goes on.
func (p *Process) Wait(ctx context.Context) error {
	select {
	case <-p.done:
		return p.err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// ExitCode returns the exit code, or minus the number of the signal that ended
// the process; ended is false while it runs.
func (p *Process) ExitCode() (code int, ended bool) {
	if p.Running() {
		return 0, false
	}
	return p.code, true
}

// Signal sends a signal to the process and its children. The error is
// os.ErrProcessDone if it has ended.
func (p *Process) Signal(sig syscall.Signal) error { return p.signal(sig) }

// Kill ends the process and its children at once. Wait for it all the same.
func (p *Process) Kill() { p.signal(syscall.SIGKILL) } // the only error is that it has ended

// Spawn runs fn(arg) in a process of its own, a new execution of this program
// (Python's Process with start method "spawn"). What [NewPool] says about
// functions and arguments holds here. The function's error, or panic, is Wait's
// error; the exit code is then 1, or 2 for a panic. When ctx ends the process is
// killed. It costs 10 to 20 ms: keep a pool for many calls.
func Spawn[A any](ctx context.Context, fn func(context.Context, A) error, arg A, opts ...Option) (*Process, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if _, err := safeEncode(options(opts).Codec, []A{arg}); err != nil { // also gives ends of pipes away, now
		return nil, fmt.Errorf("processes: %w", notSent(arg, err))
	}
	exit := make(chan int, 1)
	once := func(o *crew.Options) {
		o.MaxKills, o.Once = 1, func(s *os.ProcessState) { exit <- exitCode(s) }
	}
	p, err := newPool[A, struct{}](context.Background(), 1, fn, &spawned[A]{fn}, append(opts, once))
	if err != nil {
		return nil, err
	}
	worker := p.engine.(*crew.Crew)
	out := &Process{name: funcs.Symbol(fn), pid: p.Metrics().Workers[0].PID, signal: worker.Signal, done: make(chan struct{})}
	stop := context.AfterFunc(ctx, out.Kill)
	result := p.Submit(context.Background(), arg)
	go func() { // ends with the process
		defer close(out.done)
		_, err := result.Await(context.Background())
		p.Close()
		stop()
		out.code, out.err = <-exit, err
		te, ok := errors.AsType[*TaskError](err)
		if out.code != 0 && (!ok || te.cause == ErrPoisoned) {
			out.err = &ExitError{out.name, out.code}
		}
	}()
	return out, nil
}

// spawned is the task of Spawn.
type spawned[A any] struct {
	fn func(context.Context, A) error
}

func (s *spawned[A]) run(e *piece) int {
	return runItems(e, func(ctx context.Context, a A) (struct{}, error) { return struct{}{}, s.fn(ctx, a) })
}
