// Package interp runs plain cells with yaegi: statements that only move values
// between variables and compiled functions. It is the accelerator beside the
// compiler: a plain cell answers in well under a millisecond, and means just
// what it means compiled, because the kernel writes what is interpreted (see
// source.Checked.LowerPlain): every constant with its type, every variable
// behind a pointer, every function compiled. Nothing yaegi is known to get wrong
// gets here: no declaration, no loop, no generic, no conversion to an interface
// but that of a call's argument.
//
// It is linked as a plugin of its own, that the executor loads when it is built:
// no cell waits for it.
package interp

import (
	"fmt"
	"go/parser"
	"io"
	"reflect"
	"sync"

	"github.com/traefik/yaegi/interp"

	"songsong/kernel/internal/rt"
)

func init() { rt.Interpret = new(engine).prepare }

// engine holds one interpreter. yaegi can evaluate one thing at a time.
type engine struct {
	mu sync.Mutex
	i  *interp.Interpreter
	n  int
}

// renewAfter bounds what yaegi keeps of evaluated cells, about 4 kB each.
const renewAfter = 5000

func (e *engine) prepare(p rt.Plain) (body func(), err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	defer func() { // yaegi may panic while it compiles
		if v := recover(); v != nil {
			err = fmt.Errorf("interpreter: %v", v)
		}
	}()
	if e.i == nil || e.n%renewAfter == 0 {
		e.i = interp.New(interp.Options{Stdout: io.Discard, Stderr: io.Discard})
	}
	e.n++
	name := fmt.Sprintf("plain%d", e.n)
	syms, err := symbols(p)
	if err != nil {
		return nil, err
	}
	if err := e.i.Use(interp.Exports{"x" + name + "/x": syms}); err != nil {
		return nil, err
	}
	src := fmt.Sprintf("package %s\nimport x %q\nfunc Run() {\n%s\n}\n", name, "x"+name, p.Body)
	file, err := parser.ParseFile(e.i.FileSet(), name+".go", src, 0)
	if err != nil {
		return nil, err
	}
	prog, err := e.i.CompileAST(file)
	if err != nil {
		return nil, err
	}
	if _, err := e.i.Execute(prog); err != nil {
		return nil, err
	}
	run, ok := e.i.Symbols(name)[name]["Run"]
	if !ok {
		return nil, fmt.Errorf("interpreter: %s has no Run", name)
	}
	f, ok := run.Interface().(func())
	if !ok {
		return nil, fmt.Errorf("interpreter: Run is a %s", run.Type())
	}
	return func() {
		rt.Current().Plain = &rt.Frame{File: p.File}
		f()
	}, nil
}

// symbols returns what the cell reaches as x.V0, x.F0 …
func symbols(p rt.Plain) (map[string]reflect.Value, error) {
	m := map[string]reflect.Value{"Show": reflect.ValueOf(rt.Show), "At": reflect.ValueOf(rt.At)}
	for i, v := range p.Vars {
		slot := rt.Slot(v.Slot)
		if v.New != "" {
			slot.Fresh(v.New)
		}
		ptr, ok := slot.Pointer()
		if !ok {
			return nil, fmt.Errorf("interpreter: variable %s has no value", v.Slot)
		}
		m[fmt.Sprintf("V%d", i)] = ptr
	}
	for i, key := range p.Funcs {
		f, ok := rt.FuncOf(key)
		if !ok {
			if f, ok = library[key]; !ok {
				return nil, fmt.Errorf("interpreter: function %s is not loaded", key)
			}
		}
		m[fmt.Sprintf("F%d", i)] = f
	}
	return m, nil
}
