// Package alone runs cells with yaegi when the machine has no Go toolchain or no
// C compiler: the interpreter does everything, with its gaps. [Main] is the
// executor's program then.
//
// What yaegi 0.16.1 can't do, cells can't: range over functions and integers, min,
// max and clear, most of packages slices and maps, inference for many generic
// functions, packages outside the standard library. It prints what is wrong, but
// does not find every error of a program.
package alone

import (
	"fmt"
	"go/ast"
	"go/parser"
	"io"
	"log"
	"os"
	"reflect"
	"strings"

	"github.com/traefik/yaegi/interp"
	"github.com/traefik/yaegi/stdlib"
	"github.com/traefik/yaegi/stdlib/syscall"
	"github.com/traefik/yaegi/stdlib/unsafe"

	"songsong/kernel/internal/executor/frame"
	"songsong/kernel/internal/executor/serve"
	"songsong/kernel/internal/rt"
	"songsong/kernel/internal/source"
)

// Main serves the kernel as the executor.
func Main() { serve.Main(newEngine()) }

type engine struct{ i *interp.Interpreter }

func newEngine() *engine {
	e := &engine{interp.New(interp.Options{Stdout: rt.Stdout, Stderr: rt.Stderr, Stdin: rt.Stdin})}
	for _, symbols := range []interp.Exports{stdlib.Symbols, syscall.Symbols, unsafe.Symbols, ours} {
		if err := e.i.Use(symbols); err != nil {
			panic(err)
		}
	}
	e.i.ImportUsed() // fmt, strings … without an import, as in compiled cells
	return e
}

// ours stand for what yaegi keeps from programs: the environment, and an exit,
// which ends the cell.
var ours = interp.Exports{
	"os/os": {
		"Exit": reflect.ValueOf(rt.Exit), "Getenv": reflect.ValueOf(os.Getenv), "LookupEnv": reflect.ValueOf(os.LookupEnv), "Setenv": reflect.ValueOf(os.Setenv),
		"Unsetenv": reflect.ValueOf(os.Unsetenv), "Environ": reflect.ValueOf(os.Environ), "ExpandEnv": reflect.ValueOf(os.ExpandEnv), "Clearenv": reflect.ValueOf(os.Clearenv),
	},
	"log/log": {"Fatal": reflect.ValueOf(rt.Fatal), "Fatalf": reflect.ValueOf(rt.Fatalf), "Fatalln": reflect.ValueOf(rt.Fatalln)},
}

// Interpreter is of no use here: everything is interpreted.
func (e *engine) Interpreter(string) error { return fmt.Errorf("there is no compiler") }

// Load splits the cell, since yaegi takes either declarations or statements.
func (e *engine) Load(c frame.Command) (func(), *rt.Failure) {
	decls, stmts, quiet := source.Split(c.Text)
	return func() {
		for _, d := range decls {
			e.eval(d)
		}
		for i, s := range stmts {
			v := e.eval(s)
			if i == len(stmts)-1 && !quiet && isValue(s) && v.IsValid() && v.CanInterface() {
				rt.Show(v.Interface())
			}
		}
	}, nil
}

// eval evaluates one declaration or statement on the cell's goroutine.
func (e *engine) eval(src string) reflect.Value {
	prog, err := e.compile(src)
	if err != nil {
		panic(&rt.Failure{Kind: "interpreter", Value: strings.TrimPrefix(err.Error(), "_.go:")})
	}
	v, err := e.i.ExecuteWithContext(rt.Current().Ctx, prog)
	if p, ok := err.(interp.Panic); ok {
		panic(p.Value)
	}
	if err != nil {
		rt.Halt() // if the cell was interrupted
		panic(err)
	}
	return v
}

// compile makes yaegi's own panics, over Go it does not know, errors.
func (e *engine) compile(src string) (prog *interp.Program, err error) {
	log.SetOutput(io.Discard) // where yaegi says them too
	defer log.SetOutput(rt.Stderr)
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("it can't run this part of Go (%v)", v)
		}
	}()
	return e.i.Compile(src)
}

// isValue reports whether src is an expression whose value the cell shows.
func isValue(src string) bool {
	x, err := parser.ParseExpr(src)
	if err != nil {
		return false
	}
	call, ok := x.(*ast.CallExpr)
	if !ok {
		return true
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	return !ok || !strings.HasPrefix(sel.Sel.Name, "Print") && !strings.HasPrefix(sel.Sel.Name, "Fprint")
}
