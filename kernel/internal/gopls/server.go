package gopls

import (
	"context"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// ErrNotReady is the answer while gopls is not there, starts, or is overworked.
var ErrNotReady = errors.New("gopls is not ready")

// A Config says what a [Server] is for.
type Config struct {
	Dir       string // folder of the package, with a go.mod: the server's own
	Go        string // the go command
	GoVersion string // "go1.26.8": gopls must be built with that or a newer one
	Tags      []string
	Install   bool // install gopls if there is none
	Log       func(format string, args ...any)
}

// A Server runs one gopls for one package while questions come, and starts it
// again when it ends. Its methods may be called concurrently.
type Server struct {
	cfg    Config
	find   func(goVersion string) (path string, err error)
	ctx    context.Context // ended by Close
	cancel context.CancelFunc
	wg     sync.WaitGroup

	mu       sync.Mutex // guards what follows
	p        *process   // warm, nil if there is none
	running  bool       // the goroutine that owns the process
	failures int        // in a row
	resume   time.Time  // when to try again after a failure
	asked    time.Time  // the last question
}

// NewServer returns a server. It starts nothing.
func NewServer(c Config) *Server {
	s := &Server{cfg: c, find: Find}
	if s.cfg.Log == nil {
		s.cfg.Log = func(string, ...any) {}
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s
}

// Close ends gopls and waits until it is gone.
func (s *Server) Close() {
	s.mu.Lock()
	s.cancel()
	s.mu.Unlock()
	s.wg.Wait()
}

// idle is how long gopls stays without a question.
const idle = 10 * time.Minute

// crowd is how many questions may be without an answer before the next is refused.
const crowd = 3

// hire runs do with the warm process in a goroutine. It returns false if there is
// none, or it has too much to do; then one is being started if need be.
func (s *Server) hire(q Question, do func(*process)) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = time.Now()
	if s.ctx.Err() != nil {
		return false
	}
	if !s.running && time.Now().After(s.resume) {
		s.running = true
		s.wg.Go(func() { s.run(q) })
	}
	p := s.p
	if p == nil || p.ended() || p.pending.Load() >= crowd {
		return false
	}
	s.wg.Go(func() { do(p) })
	return true
}

// run is the life of one process.
func (s *Server) run(q Question) {
	start := time.Now()
	err := s.live(q)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.p, s.running = nil, false
	if err == nil || time.Since(start) > time.Minute {
		s.failures = 0
	}
	if err != nil && s.ctx.Err() == nil {
		s.failures++
		pause := min(time.Second<<min(s.failures, 9), 5*time.Minute)
		s.resume = time.Now().Add(pause)
		s.cfg.Log("completion goes on without gopls for %v: %v", pause, err)
	}
}

// live starts a process, warms it by a question, and keeps it until it is idle,
// hung or gone.
func (s *Server) live(q Question) error {
	path, err := s.program()
	if err != nil {
		return err
	}
	if err := writeFiles(s.cfg.Dir, q.Files); err != nil {
		return err
	}
	p, err := startProcess(s.ctx, path, s.cfg.Dir, s.env())
	if err != nil {
		return err
	}
	defer func() {
		p.kill()
		<-p.gone
	}()
	began := time.Now()
	if err := s.greet(p, q); err != nil {
		return err
	}
	s.cfg.Log("gopls is ready after %.1f s", time.Since(began).Seconds())
	s.mu.Lock()
	s.p = p
	s.mu.Unlock()
	return s.watch(p)
}

func (s *Server) greet(p *process, q Question) error {
	ctx, cancel := context.WithTimeout(s.ctx, hung)
	defer cancel()
	if err := p.initialize(ctx); err != nil {
		return err
	}
	var ignored completionList
	return p.call(ctx, q, "textDocument/completion", &ignored)
}

// watch returns nil when nobody has asked for long or the server is closed.
func (s *Server) watch(p *process) error {
	tick := time.NewTicker(idle / 10)
	defer tick.Stop()
	for {
		select {
		case <-s.ctx.Done():
			return nil
		case <-p.gone:
			return errors.New("gopls ended")
		case <-tick.C:
			s.mu.Lock()
			unused := time.Since(s.asked)
			s.mu.Unlock()
			if unused > idle {
				s.cfg.Log("gopls ends: no question for %v", idle)
				return nil
			}
		}
	}
}

// ask asks until ctx ends; the question goes on then, so that what gopls has
// begun to find out for it is there for the next one.
func (s *Server) ask(ctx context.Context, q Question, method string, result any) error {
	done := make(chan error, 1)
	hired := s.hire(q, func(p *process) {
		ctx, cancel := context.WithTimeout(s.ctx, hung)
		defer cancel()
		err := p.call(ctx, q, method, result)
		switch {
		case errors.Is(err, context.DeadlineExceeded):
			p.kill()
		case p.ended():
			err = ErrNotReady
		}
		done <- err
	})
	if !hired {
		return ErrNotReady
	}
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// env is the environment of the session's go commands, without a network: what
// the session needs it has fetched.
func (s *Server) env() []string {
	return []string{
		"PATH=" + filepath.Dir(s.cfg.Go) + string(filepath.ListSeparator) + os.Getenv("PATH"),
		"GOWORK=off", "GOFLAGS=-buildvcs=false -mod=mod -tags=" + strings.Join(s.cfg.Tags, ","), "GOPROXY=off", "GOSUMDB=off", "CGO_ENABLED=1", "GOTOOLCHAIN=local",
	}
}

func fileURI(path string) string {
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(path)}).String()
}
