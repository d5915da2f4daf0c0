package processes

import (
	"fmt"

	"songsong/helpers/processes/internal/store"
)

// A List is a list that processes share through a [Manager]. It travels by
// reference: send a *List[T]. Each method is atomic by itself.
type List[T any] struct {
	m  *Manager
	id int
}

// NewList makes a list, in the process that made the manager.
func NewList[T any](m *Manager, values ...T) (*List[T], error) {
	if m.values == nil {
		return nil, fmt.Errorf("processes: only the process that made the manager can make a list")
	}
	if err := sendable[T]("gob", "value"); err != nil {
		return nil, err
	}
	l := &List[T]{m, m.values.NewList()}
	return l, l.Append(values...)
}

// Append appends values, all together.
func (l *List[T]) Append(values ...T) error {
	a := store.Args{ID: l.id}
	for _, v := range values {
		b, err := encodeOne(v)
		if err != nil {
			return err
		}
		a.Values = append(a.Values, b)
	}
	_, err := l.m.ask("Append", (*store.Store).Append, a)
	return err
}

// At returns element i.
func (l *List[T]) At(i int) (v T, err error) {
	r, err := l.m.ask("At", (*store.Store).At, store.Args{ID: l.id, Index: i})
	if err != nil {
		return v, err
	}
	return decodeOne[T](r.Value, nil)
}

// Set sets element i.
func (l *List[T]) Set(i int, v T) error {
	b, err := encodeOne(v)
	if err == nil {
		_, err = l.m.ask("SetAt", (*store.Store).SetAt, store.Args{ID: l.id, Index: i, Value: b})
	}
	return err
}

// Update sets element i to f(element i) and returns it. If another process
// changes the list meanwhile, f is called again.
func (l *List[T]) Update(i int, f func(T) T) (T, error) {
	for {
		var v T
		r, err := l.m.ask("At", (*store.Store).At, store.Args{ID: l.id, Index: i})
		if err == nil {
			v, err = decodeOne[T](r.Value, nil)
		}
		if err != nil {
			return v, err
		}
		v = f(v)
		b, err := encodeOne(v)
		if err != nil {
			return v, err
		}
		r, err = l.m.ask("SetAt", (*store.Store).SetAt, store.Args{ID: l.id, Index: i, Value: b, Version: r.Version})
		if err != nil || r.OK {
			return v, err
		}
	}
}

// Pop removes the last element and returns it; ok is false if the list is empty.
func (l *List[T]) Pop() (v T, ok bool, err error) {
	r, err := l.m.ask("Pop", (*store.Store).Pop, store.Args{ID: l.id})
	if err != nil || !r.OK {
		return v, false, err
	}
	v, err = decodeOne[T](r.Value, nil)
	return v, err == nil, err
}

// Len returns the number of elements.
func (l *List[T]) Len() (int, error) {
	r, err := l.m.ask("ListLen", (*store.Store).ListLen, store.Args{ID: l.id})
	return r.N, err
}

// Slice returns a copy of the elements.
func (l *List[T]) Slice() ([]T, error) {
	r, err := l.m.ask("All", (*store.Store).All, store.Args{ID: l.id})
	if err != nil {
		return nil, err
	}
	return decodeAll[T](r.Values)
}

// GobEncode makes the list travel by reference.
func (l *List[T]) GobEncode() ([]byte, error) { return l.MarshalText() }

// GobDecode takes the list in the process that receives it.
func (l *List[T]) GobDecode(b []byte) error { return l.UnmarshalText(b) }

// MarshalText returns a handle for another process on this machine.
func (l *List[T]) MarshalText() ([]byte, error) { return l.m.ref(l.id) }

// UnmarshalText takes the list that the handle stands for.
func (l *List[T]) UnmarshalText(b []byte) (err error) {
	l.m, l.id, err = parseRef(b)
	return err
}
