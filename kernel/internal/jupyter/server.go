package jupyter

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"songsong/kernel/internal/session"
	"songsong/kernel/internal/wire"
)

// Options says what a [Server] works with.
type Options struct {
	Connection wire.Connection
	Session    session.Session
	History    string // file that keeps the history, "" for none
	Log        func(format string, args ...any)
	Version    string // of songsong
	Unlimited  bool   // do not pace output for a Jupyter server's limits
}

// A Server answers a kernel's requests.
type Server struct {
	sess    session.Session
	sockets *wire.Sockets
	history *history
	status  *status
	pace    *pace
	stdin   *stdin
	cells   *cellQueue
	asks    *askQueue
	version string
	log     func(format string, args ...any)
	usage   usage

	count   counter
	stopped chan struct{} // closed when a shutdown was asked for
	stop    sync.Once
	wg      sync.WaitGroup
}

// New opens the sockets. The caller calls [Server.Serve], which closes them.
func New(o Options) (*Server, error) {
	if o.Log == nil {
		o.Log = func(string, ...any) {}
	}
	sockets, err := wire.Listen(o.Connection, o.Log)
	if err != nil {
		return nil, err
	}
	s := &Server{
		sess: o.Session, sockets: sockets, log: o.Log, version: o.Version,
		history: openHistory(o.History, o.Log),
		pace:    newPace(o.Unlimited),
		cells:   newCellQueue(),
		asks:    newAskQueue(),
		stopped: make(chan struct{}),
	}
	s.status = &status{iopub: sockets.IOPub, pace: s.pace, log: o.Log}
	s.stdin = newStdin(sockets.Stdin, o.Log)
	return s, nil
}

// Connection is where the server can be reached; ports asked for as 0 are filled in.
func (s *Server) Connection() wire.Connection { return s.sockets.Connection }

// Serve answers requests until a front end asks for a shutdown or ctx ends. It
// then ends the session, waits up to a second for the last messages to leave,
// and closes the sockets.
func (s *Server) Serve(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	s.status.starting()
	s.wg.Go(func() { s.read(ctx, s.sockets.Shell, onShell) })
	s.wg.Go(func() { s.read(ctx, s.sockets.Control, onControl) })
	s.wg.Go(func() { s.stdin.read(ctx) })
	s.wg.Go(s.answerAsks)
	s.wg.Go(func() { s.runCells(ctx) })
	select {
	case <-ctx.Done():
	case <-s.stopped:
	}
	cancel()
	s.cells.close()
	s.asks.close()
	err := s.closeSession()
	s.sockets.Close(time.Second)
	return errors.Join(err, s.waitFor())
}

// waitFor waits for the goroutines of the server. One that hangs in the session
// must not keep the process from ending.
func (s *Server) waitFor() error {
	done := make(chan struct{})
	go func() {
		s.wg.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-time.After(closeTime):
		return fmt.Errorf("a cell did not end within %v of the shutdown", closeTime)
	}
}

// closeTime is how long a session may take to end.
const closeTime = 5 * time.Second

// closeSession ends the session, which also ends the cell that runs.
func (s *Server) closeSession() error {
	done := make(chan error, 1)
	go func() {
		defer s.recovered("closing the session", func(err error) { done <- err })
		done <- s.sess.Close()
	}()
	select {
	case err := <-done:
		return err
	case <-time.After(closeTime):
		return fmt.Errorf("the session did not end within %v", closeTime)
	}
}

// Shutdown makes Serve return.
func (s *Server) Shutdown() { s.stop.Do(func() { close(s.stopped) }) }

// Interrupt stops the running cell and a pending request for input, as an
// interrupt_request or SIGINT does.
func (s *Server) Interrupt() {
	defer s.recovered("interrupting", func(error) {})
	s.stdin.interrupt()
	s.sess.Interrupt()
}

// recovered, deferred, turns a panic into an error for report and a log line:
// a bug of ours must not end the kernel.
func (s *Server) recovered(doing string, report func(error)) {
	if v := recover(); v != nil {
		s.log("panic while %s: %v\n%s", doing, v, debug.Stack())
		report(fmt.Errorf("songsong has a bug: it panicked while %s: %v", doing, v))
	}
}

// A counter holds the last execution count.
type counter struct {
	mu sync.Mutex
	n  int
}

func (c *counter) get() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n
}

func (c *counter) set(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n = max(c.n, n)
}
