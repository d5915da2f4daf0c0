package processes

import (
	"errors"
	"fmt"

	"songsong/helpers/async"
	"songsong/helpers/processes/internal/wire"
	"songsong/helpers/threads"
)

// What errors.Is finds in the error of a task, besides async.ErrCancelled,
// async.ErrTimeout and threads.ErrGoexit. (A panic is a *threads.PanicError.)
var (
	ErrPoisoned = errors.New("the task keeps killing its worker")
	ErrNotSent  = errors.New("the value can't be sent between processes")
	ErrClosed   = errors.New("processes: the pool is closed")
)

// A TaskError says why a task has no result. The error that the function
// returned stays in the worker: its text and the name of its type come back.
type TaskError struct {
	Message string // of the error, or the panic's value
	Type    string // Go type of the error or of the panic's value, "*fs.PathError"
	Stack   string // of a panic: the task's frames, innermost first
	Worker  string // "Process-1"
	Kills   int    // of a poisoned task: workers that died running it
	cause   error  // nil for an error that the function returned
}

// Error says in one line what went wrong and in which worker.
func (e *TaskError) Error() string {
	if _, ok := errors.AsType[*threads.PanicError](e.cause); ok {
		return fmt.Sprintf("panic in %s: %s", e.Worker, e.Message)
	}
	if e.cause == ErrPoisoned {
		return fmt.Sprintf("the task killed %d workers and is set aside; the last ended with %s", e.Kills, e.Message)
	}
	return e.Message
}

// Format prints the stack of a panic too for the verb %+v.
func (e *TaskError) Format(s fmt.State, verb rune) {
	fmt.Fprint(s, e.Error())
	if verb == 'v' && s.Flag('+') && e.Stack != "" {
		fmt.Fprintf(s, "\n%s", e.Stack)
	}
}

// Unwrap returns the kind of failure, nil for an error that the function returned.
func (e *TaskError) Unwrap() error { return e.cause }

// sendable says why what has type T can't be sent; nil if it can.
func sendable[T any](codec, what string) error {
	if err := wire.Sendable[T](codec, what); err != nil {
		return fmt.Errorf("processes: %w: %w", ErrNotSent, err)
	}
	return nil
}

var causes = map[string]error{
	wire.FailGoexit:   threads.ErrGoexit,
	wire.FailPoison:   ErrPoisoned,
	wire.FailCodec:    ErrNotSent,
	wire.FailCanceled: async.ErrCancelled,
	wire.FailTimeout:  async.ErrTimeout,
}

func taskError(f wire.Failure) error {
	e := &TaskError{Message: f.Message, Type: f.Type, Stack: f.Stack, Worker: f.Worker, Kills: f.Kills, cause: causes[f.Kind]}
	if f.Kind == wire.FailPanic {
		e.cause = &threads.PanicError{Value: f.Message, Stack: []byte(f.Stack)}
	}
	return e
}
