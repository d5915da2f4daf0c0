// Package funcs names the functions and types of a running program so that
// another process that runs the same files can find them.
//
// A top-level function's value is a pointer to read-only data in the executable
// or plugin that holds it, and so is a type. Both files are mapped whole, so the
// place (file, distance from where the file was loaded) means the same in every
// process; files are told apart by build ID, which the compiler derives from
// their contents. A closure that captures variables lies on the heap, in no
// file, and is thus recognised and refused.
package funcs

import (
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"unsafe"

	"songsong/helpers/processes/internal/wire"
)

// Value returns the pointer that the function value fn (of any func type) is.
func Value(fn any) uintptr {
	return uintptr((*eface)(unsafe.Pointer(&fn)).data)
}

// Symbol returns the linker's name of the function fn.
func Symbol(fn any) string {
	f := runtime.FuncForPC(reflect.ValueOf(fn).Pointer())
	if f == nil {
		return "?"
	}
	return f.Name()
}

// Refer returns the reference to fn, run by task, a pointer type.
func Refer(fn, task any) (wire.Ref, error) {
	ref := wire.Ref{Symbol: Symbol(fn), Task: reflect.TypeOf(task).String()}
	t, err := currentTable()
	if err != nil {
		return ref, err
	}
	if ref.Func, err = t.addr(Value(fn)); err != nil {
		return ref, &NotStaticError{Symbol: ref.Symbol, cause: err}
	}
	if ref.Type, err = t.addr(uintptr((*eface)(unsafe.Pointer(&task)).typ)); err != nil {
		return ref, fmt.Errorf("the type %s has no place in the program: %w", ref.Task, err)
	}
	return ref, nil
}

// A NotStaticError says that a function exists in this process only.
type NotStaticError struct {
	Symbol string
	cause  error
}

func (e *NotStaticError) Error() string {
	name := strings.TrimSuffix(e.Symbol, "-fm")
	switch {
	case name != e.Symbol:
		return fmt.Sprintf("%s is a method bound to its receiver, which does not exist in another process; use a top-level function and send the receiver as its argument", name)
	case strings.HasPrefix(e.Symbol, "reflect."):
		return "the function was made at run time (by an interpreter or reflect.MakeFunc) and does not exist in another process; compile it (in a notebook: %%native)"
	}
	return fmt.Sprintf("%s captures variables, which do not exist in another process; use a top-level function and send what it needs as its argument", name)
}

func (e *NotStaticError) Unwrap() error { return e.cause }

// Find builds the task that ref names: a new value of the task type that holds
// the function. The type's first word must be the function value.
func Find(ref wire.Ref) (any, error) {
	t, err := currentTable()
	if err != nil {
		return nil, err
	}
	fn, err := t.find(ref.Func)
	if err != nil {
		return nil, err
	}
	typ, err := t.find(ref.Type)
	if err != nil {
		return nil, err
	}
	task := build(fn, typ)
	if got := reflect.TypeOf(task).String(); got != ref.Task {
		return nil, fmt.Errorf("found the type %s where %s was due", got, ref.Task)
	}
	entry := **(**uintptr)(unsafe.Pointer(&fn)) // a function value points to its code's address
	if f := runtime.FuncForPC(entry); f == nil || f.Name() != ref.Symbol {
		return nil, fmt.Errorf("found another function where %s was due", ref.Symbol)
	}
	return task, nil
}

// eface is the layout of an empty interface.
type eface struct{ typ, data unsafe.Pointer }

// build returns an interface value of the (pointer) type at address typ that
// points to a word holding the function value fn.
func build(fn, typ uintptr) any {
	holder := new(func()) // a word the garbage collector knows as a pointer
	*(*uintptr)(unsafe.Pointer(holder)) = fn
	var task any
	(*eface)(unsafe.Pointer(&task)).typ = *(*unsafe.Pointer)(unsafe.Pointer(&typ))
	(*eface)(unsafe.Pointer(&task)).data = unsafe.Pointer(holder)
	return task
}
