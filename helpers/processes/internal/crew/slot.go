package crew

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"

	"songsong/helpers/processes/internal/wire"
)

// A slot is the place of one worker process, and of those that replace it.
type slot struct {
	crew *Crew
	name string

	cmd    *exec.Cmd
	in     *os.File // worker → pool
	out    *os.File // pool → worker
	tail   *tail
	sendMu sync.Mutex // guards w
	w      *bufio.Writer
	r      *bufio.Reader

	// Guarded by crew.mu:
	pid      int
	live     bool // started and not yet reaped
	dead     bool // its pipe has ended
	tasks    int
	inflight []*piece

	unflushed bool // w holds pieces; used by run's goroutine
}

func workerName(prefix string, i int) string {
	if prefix == "" {
		prefix = "Process"
	}
	return fmt.Sprintf("%s-%d", prefix, i+1)
}

// Environment variables of a worker process.
const (
	EnvWorker = "SONGSONG_WORKER" // "1" in a worker
	fdIn      = 3                 // pool → worker
	fdOut     = 4                 // worker → pool
)

// launch starts a worker process and does the handshake.
func (s *slot) launch(ctx context.Context) error {
	if s.crew.stopped() {
		return errStopped
	}
	cmd, err := s.crew.cfg.Command(ctx)
	if err != nil {
		return fmt.Errorf("processes: no command to start a worker: %w", err)
	}
	if err := s.start(cmd); err != nil {
		return fmt.Errorf("processes: can't start a worker: %w", err)
	}
	limit := startLimit + time.Duration(len(s.crew.cfg.Setup.Plugins))*pluginLimit
	overdue := time.AfterFunc(limit, s.kill)
	stop := context.AfterFunc(ctx, s.kill)
	err = s.greet()
	stop()
	if !overdue.Stop() && err != nil {
		err = fmt.Errorf("it did not answer in %v; does main call processes.Main() before anything else?", limit)
	}
	if err == nil {
		return nil
	}
	s.kill()
	why := s.reap()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var refused *refusedError
	if !errors.As(err, &refused) {
		err = fmt.Errorf("%w (%s)", err, why)
	}
	return fmt.Errorf("processes: a worker can't work: %w", err)
}

func (s *slot) start(cmd *exec.Cmd) error {
	childIn, out, err := os.Pipe()
	if err != nil {
		return err
	}
	in, childOut, err := os.Pipe()
	if err != nil {
		childIn.Close()
		out.Close()
		return err
	}
	s.tail = &tail{to: s.crew.cfg.Stderr}
	if cmd.Env == nil {
		cmd.Env = os.Environ()
	}
	cmd.Env = append(cmd.Env, EnvWorker+"=1")
	cmd.ExtraFiles = []*os.File{childIn, childOut}
	cmd.Stdout, cmd.Stderr = s.crew.cfg.Stdout, s.tail
	cmd.WaitDelay = time.Second // for grandchildren that keep stderr open
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
	err = cmd.Start()
	childIn.Close()
	childOut.Close()
	if err != nil {
		in.Close()
		out.Close()
		return err
	}
	s.cmd, s.in, s.out, s.r = cmd, in, out, bufio.NewReaderSize(in, 1<<16)
	s.sendMu.Lock()
	s.w = bufio.NewWriterSize(out, 1<<16)
	s.sendMu.Unlock()
	s.crew.mu.Lock()
	s.pid, s.live, s.dead = cmd.Process.Pid, true, false
	if s.crew.killed {
		s.killLocked()
	}
	s.crew.mu.Unlock()
	return nil
}

type refusedError struct{ reason string }

func (e *refusedError) Error() string { return e.reason }

// greet does the handshake.
func (s *slot) greet() error {
	var h wire.Hello
	if err := wire.ReadJSON(s.r, wire.KindHello, &h); err != nil {
		return fmt.Errorf("it ended before it said hello; does main call processes.Main() before anything else?")
	}
	if why := Platform().Mismatch(h.Platform); why != "" {
		return &refusedError{why}
	}
	setup := s.crew.cfg.Setup
	setup.Worker = s.name
	s.sendMu.Lock()
	err := wire.WriteJSON(s.w, wire.KindSetup, setup)
	s.sendMu.Unlock()
	if err != nil {
		return err
	}
	var ready wire.Ready
	if err := wire.ReadJSON(s.r, wire.KindReady, &ready); err != nil {
		return err
	}
	if ready.Err != "" {
		return &refusedError{ready.Err}
	}
	return nil
}

// Platform describes this process.
func Platform() wire.Platform {
	return wire.Platform{Protocol: wire.Version, Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH}
}

// run feeds the slot's worker, and replaces it when it dies, until the crew ends.
func (s *slot) run() {
	for {
		left := s.work()
		why := s.reap()
		if left {
			return
		}
		s.crew.orphans(s, why)
		if s.crew.cfg.Once != nil {
			s.crew.broken(errors.New(why)) // for a task that was not sent yet
			return
		}
		if !s.replace() {
			return
		}
	}
}

// work feeds one worker until it has died, or has left because it was told to.
func (s *slot) work() (left bool) {
	var reader sync.WaitGroup
	reader.Go(s.read)
	for {
		p := s.crew.next(s)
		if p == nil {
			break
		}
		if !s.sendPiece(p) {
			s.kill() // a worker that does not read is of no use
			break
		}
	}
	s.crew.mu.Lock()
	left = !s.dead && !s.crew.killed && len(s.inflight) == 0
	s.crew.mu.Unlock()
	if left {
		s.send(wire.KindQuit)
		overdue := time.AfterFunc(leaveLimit, s.kill)
		defer overdue.Stop()
	}
	reader.Wait()
	return left
}

// read takes answers until the pipe ends.
func (s *slot) read() {
	for {
		kind, body, err := wire.ReadFrame(s.r)
		if err != nil {
			break
		}
		if kind != wire.KindDone {
			break
		}
		d, err := wire.ParseDone(body)
		if err == nil {
			err = s.crew.done(s, d)
		}
		if err != nil {
			break
		}
	}
	s.crew.mu.Lock()
	s.dead = true
	s.killLocked() // one that talks nonsense, or closed its pipe, may still run
	s.crew.mu.Unlock()
	s.crew.cond.Broadcast()
}

func (s *slot) sendPiece(p *piece) bool {
	r := wire.Run{Piece: p.id, Lo: p.lo, Hi: p.hi, Total: p.chunk.N, Timeout: s.crew.cfg.Timeout}
	if p.hi-p.lo > 1 {
		r.Budget = pieceLimit
	}
	if s.crew.cfg.Timeout > 0 {
		s.crew.mu.Lock()
		p.timer = time.AfterFunc(s.crew.cfg.Timeout+killGrace, func() { s.overrun(p) })
		s.crew.mu.Unlock()
	}
	s.sendMu.Lock()
	err := wire.BufferFrame(s.w, wire.KindRun, r.Head(), p.chunk.Payload)
	s.sendMu.Unlock()
	if err != nil {
		return false
	}
	s.unflushed = true
	s.crew.mu.Lock()
	p.sent = true
	cancels := append([]int(nil), p.chunk.cancels...)
	s.crew.mu.Unlock()
	for _, i := range cancels {
		s.send(wire.KindCancel, wire.Numbers(p.id, uint64(i)))
	}
	return true
}

// overrun kills the worker whose task ignored the end of its time.
func (s *slot) overrun(p *piece) {
	s.crew.mu.Lock()
	defer s.crew.mu.Unlock()
	for _, q := range s.inflight {
		if q == p {
			p.overran = true
			s.killLocked()
		}
	}
}

func (s *slot) send(kind byte, parts ...[]byte) bool {
	s.sendMu.Lock()
	defer s.sendMu.Unlock()
	return wire.WriteFrame(s.w, kind, parts...) == nil
}

// flush sends what sendPiece has gathered. Its error shows at the next piece, or
// as the worker's end.
func (s *slot) flush() {
	s.sendMu.Lock()
	defer s.sendMu.Unlock()
	s.w.Flush()
}

// takeLocked removes the piece from those the worker holds.
func (s *slot) takeLocked(id uint64) *piece {
	for i, p := range s.inflight {
		if p.id == id {
			s.inflight = append(s.inflight[:i:i], s.inflight[i+1:]...)
			if p.timer != nil {
				p.timer.Stop()
			}
			return p
		}
	}
	return nil
}

func (s *slot) kill() {
	s.crew.mu.Lock()
	defer s.crew.mu.Unlock()
	s.killLocked()
}

// killLocked kills the worker's process group, if it has not been reaped.
func (s *slot) killLocked() {
	if s.live {
		syscall.Kill(-s.pid, syscall.SIGKILL)
	}
}

// reap waits for the process, closes its pipes and says how it ended. live is
// cleared before the wait so that the process id is never signalled after it.
func (s *slot) reap() string {
	s.crew.mu.Lock()
	live := s.live
	s.crew.mu.Unlock()
	if !live {
		return "not running"
	}
	WaitExit(s.pid) // without reaping: the id stays ours
	s.crew.mu.Lock()
	s.live = false
	s.crew.mu.Unlock()
	err := s.cmd.Wait()
	s.in.Close()
	s.out.Close()
	if s.crew.cfg.Once != nil {
		s.crew.cfg.Once(s.cmd.ProcessState)
	}
	why := "it left"
	if err != nil {
		why = err.Error()
	}
	if said := s.tail.String(); said != "" {
		why += ": " + said
	}
	return why
}

// replace starts another worker in place of one that died.
func (s *slot) replace() bool {
	pause := 20 * time.Millisecond
	for try := 1; ; try++ {
		s.crew.mu.Lock()
		over := s.crew.killed || s.crew.closing && len(s.crew.chunks) == 0
		s.crew.restarts++
		s.crew.mu.Unlock()
		if over {
			return false
		}
		err := s.launch(context.Background())
		if err == nil {
			return true
		}
		var refused *refusedError
		if try == 5 || errors.As(err, &refused) {
			s.crew.broken(err)
			return false
		}
		time.Sleep(pause)
		pause *= 2
	}
}
