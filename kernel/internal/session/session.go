package session

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"songsong/kernel/internal/executor"
	"songsong/kernel/internal/executor/frame"
	"songsong/kernel/internal/home"
	"songsong/kernel/internal/limits"
	"songsong/kernel/internal/native"
	"songsong/kernel/internal/rt"
	"songsong/kernel/internal/source"
)

// Options says how to open a session.
type Options struct {
	Dir  string // working directory of the cells; "" is the current one
	Log  func(format string, args ...any)
	Tier string // what runs the cells, one of the constants; "" means what $SONGSONG_TIER says
	// InstallGopls lets completion install gopls in the background if there is none.
	InstallGopls bool
}

// Tiers that a session can be held to, for tests and measurements.
const (
	TierNative = "native" // the compiler alone
	TierBoth   = "both"   // as usual, and the interpreter is there before the first cell
	TierPlain  = "plain"  // the same, but a cell that is not plain fails unless it begins with %%native
	TierAlone  = "alone"  // the interpreter alone, as on a machine without a compiler
)

// session is the one implementation of [Session].
type session struct {
	opts Options
	dir  string

	mu      sync.Mutex // guards what follows; not held while a cell runs
	count   int
	lastID  int
	sinks   map[int]Sink       // of executed cells, by their id
	front   int                // id of the cell that runs, or of the last one
	labels  map[string]label   // by the path of the cell's file
	cancel  context.CancelFunc // of the running cell, nil if none
	x       *executor.Executor
	fatal   []byte // text of the runtime held back: the executor may be dying
	stuck   bool
	running int // id of the cell that is in the executor, 0 for none
	env     [][2]string

	commands commandState
	limit    limiter
	buildCtx context.Context // of the cell that is being built
	gonb     bool            // the notebook is written for GoNB
	noGet    bool            // modules are not fetched
	assist   assistant

	ahead   sync.WaitGroup // cells that are compiled before they run
	scopeMu sync.Mutex     // held while the scope is used
	scope   *source.Scope
	graph   *source.Graph  // which cell used what of which
	runs    map[string]int // program → how often it ran in this executor
	moved   [][2]string    // slots to share a heap cell before the next cell runs: new, old
	dropped []string       // slots to empty then

	edited string          // packages of which the reader was told that they have changed
	loaded map[string]bool // units that are in this executor
	plain  bool            // the interpreter is in this executor
	interp string          // its plugin, "" until it is built

	aloneWhy string // why there is only the interpreter, "" if there is the compiler
	tools    *native.Toolchain
	host     string
	end      context.CancelFunc // ends the preparation
	prepared chan struct{}      // closed when tools and host are there, or failed is set
	failed   error
	doing    string // what takes long, for the reader
}

// Open starts a session. It returns at once: the executor is built and started
// in the background, and the first cell waits for it.
func Open(opts Options) (Session, error) {
	dir := opts.Dir
	if dir == "" {
		dir = "."
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if st, err := os.Stat(dir); err != nil || !st.IsDir() {
		return nil, fmt.Errorf("%s is no folder to run cells in", dir)
	}
	if opts.Tier == "" {
		opts.Tier = os.Getenv("SONGSONG_TIER")
	}
	data, err := os.MkdirTemp("", "songsong-data-")
	if err != nil {
		return nil, fmt.Errorf("no folder for the session's data: %w", err)
	}
	bounds, err := limits.Default(dir)
	if err != nil {
		return nil, err
	}
	s := &session{limit: limiter{now: bounds}, opts: opts, dir: dir, commands: commandState{data: data}, graph: source.NewGraph(), sinks: map[int]Sink{}, labels: map[string]label{}, runs: map[string]int{}, loaded: map[string]bool{}, prepared: make(chan struct{})}
	s.assist.docs.Dir = s.packageDir
	var life context.Context
	life, s.end = context.WithCancel(context.Background())
	go s.prepare(life)
	return s, nil
}

// prepare finds the toolchain, builds the executor and starts it.
func (s *session) prepare(ctx context.Context) {
	defer close(s.prepared)
	if s.opts.Tier == TierAlone {
		s.alone(errAsked)
		return
	}
	err := s.assemble(ctx, native.Flags{})
	if errors.Is(err, native.ErrNoGo) || errors.Is(err, native.ErrNoCgo) {
		s.alone(err)
		return
	}
	if err == nil {
		s.x, err = s.start()
	}
	s.failed = err
	if err == nil {
		s.addInterpreter()
	}
}

var errAsked = errors.New("SONGSONG_TIER=alone asks for none")

// alone makes a session without a compiler, for want of why: the interpreter
// runs every cell, and knows no types.
func (s *session) alone(why error) {
	s.aloneWhy = why.Error()
	s.scope = source.NewScope(func([]string) error { return why }, func(string) (io.ReadCloser, error) { return nil, why })
	s.x, s.failed = s.start()
}

// addInterpreter prepares the interpreter, in the background unless the session
// is held to a tier.
func (s *session) addInterpreter() {
	switch s.opts.Tier {
	case TierNative:
	case TierBoth, TierPlain:
		s.prepareInterpreter()
	default:
		go s.prepareInterpreter()
	}
}

// prepareInterpreter builds the interpreter's plugin and loads it; until then,
// and if that fails, every cell is compiled.
func (s *session) prepareInterpreter() {
	s.mu.Lock()
	tools := s.tools
	s.mu.Unlock()
	so, err := tools.Interpreter(context.Background())
	if err != nil {
		if s.opts.Log != nil {
			s.opts.Log("no interpreter: %v", err)
		}
		return
	}
	s.mu.Lock()
	if s.tools != tools { // the session was started afresh with other packages
		s.mu.Unlock()
		return
	}
	s.interp = so
	x := s.x
	s.mu.Unlock()
	s.loadInterpreter(x)
}

func (s *session) loadInterpreter(x *executor.Executor) {
	s.mu.Lock()
	so := s.interp
	s.mu.Unlock()
	if so == "" {
		return
	}
	e, err := x.Ask(frame.Command{Kind: frame.Interpreter, Text: so})
	s.mu.Lock()
	s.plain = err == nil && e.Value == "" && x == s.x
	s.mu.Unlock()
}

func (s *session) progress(what string) {
	s.mu.Lock()
	s.doing = what
	s.mu.Unlock()
	if s.opts.Log != nil {
		s.opts.Log("%s", what)
	}
}

// interpreter finds the program that runs cells where nothing can be compiled.
var interpreter = func(ctx context.Context, building func()) (string, error) {
	return home.Part(ctx, "interpreter", building)
}

func (s *session) start() (*executor.Executor, error) {
	env := []string{"SONGSONG_DATA=" + s.commands.data, "GONB_DIR=" + s.dir}
	if s.tools != nil {
		env = append(env, "GONB_TMP_DIR="+s.tools.Module.Dir) // as GoNB calls them
	}
	if self, err := os.Executable(); err == nil {
		env = append(env, "SONGSONG_PROGRAM="+self) // for cells that start "songsong worker"
	}
	for _, kv := range s.env {
		env = append(env, kv[0]+"="+kv[1])
	}
	if s.aloneWhy != "" {
		if s.host == "" { // once a session: to link it again takes seconds
			program, err := interpreter(context.Background(), func() { s.progress("building the interpreter") })
			if err != nil {
				return nil, fmt.Errorf("%s; and the interpreter: %w", s.aloneWhy, err)
			}
			s.host = program
		}
		return executor.Start(s.host, nil, s.dir, env, false, s.limit.values(), s)
	}
	if host, err := s.tools.Host(context.Background()); err == nil { // the cache may have been cleared
		s.host = host
	}
	return executor.Start(s.host, nil, s.dir, env, s.tools.Flags.Race, s.limit.values(), s)
}

// ready waits until cells can run.
func (s *session) ready(ctx context.Context) error {
	select {
	case <-s.prepared:
		return s.failed
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Event hands what a cell produces to its sink. It implements executor.Handler.
func (s *session) Event(e rt.Event) {
	s.mu.Lock()
	id := e.Cell
	if id == 0 {
		id = s.front
	}
	out := s.sinks[id]
	s.mu.Unlock()
	if e.Kind == rt.Stuck {
		s.giveUp()
		return
	}
	if out == nil {
		return
	}
	switch e.Kind {
	case rt.Stream:
		out.Stream(e.Name, s.readable(string(e.Text)))
	case rt.Display:
		out.Display(bundle(e.Bundle))
	case rt.Result:
		out.Result(bundle(e.Bundle))
	case rt.Clear:
		out.Clear(e.Wait)
	case rt.Input:
		go s.ask(out, e)
	case rt.LateFailure:
		err := s.failure(e.Failure)
		out.Stream("stderr", strings.Join(err.Traceback, "\n")+"\n")
	}
}

func (s *session) ask(out Sink, e rt.Event) {
	s.mu.Lock()
	x := s.x
	s.mu.Unlock()
	text, err := out.Input(context.Background(), e.Name, e.Hidden)
	c := frame.Command{Kind: frame.InputReply, ID: e.ID, Text: text}
	if err != nil {
		c.Err = err.Error()
	}
	x.Tell(c)
}

// fatalMarks begin what the runtime writes when it ends the process.
var fatalMarks = []string{"fatal error: ", "panic: ", "runtime: goroutine stack exceeds", "SIGSEGV: ", "SIGABRT: ", "SIGQUIT: ", "runtime: out of memory", "unexpected fault address", "signal: ", "runtime/cgo: ", "runtime: program exceeds"}

// Raw hands on what was written to files 1 and 2 themselves. What looks like the
// runtime's last words is held back until the process has ended.
func (s *session) Raw(name string, text []byte) {
	s.mu.Lock()
	out := s.sinks[s.front]
	if name == "stderr" {
		at := -1
		if len(s.fatal) > 0 {
			at = 0
		} else {
			for _, m := range fatalMarks {
				if i := strings.Index("\n"+string(text), "\n"+m); i >= 0 && (at < 0 || i < at) {
					at = i
				}
			}
		}
		if at >= 0 {
			if len(s.fatal) < 1<<20 {
				s.fatal = append(s.fatal, text[at:]...)
			}
			text = text[:at]
		}
	}
	s.mu.Unlock()
	if out != nil && len(text) > 0 {
		out.Stream(name, s.readable(string(text)))
	}
}

func bundle(b *rt.Bundle) Bundle {
	out := Bundle{Data: map[string]any{}, DisplayID: b.ID, Update: b.Upd}
	for k, v := range b.Text {
		out.Data[k] = clean(v)
	}
	for k, v := range b.Bin {
		out.Data[k] = v
	}
	for k, v := range b.JSON {
		out.Data[k] = rawJSON(v)
	}
	out.Metadata = jsonMap(b.Meta)
	return out
}

// Interrupt stops the running cell: first the compiler or the cell's code, and
// in the end the executor.
func (s *session) Interrupt() {
	s.mu.Lock()
	cancel, x := s.cancel, s.x
	s.mu.Unlock()
	if cancel == nil {
		return
	}
	cancel()
	if x != nil {
		x.Tell(frame.Command{Kind: frame.Interrupt})
		s.mu.Lock()
		running := s.running
		s.mu.Unlock()
		time.AfterFunc(deafAfter, func() { s.endDeaf(running) })
	}
}

// deafAfter is how long an interrupted cell may take to end before the kernel
// ends its process: longer than the executor takes to do what it can.
const deafAfter = 5 * time.Second

// endDeaf ends the executor if it still runs the same cell: it is stopped, or too
// busy to hear.
func (s *session) endDeaf(running int) {
	s.mu.Lock()
	deaf := running != 0 && s.running == running
	s.mu.Unlock()
	if deaf {
		s.giveUp()
	}
}

// giveUp ends an executor that does not stop.
func (s *session) giveUp() {
	s.mu.Lock()
	s.stuck = true
	x := s.x
	s.mu.Unlock()
	go x.Kill()
}

// Restart drops all state.
func (s *session) Restart() error {
	<-s.prepared
	if s.failed != nil {
		return s.failed
	}
	s.Interrupt()
	s.commands.runner.Close()
	err := s.renew()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count = 0
	return err
}

// Close ends the executor.
func (s *session) Close() error {
	s.commands.runner.Close()
	defer os.RemoveAll(s.commands.data)
	s.end()
	s.assist.gopls.close()
	select {
	case <-s.prepared:
	case <-time.After(10 * time.Second):
		return errors.New("the session could not be ended while it was being prepared")
	}
	if s.x != nil {
		s.x.Kill()
	}
	s.ahead.Wait()
	if s.tools != nil {
		s.tools.Trim()
	}
	return nil
}

// Info describes the session.
func (s *session) Info() Info {
	v, err := native.Version()
	i := Info{GoVersion: v, Tiers: "native"}
	if err != nil {
		i.Tiers = "none (" + err.Error() + ")"
	}
	if native.Lacks() != nil {
		i.Tiers = "interp only (" + native.Lacks().Error() + ")"
	}
	i.Banner = "songsong: Go " + i.GoVersion + " in a notebook, compiled, with state. %help lists the commands."
	if native.Lacks() != nil {
		i.Banner = "songsong: Go by the interpreter yaegi alone, which lacks parts of Go: " + native.Lacks().Error() + "."
	}
	return i
}
