package rt

import (
	"reflect"
	"sync"
	"unsafe"
)

// A Var is where a session variable lives: a heap cell of the variable's type.
// Defining the variable again puts a fresh heap cell there; closures and
// goroutines that hold the old one keep it.
type Var struct {
	P unsafe.Pointer
	T reflect.Type

	used bool // by a declared function; guarded by slots
}

var slots struct {
	sync.Mutex
	m map[string]*Var
}

// Slot returns the variable with the given key (its name and its type), which
// is empty until [Def] or [Ptr] fills it.
func Slot(key string) *Var {
	slots.Lock()
	defer slots.Unlock()
	if slots.m == nil {
		slots.m = map[string]*Var{}
	}
	v := slots.m[key]
	if v == nil {
		v = new(Var)
		slots.m[key] = v
	}
	return v
}

// SlotOf is [Slot] for a variable of type T, which gets a zero heap cell if it has none.
func SlotOf[T any](key string) *Var {
	v := Slot(key)
	Ptr[T](v)
	return v
}

// UsedSlotOf is [SlotOf] for a variable that a declared function uses, which may
// run in another process; see [Used].
func UsedSlotOf[T any](key string) *Var {
	v := SlotOf[T](key)
	slots.Lock()
	defer slots.Unlock()
	v.used = true
	return v
}

// Used returns the variables that declared functions use, addressable, by their keys.
func Used() map[string]reflect.Value {
	slots.Lock()
	defer slots.Unlock()
	used := map[string]reflect.Value{}
	for key, v := range slots.m {
		if v.used && v.P != nil {
			used[key] = reflect.NewAt(v.T, v.P).Elem()
		}
	}
	return used
}

// Ptr returns the variable's heap cell, a zero one if it has none yet.
func Ptr[T any](v *Var) *T {
	if v.P == nil {
		return Def(v, *new(T))
	}
	return (*T)(v.P)
}

// Def defines the variable: it gets a fresh heap cell that holds x.
func Def[T any](v *Var, x T) *T {
	p := new(T)
	*p = x
	Bind(v, p)
	return p
}

// Bind makes p the variable's heap cell.
func Bind[T any](v *Var, p *T) {
	v.T = reflect.TypeFor[T]()
	v.P = unsafe.Pointer(p)
}

// Alias makes the variable with key to share the heap cell of the one with key
// from: the variable's type was compiled again and kept its shape.
func Alias(to, from string) {
	f, t := Slot(from), Slot(to)
	if t.P == nil {
		t.P, t.T = f.P, f.T
	}
}

// Drop empties the variable, so that its memory can be freed.
func Drop(key string) {
	slots.Lock()
	defer slots.Unlock()
	if v := slots.m[key]; v != nil {
		v.P, v.T = nil, nil
	}
}

// Value returns the variable with key, addressable, and whether it has a heap cell.
func Value(key string) (reflect.Value, bool) {
	v := Slot(key)
	if v.P == nil || v.T == nil {
		return reflect.Value{}, false
	}
	return reflect.NewAt(v.T, v.P).Elem(), true
}

// Mirror reads v, a struct of another cell, as M: the same layout with field
// names that this cell may use.
func Mirror[M, T any](v T) M { return *(*M)(unsafe.Pointer(&v)) }

// MirrorPtr is [Mirror] for pointers.
func MirrorPtr[M, T any](p *T) *M { return (*M)(unsafe.Pointer(p)) }
