package durable

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"songsong/helpers/processes/internal/crew"
)

// A Join is one machine's offer to work for the [Cluster] pools of a server.
type Join struct {
	URL     string
	Creds   Credentials
	Workers int                              // processes for each pool; 0 means one per CPU
	Cache   string                           // directory for programs; "" is the user's cache directory
	Output  io.Writer                        // what tasks print; nil discards it
	Log     func(format string, args ...any) // what happens, one line each; nil for silence
}

// Run joins every pool that uses the server now or later, until ctx ends. Each
// pool sends its program, which runs here with this user's rights: join only
// servers whose users you trust. A pool that can't be joined, because its
// platform or version is another, is refused with a sentence in the log.
func (j Join) Run(ctx context.Context) error {
	if j.Workers <= 0 {
		j.Workers = runtime.GOMAXPROCS(0)
	}
	if j.Log == nil {
		j.Log = func(string, ...any) {}
	}
	if j.Output == nil {
		j.Output = io.Discard
	}
	if err := j.makeCache(); err != nil {
		return fmt.Errorf("durable: no directory for programs: %w", err)
	}
	l, err := connect(j.URL, j.Creds, nil)
	if err != nil {
		return fmt.Errorf("durable: %w", err)
	}
	defer l.nc.Close()
	a := &agent{Join: j, link: l, ctx: ctx, jobs: map[string]context.CancelFunc{}}
	defer a.wg.Wait()
	if err := a.watch(); err != nil {
		return fmt.Errorf("durable: %w", err)
	}
	j.Log("ready: %d workers wait for pools at %s", j.Workers, l.nc.ConnectedUrlRedacted())
	<-ctx.Done()
	return nil
}

func (j *Join) makeCache() error {
	if j.Cache == "" {
		dir, err := os.UserCacheDir()
		if err != nil {
			return err
		}
		j.Cache = filepath.Join(dir, "songsong", "programs")
	}
	return os.MkdirAll(j.Cache, 0o700)
}

// An agent is a Join at work.
type agent struct {
	Join
	link *link
	ctx  context.Context
	wg   sync.WaitGroup

	mu   sync.Mutex
	jobs map[string]context.CancelFunc // guarded by mu
}

// watch listens for pools, and asks who is there.
func (a *agent) watch() error {
	nc, inbox := a.link.nc, nats.NewInbox()
	for _, subject := range []string{subjectNew, inbox} {
		if _, err := nc.Subscribe(subject, func(m *nats.Msg) { a.meet(m.Data) }); err != nil {
			return err
		}
	}
	if _, err := nc.Subscribe(subjectEnd, func(m *nats.Msg) { a.leave(string(m.Data)) }); err != nil {
		return err
	}
	return nc.PublishRequest(subjectWho, inbox, nil)
}

// meet joins a pool that told its spec.
func (a *agent) meet(text []byte) {
	var s spec
	if json.Unmarshal(text, &s) != nil || !jobName.MatchString(s.Job) {
		return // not a pool of ours
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, known := a.jobs[s.Job]; known || a.ctx.Err() != nil {
		return
	}
	ctx, cancel := context.WithCancel(a.ctx)
	a.jobs[s.Job] = cancel
	a.wg.Go(func() {
		defer cancel()
		a.work(ctx, s)
	})
}

func (a *agent) leave(job string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if cancel := a.jobs[job]; cancel != nil {
		cancel()
	}
}

// joinTries is how often a host tries to join a pool, with pauses that double
// from a second: the server or the machine may be busy.
const joinTries = 6

// work takes part in a job until it is over.
func (a *agent) work(ctx context.Context, s spec) {
	err := a.persist(ctx, s)
	a.mu.Lock()
	delete(a.jobs, s.Job)
	a.mu.Unlock()
	switch {
	case err != nil && ctx.Err() == nil:
		a.Log("refused the pool %s: %v", s.Job, err)
	default:
		a.Log("left the pool %s", s.Job)
	}
}

// persist tries until the job is over, can't be joined, or the tries are used up.
func (a *agent) persist(ctx context.Context, s spec) error {
	if why := s.Platform.Mismatch(crew.Platform()); why != "" {
		return errors.New(why)
	}
	pause := time.Second
	for n := 1; ; n++ {
		err := a.try(ctx, s)
		if err == nil || ctx.Err() != nil || n == joinTries || gone(err) || errors.Is(err, nats.ErrNoResponders) {
			return err
		}
		a.Log("can't join the pool %s yet, tries again in %v: %v", s.Job, pause, err)
		select {
		case <-time.After(pause):
		case <-ctx.Done():
		}
		pause *= 2
	}
}

func (a *agent) try(ctx context.Context, s spec) error {
	files, err := download(ctx, a.link, s.Job, a.Cache)
	if err != nil {
		return err
	}
	name, _ := os.Hostname()
	h, err := newHost(a.link, s.Job, name+"/", a.Workers, s.AckWait)
	if err != nil {
		return err
	}
	defer h.close()
	s.Setup.Plugins = files[1:]
	c, err := crew.Start(ctx, h, a.config(s, files[0]))
	if err != nil {
		return err
	}
	defer c.Kill()
	over := make(chan error, 1)
	err = h.run(c, func(err error) {
		select {
		case over <- err:
		default:
		}
	})
	if err != nil {
		return err
	}
	a.Log("joined the pool %s with %d workers", s.Job, a.Workers)
	select {
	case err := <-over:
		if gone(err) {
			return nil
		}
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (a *agent) config(s spec, program string) crew.Config {
	return crew.Config{
		Workers: a.Workers, Setup: s.Setup, MaxKills: s.MaxKills, MaxChunk: s.MaxChunk, Target: s.Target, Timeout: s.Timeout,
		Stdout: a.Output, Stderr: a.Output,
		Command: func(context.Context) (*exec.Cmd, error) { return exec.Command(program, s.Args...), nil },
	}
}
