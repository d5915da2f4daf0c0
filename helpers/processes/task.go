package processes

import (
	"context"
	"fmt"
	"reflect"
	"sync"

	"songsong/helpers/processes/internal/funcs"
	"songsong/helpers/processes/internal/wire"
	"songsong/helpers/threads"
)

// A task runs one kind of function in a worker. Its implementations are pointers
// to structs whose only field is the function: see funcs.Find.
type task interface {
	run(e *piece) (done int)
}

// call is the task of a function with context, one argument, result and error.
type call[A, R any] struct {
	fn func(context.Context, A) (R, error)
}

// plain is the task of a function that needs neither context nor error.
type plain[A, R any] struct{ fn func(A) R }

func (c *call[A, R]) run(e *piece) int { return runItems(e, c.fn) }

func (p *plain[A, R]) run(e *piece) int {
	return runItems(e, func(_ context.Context, a A) (R, error) { return p.fn(a), nil })
}

var registry struct {
	sync.Mutex
	byName  map[string]task
	byValue map[uintptr]string // function value → name
}

// Register gives fn a name that means the same in every process of the program,
// and returns fn. It is needed for functions that can't be found otherwise:
// closures that capture variables, and all functions on systems other than
// Linux. Call it in a package-level variable or an init function, so that
// workers do too:
//
//	var Scale = processes.Register("scale", makeScaler(3))
//
// It panics if the name is empty or taken, or fn is nil: both are mistakes in the program's text.
func Register[A, R any](name string, fn func(context.Context, A) (R, error)) func(context.Context, A) (R, error) {
	if name == "" || fn == nil {
		panic("processes: Register needs a name and a function")
	}
	registry.Lock()
	defer registry.Unlock()
	if _, taken := registry.byName[name]; taken {
		panic(fmt.Sprintf("processes: Register: the name %q is taken", name))
	}
	if registry.byName == nil {
		registry.byName, registry.byValue = map[string]task{}, map[uintptr]string{}
	}
	registry.byName[name] = &call[A, R]{fn}
	registry.byValue[funcs.Value(fn)] = name
	return fn
}

// refer names fn for another process.
func refer(fn any, t task) (wire.Ref, error) {
	if reflect.ValueOf(fn).IsNil() {
		return wire.Ref{}, fmt.Errorf("processes: %w", threads.ErrNilFunc)
	}
	registry.Lock()
	name := registry.byValue[funcs.Value(fn)]
	registry.Unlock()
	if name != "" {
		return wire.Ref{Name: name, Symbol: funcs.Symbol(fn), Task: reflect.TypeOf(t).String()}, nil
	}
	ref, err := funcs.Refer(fn, t)
	if err != nil {
		return ref, fmt.Errorf("processes: %w", err)
	}
	return ref, nil
}

// find is the inverse of refer, in a worker.
func find(ref wire.Ref) (task, error) {
	if ref.Name != "" {
		registry.Lock()
		t := registry.byName[ref.Name]
		registry.Unlock()
		if t == nil {
			return nil, fmt.Errorf("the worker has no function registered as %q: call Register in an init function", ref.Name)
		}
		if got := reflect.TypeOf(t).String(); got != ref.Task {
			return nil, fmt.Errorf("the function registered as %q is a %s here and a %s there", ref.Name, got, ref.Task)
		}
		return t, nil
	}
	v, err := funcs.Find(ref)
	if err != nil {
		return nil, err
	}
	t, ok := v.(task)
	if !ok {
		return nil, fmt.Errorf("%s is not a task", ref.Task)
	}
	return t, nil
}
