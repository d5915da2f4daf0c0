package processes

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"syscall"
	"time"

	"songsong/helpers/processes/internal/crew"
	"songsong/helpers/processes/internal/wire"
)

var mainReached bool // guarded by nothing: set before any worker runs

// Main makes the program able to be a worker of its own pools. Call it first in
// main, or in TestMain: in a worker process it serves and never returns, in any
// other it does nothing.
//
//	func main() {
//		processes.Main()
//		…
//	}
func Main() { MainPlugins(nil) }

// MainPlugins is Main for programs whose functions lie in plugins: open is called
// with the file of each, in the order of [Launcher.Plugins]. See notebook.go.
func MainPlugins(open func(file string) error) {
	mainReached = true
	if !InWorker() {
		return
	}
	os.Unsetenv(crew.EnvWorker) // programs that a task starts are no workers
	syscall.CloseOnExec(3)
	syscall.CloseOnExec(4)
	err := Serve(os.NewFile(3, "from the pool"), os.NewFile(4, "to the pool"), open)
	if err != nil {
		fmt.Fprintln(os.Stderr, "processes: a worker gives up:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

var workerEnv = os.Getenv(crew.EnvWorker) == "1"

// InWorker reports whether this process was started as a worker.
func InWorker() bool { return workerEnv }

var workerName string

// WorkerName returns the name of the worker this process is ("Process-1"), or
// "MainProcess" if it is none.
func WorkerName() string {
	if workerName == "" {
		return "MainProcess"
	}
	return workerName
}

// Serve does the work of one worker process: it reads tasks from r and writes
// results to w until the pool closes or dies. When the pool has died, and with it
// the reader of the results, the process and its children are killed at once.
// open is as for [MainPlugins]; it may be nil if there are no plugins.
func Serve(r io.Reader, w io.Writer, open func(file string) error) error {
	s := &server{r: bufio.NewReaderSize(r, 1<<16), w: bufio.NewWriterSize(w, 1<<16)}
	if err := s.greet(open); err != nil {
		return err
	}
	return s.serve()
}

// A server is a worker at work.
type server struct {
	r     *bufio.Reader
	task  task
	codec string
	once  bool

	sendMu sync.Mutex
	w      *bufio.Writer // guarded by sendMu
	later  *time.Timer   // flushes w; guarded by sendMu

	mu    sync.Mutex
	cond  *sync.Cond // on mu
	queue []*piece   // pieces that wait; guarded by mu
	now   *piece     // guarded by mu
	quit  bool       // guarded by mu
	err   error      // guarded by mu
}

// greet does the handshake, the counterpart of crew's.
func (s *server) greet(open func(string) error) error {
	s.cond = sync.NewCond(&s.mu)
	hello := wire.Hello{Platform: crew.Platform(), PID: os.Getpid()}
	if err := wire.WriteJSON(s.w, wire.KindHello, hello); err != nil {
		return err
	}
	var set wire.Setup
	if err := wire.ReadJSON(s.r, wire.KindSetup, &set); err != nil {
		return fmt.Errorf("the pool left during the handshake: %w", err)
	}
	workerName, s.codec, s.once = set.Worker, set.Codec, set.Once
	err := openPlugins(set.Plugins, open)
	if err == nil {
		err = writeState(set.State)
	}
	if err == nil {
		s.task, err = find(set.Func)
	}
	var ready wire.Ready
	if err != nil {
		ready.Err = err.Error()
	}
	return errors.Join(err, wire.WriteJSON(s.w, wire.KindReady, ready))
}

func openPlugins(files []string, open func(string) error) error {
	if len(files) > 0 && open == nil {
		return fmt.Errorf("this program can't open plugins: it called processes.Main where MainPlugins is due")
	}
	for _, f := range files {
		if err := open(f); err != nil {
			return fmt.Errorf("the plugin %s can't be opened: %w", f, err)
		}
	}
	return nil
}

// serve runs pieces one after the other while read takes in more.
func (s *server) serve() error {
	go s.read() // ends when the pool closes the pipe, which ends the process
	for {
		e := s.next()
		if e == nil {
			return s.err // no one writes it after quit
		}
		mid := s.task.run(e)
		if err := s.answer(e, mid, e.part.Append(nil), s.waiting() && !s.once); err != nil {
			return err
		}
		if s.once {
			os.Exit(onceCode(e.part))
		}
	}
}

// onceCode is the exit code of a worker for one task.
func onceCode(p wire.Part) int {
	switch {
	case len(p.Failures) == 0:
		return 0
	case p.Failures[0].Kind == wire.FailPanic:
		return 2
	}
	return 1
}

// answer sends what came of a piece. While more pieces wait, answers are gathered,
// but for no longer than flushLimit.
func (s *server) answer(e *piece, mid int, part []byte, more bool) error {
	if e.start.IsZero() {
		e.start = time.Now()
	}
	d := wire.Done{Piece: e.Piece, Mid: mid, Start: e.start, Elapsed: time.Since(e.start)}
	s.sendMu.Lock()
	defer s.sendMu.Unlock()
	if !more {
		return wire.WriteFrame(s.w, wire.KindDone, d.Head(), part)
	}
	err := wire.BufferFrame(s.w, wire.KindDone, d.Head(), part)
	if s.later == nil {
		s.later = time.AfterFunc(flushLimit, s.flush)
	} else {
		s.later.Reset(flushLimit)
	}
	return err
}

const flushLimit = 500 * time.Microsecond

// flush is called by a timer. An error stays in w and shows at the next answer.
func (s *server) flush() {
	s.sendMu.Lock()
	defer s.sendMu.Unlock()
	s.w.Flush()
}

func (s *server) waiting() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.queue) > 0
}

// next waits for a piece to run; nil means the end.
func (s *server) next() *piece {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = nil
	for len(s.queue) == 0 && !s.quit {
		s.cond.Wait()
	}
	if len(s.queue) > 0 {
		s.now, s.queue = s.queue[0], s.queue[1:]
	}
	return s.now
}

// read takes orders until the pool says quit or its end of the pipe closes.
func (s *server) read() {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	for {
		kind, body, err := wire.ReadFrame(s.r)
		if err != nil && !s.leaving() {
			dieWithPool()
		}
		if err == nil {
			err = s.order(ctx, kind, body)
		}
		if err != nil {
			s.end(err)
			return
		}
	}
}

func (s *server) leaving() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.quit
}

func (s *server) end(err error) {
	s.mu.Lock()
	if !s.quit {
		s.err = err
	}
	s.quit = true
	s.mu.Unlock()
	s.cond.Broadcast()
}

// order takes one order.
func (s *server) order(ctx context.Context, kind byte, body []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.cond.Broadcast()
	switch kind {
	case wire.KindRun:
		run, err := wire.ParseRun(body)
		if err != nil {
			return err
		}
		s.queue = append(s.queue, &piece{Run: run, codec: s.codec, worker: workerName, ctx: ctx})
	case wire.KindRecall:
		v, err := wire.ParseNumbers(body, 1)
		if err != nil {
			return err
		}
		return s.recallLocked(v[0])
	case wire.KindCancel:
		v, err := wire.ParseNumbers(body, 2)
		if err != nil {
			return err
		}
		s.cancelLocked(v[0], int(v[1]))
	case wire.KindQuit:
		s.quit = true
	default:
		return fmt.Errorf("unknown order %q", kind)
	}
	return nil
}

// recallLocked gives a piece back, at once, if it has not started.
func (s *server) recallLocked(piece uint64) error {
	for i, e := range s.queue {
		if e.Piece == piece {
			s.queue = append(s.queue[:i:i], s.queue[i+1:]...)
			return s.answer(e, e.Lo, nil, false)
		}
	}
	return nil
}

func (s *server) cancelLocked(piece uint64, index int) {
	if s.now != nil && s.now.Piece == piece {
		s.now.cancel(index)
	}
	for _, e := range s.queue {
		if e.Piece == piece {
			e.cancel(index)
		}
	}
}

// dieWithPool ends this process, and the children in its group, when the pool's
// process is gone: nobody is left to take results or to kill us.
func dieWithPool() {
	if syscall.Getpgrp() == os.Getpid() {
		syscall.Kill(0, syscall.SIGKILL)
	}
	os.Exit(1)
}
