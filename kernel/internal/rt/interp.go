package rt

import (
	"reflect"
	"sync"
)

// A Plain cell is one that the interpreter runs: glue between compiled code and
// variables, written by the kernel as the body of a function.
type Plain struct {
	File  string     // of the cell, for the places of errors
	Body  string     // statements; x.V0 is a pointer to variable 0, x.F0 is function 0; x.At(n) precedes line n
	Vars  []PlainVar // V0, V1 …
	Funcs []string   // F0, F1 …: keys under which units registered them, or "path.Name" of the standard library
}

// A PlainVar is a variable a plain cell uses. A new one has a basic type.
type PlainVar struct {
	Slot string
	New  string // name of its basic type if the cell defines it, "" otherwise
}

// At notes the line of the cell that a plain cell is at.
func At(line int) { Current().Plain.Line = line }

// Interpret prepares a plain cell. The interpreter sets it when it is loaded.
var Interpret func(Plain) (body func(), err error)

var funcs sync.Map // key → reflect.Value

// RegisterFunc makes a compiled function known to plain cells.
func RegisterFunc(key string, f any) { funcs.Store(key, reflect.ValueOf(f)) }

// FuncOf returns the function registered under key.
func FuncOf(key string) (reflect.Value, bool) {
	f, ok := funcs.Load(key)
	if !ok {
		return reflect.Value{}, false
	}
	return f.(reflect.Value), true
}

var basics = map[string]reflect.Type{
	"bool": reflect.TypeFor[bool](), "string": reflect.TypeFor[string](), "int": reflect.TypeFor[int](),
	"int64": reflect.TypeFor[int64](), "float64": reflect.TypeFor[float64](),
}

// Fresh gives the variable a fresh, zero heap cell of a basic type.
func (v *Var) Fresh(basic string) {
	t := basics[basic]
	v.P, v.T = reflect.New(t).UnsafePointer(), t
}

// Pointer returns a pointer to the variable's heap cell, of the variable's type.
func (v *Var) Pointer() (reflect.Value, bool) {
	if v.P == nil || v.T == nil {
		return reflect.Value{}, false
	}
	return reflect.NewAt(v.T, v.P), true
}
