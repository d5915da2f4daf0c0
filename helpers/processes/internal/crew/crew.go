// Package crew keeps worker processes busy: it starts them, feeds them pieces of
// chunks taken from a [Source], replaces those that die, runs what they held
// again elsewhere, and sets aside tasks that keep killing workers. It sees
// arguments and results as bytes, so the source may be a queue in memory or a
// stream on the network.
package crew

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"

	"songsong/helpers/processes/internal/wire"
)

// A Chunk is some tasks that travel together.
type Chunk struct {
	N       int    // tasks
	Payload []byte // their arguments, encoded
	Tag     any    // the source's own

	cancels []int       // tasks to cancel; guarded by Crew.mu
	left    int         // tasks not yet reported; guarded by Crew.mu
	kills   map[int]int // task → workers that died running it; guarded by Crew.mu
}

// A Report says what came of some tasks of a chunk.
type Report struct {
	Part    []byte // a wire.Part
	Worker  string
	PID     int
	Start   time.Time
	Elapsed time.Duration
}

// A Source has tasks and takes their results. Its methods are called from
// several goroutines.
type Source interface {
	// Take returns a chunk of at most max tasks for one of the given number of
	// workers, or nil when none waits; Crew.Wake tells of new ones.
	Take(max, workers int) *Chunk
	// Part receives the outcome of some tasks of c.
	Part(c *Chunk, r Report)
	// End is called when every task of c has been reported.
	End(c *Chunk)
	// Drop gives back a chunk that will not be finished, because the crew stopped.
	Drop(c *Chunk)
	// Broken is called once if no worker can be started any more.
	Broken(err error)
}

// Config says what workers to run.
type Config struct {
	Workers int
	Setup   wire.Setup
	Command func(context.Context) (*exec.Cmd, error)

	MaxKills int           // workers a task may kill before it is set aside
	MaxChunk int           // tasks in one chunk
	Target   time.Duration // work wanted in one chunk
	Timeout  time.Duration // of one task; 0 for none
	Stdout   io.Writer     // of the workers
	Stderr   io.Writer
	Once     func(*os.ProcessState) // see Options
}

const (
	startLimit  = 20 * time.Second // from exec to the end of the handshake, without plugins
	pluginLimit = 5 * time.Second  // more for each plugin to open, on a very busy machine
	leaveLimit  = 5 * time.Second  // from quit to exit
	killGrace   = time.Second      // a task that overran gets this much to see its context
	pieceLimit  = 20 * time.Millisecond
	maxDepth    = 32                   // pieces sent ahead, at most
	slowTask    = 5 * time.Millisecond // tasks longer than this are not sent ahead
)

// A Crew is a set of running worker processes.
type Crew struct {
	cfg Config
	src Source
	wg  sync.WaitGroup // the slots

	mu       sync.Mutex
	cond     *sync.Cond // on mu: work, room in a window, or the end
	retry    []*piece   // before what the source has; guarded by mu
	wakes    int        // times that there was more to do; guarded by mu
	waiting  int        // slots that wait; guarded by mu
	avg      float64    // ns per task, moving; 0 while unknown; guarded by mu
	avgPiece float64    // the same of a piece; guarded by mu
	closing  bool       // leave when there is no work; guarded by mu
	killed   bool       // leave at once; guarded by mu
	slots    []*slot    // fixed
	restarts int        // guarded by mu
	nextID   uint64     // guarded by mu
	chunks   map[*Chunk]bool
}

// A piece is the tasks lo..hi-1 of a chunk, on their way.
type piece struct {
	id       uint64
	chunk    *Chunk
	lo, hi   int
	sent     bool // its worker has it; guarded by Crew.mu
	suspect  bool // a worker died with it: run alone
	recalled bool
	overran  bool
	timer    *time.Timer
}

// Start starts the workers and waits for all of them to be ready.
func Start(ctx context.Context, src Source, cfg Config) (*Crew, error) {
	c := &Crew{cfg: cfg, src: src, chunks: map[*Chunk]bool{}}
	c.cond = sync.NewCond(&c.mu)
	c.slots = make([]*slot, cfg.Workers)
	errs := make([]error, cfg.Workers)
	var wg sync.WaitGroup
	for i := range c.slots {
		c.slots[i] = &slot{crew: c, name: workerName(cfg.Setup.Worker, i)}
		wg.Go(func() { errs[i] = c.slots[i].launch(ctx) })
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil { // one is enough to say
			c.Kill()
			for _, s := range c.slots {
				s.reap()
			}
			return nil, err
		}
	}
	for _, s := range c.slots {
		c.wg.Go(s.run)
	}
	return c, nil
}

// Wake tells the crew that the source has more.
func (c *Crew) Wake() {
	c.mu.Lock()
	c.wakes++
	wake := c.waiting > 0
	c.mu.Unlock()
	if wake {
		c.cond.Broadcast()
	}
}

// Close lets the workers leave when the source has nothing left, and waits.
func (c *Crew) Close() {
	c.mu.Lock()
	c.closing = true
	c.mu.Unlock()
	c.cond.Broadcast()
	c.wg.Wait()
	c.dropAll()
}

// Kill ends the workers at once (kill -9 of their process groups) and waits.
func (c *Crew) Kill() {
	c.mu.Lock()
	c.killed = true
	for _, s := range c.slots {
		s.killLocked()
	}
	c.mu.Unlock()
	c.cond.Broadcast()
	c.wg.Wait()
	c.dropAll()
}

// dropAll gives unfinished chunks back, after the slots have ended.
func (c *Crew) dropAll() {
	c.mu.Lock()
	left := c.chunks
	c.chunks = map[*Chunk]bool{}
	c.retry = nil
	c.mu.Unlock()
	for chunk := range left {
		c.src.Drop(chunk)
	}
}

// Cancel cancels the context of a running task, and skips it if it has not
// started. Whoever comes second of Cancel and sendPiece tells the worker.
func (c *Crew) Cancel(chunk *Chunk, index int) {
	c.mu.Lock()
	chunk.cancels = append(chunk.cancels, index)
	var to *slot
	var id uint64
	for _, s := range c.slots {
		for _, p := range s.inflight {
			if p.sent && p.chunk == chunk && p.lo <= index && index < p.hi {
				to, id = s, p.id
			}
		}
	}
	c.mu.Unlock()
	if to != nil {
		to.send(wire.KindCancel, wire.Numbers(id, uint64(index))) // a dead worker needs no cancel
	}
}

// A Worker describes one worker process.
type Worker struct {
	Name  string
	PID   int
	Tasks int // finished
}

// Workers lists the workers, and how many were started to replace dead ones.
func (c *Crew) Workers() (list []Worker, restarts int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.slots {
		list = append(list, Worker{Name: s.name, PID: s.pid, Tasks: s.tasks})
	}
	return list, c.restarts
}

// Signal sends a signal to the process groups of the workers. The error is
// os.ErrProcessDone if none runs.
func (c *Crew) Signal(sig syscall.Signal) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	err := os.ErrProcessDone
	for _, s := range c.slots {
		if s.live {
			err = syscall.Kill(-s.pid, sig)
		}
	}
	return err
}

var errStopped = errors.New("the pool was stopped")

func (c *Crew) stopped() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.killed
}

// broken ends the crew because a worker could not be replaced.
func (c *Crew) broken(err error) {
	c.mu.Lock()
	first := !c.killed
	c.killed = true
	for _, s := range c.slots {
		s.killLocked()
	}
	c.mu.Unlock()
	c.cond.Broadcast()
	if first {
		c.src.Broken(err)
	}
}
