package rt

import (
	"fmt"
	"os"
	"reflect"
	"runtime"
	"strings"
	"time"
	_ "unsafe" // for linkname
)

// A Failure is why a cell or one of its goroutines ended early.
type Failure struct {
	Kind      string // "panic", "exit", "interrupted", "goexit", "deadlock"
	Value     string
	Goroutine bool    // in a goroutine the cell started, not in the cell itself
	Frames    []Frame // of the reader's code, innermost first
	Waiting   []Left  // deadlock: the goroutines, and what each waits for
}

// A Frame is one call in the reader's code.
type Frame struct {
	Func string
	File string // "/Ꞩ/KEY" for a cell
	Line int
}

// CellFile is what the file name of every lowered cell begins with.
const CellFile = "/Ꞩ/"

// Worker is set in a worker of a process pool, which is no session.
var Worker bool

// Exit stands for os.Exit in a cell: it ends the cell, not the session. As in a
// program, deferred functions do not run and nothing can recover from it; the
// goroutine that called it is never heard of again and keeps its stack.
func Exit(code int) {
	if Worker {
		os.Exit(code)
	}
	c := Current()
	if c.failed == nil {
		runtime.Goexit()
	}
	end := &Failure{Kind: "exit", Value: fmt.Sprintf("exit status %d", code), Frames: frames()}
	if goid() == c.Goid {
		c.exited = true
		c.Cancel()
		c.finish(end)
	} else {
		c.fail(end)
		c.leave()
	}
	select {}
}

const exitZero = "exit status 0"

// exit0 is what os.Exit(0) panics with where it must not end the process.
const exit0 = "unexpected call to os.Exit(0) during test"

// KeepAlive makes os.Exit(0), called by a package that a cell imports, end the
// cell and not the executor, as it does in tests.
func KeepAlive() { setPanicOnExit0(true) }

//go:linkname setPanicOnExit0 internal/testlog.SetPanicOnExit0
func setPanicOnExit0(bool)

// failure makes a Failure of a recovered panic value; the panic's frames must
// still be on the stack.
func failure(v any, goroutine bool) *Failure {
	f := &Failure{Kind: "panic", Goroutine: goroutine, Frames: frames()}
	switch v := v.(type) {
	case *Failure:
		return v
	case Interrupt:
		f.Kind, f.Value = "interrupted", "interrupted"
	case string:
		if f.Value = v; v == exit0 {
			f.Kind, f.Value = "exit", exitZero
		}
	case runtime.Error:
		f.Value = v.Error()
	case error:
		f.Value = printPanic(v.Error, reflect.TypeOf(v))
	case fmt.Stringer:
		f.Value = printPanic(v.String, reflect.TypeOf(v))
	default:
		f.Value = fmt.Sprintf("%v", v)
		switch reflect.TypeOf(v).Kind() {
		case reflect.Struct, reflect.Map, reflect.Slice, reflect.Pointer, reflect.Array:
			f.Value = fmt.Sprintf("%T %+v", v, v)
		}
	}
	return f
}

// FailureOf is what a recovered panic says; it is called by the function that recovers.
func FailureOf(v any) *Failure { return failure(v, false) }

// printPanic calls an Error or String method that may itself panic.
func printPanic(text func() string, t reflect.Type) (s string) {
	defer func() {
		if recover() != nil {
			s = fmt.Sprintf("%v, whose own text panics", t)
		}
	}()
	return text()
}

func frames() []Frame {
	pcs := make([]uintptr, 256)
	pcs = pcs[:runtime.Callers(3, pcs)]
	var out []Frame
	it := runtime.CallersFrames(pcs)
	for {
		fr, more := it.Next()
		if strings.HasPrefix(fr.File, CellFile) && len(out) < 64 {
			out = append(out, Frame{Func: fr.Function, File: fr.File, Line: fr.Line})
		}
		if !more {
			return out
		}
	}
}

// Catch is deferred at the start of a goroutine that a cell starts: a panic
// there becomes the error of that cell and does not end the executor.
func Catch() {
	c := Current()
	if v := recover(); v != nil {
		c.fail(failure(v, true))
	}
	if c.failed != nil {
		c.leave()
	}
}

// Began counts the goroutine that calls it; [Catch] counts it out again.
func Began() {
	if c := Current(); c.failed != nil {
		c.live.Add(1)
	}
}

func (c *Cell) fail(f *Failure) {
	if f.Kind == "interrupted" {
		return
	}
	if late := c.ended.Load() || c.Ctx.Err() != nil || front.Load() != c; !late {
		select {
		case c.failed <- f: // the cell's end says it
			return
		default:
		}
	}
	if f.orNil() == nil {
		return
	}
	Out(Event{Kind: LateFailure, Cell: c.ID, Failure: f})
}

// Spawn guards f for a go statement: go f(x) becomes go Spawn(f)(x).
// A call costs about 1 µs more than f unless f is a func().
func Spawn[F any](f F) F {
	if g, ok := any(f).(func()); ok {
		return any(func() { Began(); defer Catch(); g() }).(F)
	}
	v := reflect.ValueOf(f)
	if v.Kind() != reflect.Func || v.IsNil() {
		return f
	}
	return reflect.MakeFunc(v.Type(), func(args []reflect.Value) (out []reflect.Value) {
		out = make([]reflect.Value, v.Type().NumOut())
		for i := range out {
			out[i] = reflect.Zero(v.Type().Out(i))
		}
		Began()
		defer Catch()
		if v.Type().IsVariadic() {
			return v.CallSlice(args)
		}
		return v.Call(args)
	}).Interface().(F)
}

// Run runs body as the cell's main goroutine and returns how it ended, nil for
// well. It returns early when a goroutine of the cell panics and the main one
// does not end within grace, or when blocked reports that a cancelled cell can't
// be reached; the main goroutine is then left behind.
func (c *Cell) Run(body func(), wait func(done <-chan struct{}, failed <-chan *Failure) *Failure) *Failure {
	go func() {
		returned := false
		defer func() {
			var end *Failure
			if v := recover(); v != nil {
				if end = failure(v, false); c.Plain != nil && end.Kind == "panic" {
					end.Frames = append(end.Frames, *c.Plain)
				}
			} else if !returned {
				c.awaitOthers()
				end = &Failure{Kind: "goexit", Value: "the cell ended its own goroutine (runtime.Goexit)"}
			}
			c.finish(end)
		}()
		c.enter()
		c.Goid = goid()
		body()
		returned = true
	}()
	early := wait(c.done, c.failed)
	c.ended.Store(true)
	if early != nil {
		return early.orNil()
	}
	select {
	case f := <-c.failed:
		return f.orNil()
	default:
	}
	if c.end == nil && c.cancelled.Load() && !c.exited { // it ended since what it waited for was ended
		return &Failure{Kind: "interrupted", Value: "interrupted"}
	}
	return c.end.orNil()
}

// finish ends the cell's main goroutine, for those who wait for it.
func (c *Cell) finish(end *Failure) {
	c.end = end
	c.leave()
	close(c.done)
}

// orNil returns nil for an exit that says that all is well.
func (f *Failure) orNil() *Failure {
	if f != nil && f.Value == exitZero {
		return nil
	}
	return f
}

// awaitOthers waits until the cell's other goroutines have ended or the cell is
// over: where the main goroutine of a program ends itself, the program goes on.
func (c *Cell) awaitOthers() {
	for c.live.Load() > 1 && !c.cancelled.Load() {
		time.Sleep(time.Millisecond)
	}
}

// CatchIn is deferred in a function that a library runs on a goroutine of its
// own: a panic there becomes the error of the cell.
func CatchIn() {
	if v := recover(); v != nil {
		if c := Current(); c.failed != nil {
			c.fail(failure(v, true))
		} else {
			panic(v)
		}
	}
}
