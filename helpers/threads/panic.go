package threads

import (
	"errors"
	"fmt"
	"runtime/debug"
)

// ErrGoexit is the error of a function that ended by runtime.Goexit, as t.FailNow and log-and-leave helpers do,
// instead of returning.
var ErrGoexit = errors.New("the function called runtime.Goexit instead of returning")

// ErrNilFunc is the error of a thread or task that was made with a nil function.
var ErrNilFunc = errors.New("the function to run is nil")

// PanicError is a panic turned into an error. Value is what was given to panic, Stack is the text of the stack
// at the panic, innermost call first. When Value is an error, errors.Is and errors.As see through to it.
type PanicError struct {
	Value any
	Stack []byte
}

// NewPanicError wraps a recovered value with the current stack. Call it in the deferred function that recovered,
// while the stack of the panic is still there. A value that is a *PanicError already is returned as it is.
// It costs a few microseconds and one allocation of the size of the stack's text.
func NewPanicError(value any) *PanicError {
	if e, ok := value.(*PanicError); ok {
		return e
	}
	return &PanicError{Value: value, Stack: debug.Stack()}
}

// Error gives the panic's value in one line, without the stack.
func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v", e.Value) }

// Unwrap gives the panic's value if it is an error, else nil.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// Format prints the stack too for the verb %+v.
func (e *PanicError) Format(s fmt.State, verb rune) {
	fmt.Fprint(s, e.Error())
	if verb == 'v' && s.Flag('+') {
		fmt.Fprintf(s, "\n\n%s", e.Stack)
	}
}
