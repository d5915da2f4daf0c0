package magic

import (
	"context"
	"io"
	"sync"
	"time"

	"songsong/kernel/internal/limits"
)

// A Host is what commands need of the session, for one cell.
type Host interface {
	// Stream writes text under the cell; name is "stdout" or "stderr".
	Stream(name, text string)

	// Dir is the session's working folder, Chdir changes it for cells and commands.
	Dir() string
	Chdir(dir string) error
	// Setenv changes the environment of cells and commands; Env is what was
	// changed so far, as K=V.
	Setenv(key, value string)
	Env() []string
	// DataDir is the folder in which Python and Go exchange values.
	DataDir() string

	// RunCell runs commands and Go, RunGo runs Go. Errors are the cell's.
	RunCell(ctx context.Context, text string) error
	RunGo(ctx context.Context, code string) (Timing, error)
	// Check type-checks Go and runs nothing.
	Check(ctx context.Context, code string) error
	// Label is what errors call this cell: "cell [3]".
	Label() string
	// Capture copies what the cell prints to w until stop is called.
	Capture(w io.Writer) (stop func())

	// Page shows in the front end's pager, or under the cell where there is none,
	// what is known of a name; false if nothing is.
	Page(ctx context.Context, name string) bool
	Names(ctx context.Context) ([]Name, error)
	Forget(names []string) error
	Reset(ctx context.Context) error
	Restore(ctx context.Context) error
	// Stale lists the cells whose output can't come from the cells as they are, and
	// why; RunStale runs them again and says how many it ran.
	Stale(ctx context.Context) ([]string, error)
	RunStale(ctx context.Context) (ran int, err error)
	// Goroutines lists what cells left running; Kill asks one to end and returns ""
	// if it did, or else what became of it.
	Goroutines() ([]Goroutine, error)
	Kill(number uint64) (string, error)
	// Tier says which engine ran the last cell, "native", "interp" or "", and why
	// that was native. Native makes this cell run compiled.
	Tier() (tier, why string)
	Native()
	Version() string
	// Race says whether cells run with the race detector; SetRace starts the
	// session afresh with it or without.
	Race(ctx context.Context) (bool, error)
	SetRace(ctx context.Context, on bool) error
	// Flags are those of go build that cells are compiled with, as one writes them;
	// SetFlags starts the session afresh with others.
	Flags(ctx context.Context) (string, error)
	SetFlags(ctx context.Context, words []string) error
	// Limits are what cells may use; SetLimit changes one.
	Limits() limits.Limits
	SetLimit(name, value string) error
	// SetArgs sets os.Args of the cells, without the program's name.
	SetArgs(args []string)
	// Source is the text of a declared function, its file and its line there; "" if
	// there is none.
	Source(name string) (text, path string, line int)
	// SetAutoGet says whether modules that cells import are fetched.
	SetAutoGet(on bool)
	// Input asks the reader for a line.
	Input(ctx context.Context, prompt string, hidden bool) (string, error)
	// Module is the folder of the session's module; Reload takes up what changed in it.
	Module(ctx context.Context) (string, error)
	Reload(ctx context.Context) error
}

// A Goroutine is one that a cell left running.
type Goroutine struct {
	Number uint64
	Where  string // "cell [3], line 2"
	State  string // what it waits for
}

// A Name is a name of the session.
type Name struct{ Name, Kind, Type, Value string }

// Timing says what running Go took.
type Timing struct {
	Build time.Duration // checking, compiling and linking
	Wall  time.Duration // running
	CPU   time.Duration // of all threads while running; less than 0 if not known
}

// An Error is a command's error for the reader.
type Error struct {
	Name      string   // kind of error
	Value     string   // one line
	Traceback []string // more lines; none means Value says all
}

func (e *Error) Error() string { return e.Value }

// A Runner runs the commands of one session. It holds what outlives a cell: the
// Python process and programs in the background. Run is called for
// one command at a time; Close may be called meanwhile.
type Runner struct {
	Host
	asks, hidden bool // the cell's next shell command asks for its input

	mu      sync.Mutex // guards what follows
	python  *python
	current int   // process group of the command that runs, 0 for none
	groups  []int // process groups that go on in the background
}

// StartCell forgets what concerned the commands of the cell before.
func (r *Runner) StartCell() { r.asks, r.hidden = false, false }

// Group is the process group of the command that runs, 0 if none does.
func (r *Runner) Group() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.current
}

func (r *Runner) setGroup(group int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.current = group
}

// In returns the runner with the host of one cell.
func (r *Runner) In(h Host) *Runner {
	r.Host = h
	return r
}
