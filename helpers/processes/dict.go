package processes

import (
	"fmt"
	"iter"

	"songsong/helpers/processes/internal/store"
)

// A Dict is a map that processes share through a [Manager]. It travels by
// reference: send a *Dict[K, V]. Each method is atomic by itself; reading a value
// and setting it again is two steps, between which another process may come: see
// [Dict.Update].
type Dict[K comparable, V any] struct {
	m  *Manager
	id int
}

// NewDict makes an empty dict, in the process that made the manager.
func NewDict[K comparable, V any](m *Manager) (*Dict[K, V], error) {
	if m.values == nil {
		return nil, fmt.Errorf("processes: only the process that made the manager can make a dict")
	}
	if err := sendable[K]("gob", "key"); err != nil {
		return nil, err
	}
	if err := sendable[V]("gob", "value"); err != nil {
		return nil, err
	}
	return &Dict[K, V]{m, m.values.NewDict()}, nil
}

// Get returns the value of a key; ok is false if there is none.
func (d *Dict[K, V]) Get(key K) (v V, ok bool, err error) {
	r, err := d.ask("Get", (*store.Store).Get, store.Args{}, key)
	if err != nil || !r.OK {
		return v, false, err
	}
	v, err = decodeOne[V](r.Value, nil)
	return v, err == nil, err
}

// Set gives a key a value.
func (d *Dict[K, V]) Set(key K, v V) error {
	b, err := encodeOne(v)
	if err == nil {
		_, err = d.ask("Set", (*store.Store).Set, store.Args{Value: b}, key)
	}
	return err
}

// Update gives key the value f(old), where old is its value, or the zero value
// and ok false if it has none, and returns it. If another process changes the key
// meanwhile, f is called again with the new value.
func (d *Dict[K, V]) Update(key K, f func(old V, ok bool) V) (V, error) {
	for {
		var old, v V
		r, err := d.ask("Get", (*store.Store).Get, store.Args{}, key)
		if err == nil && r.OK {
			old, err = decodeOne[V](r.Value, nil)
		}
		if err != nil {
			return v, err
		}
		v = f(old, r.OK)
		b, err := encodeOne(v)
		if err != nil {
			return v, err
		}
		r, err = d.ask("CAS", (*store.Store).CAS, store.Args{Value: b, Version: r.Version}, key)
		if err != nil || r.OK {
			return v, err
		}
	}
}

// Delete removes a key and returns the value it had; ok is false if it had none
// (Python's pop).
func (d *Dict[K, V]) Delete(key K) (v V, ok bool, err error) {
	r, err := d.ask("Delete", (*store.Store).Delete, store.Args{}, key)
	if err != nil || !r.OK {
		return v, false, err
	}
	v, err = decodeOne[V](r.Value, nil)
	return v, err == nil, err
}

// Len returns the number of keys.
func (d *Dict[K, V]) Len() (int, error) {
	r, err := d.m.ask("DictLen", (*store.Store).DictLen, store.Args{ID: d.id})
	return r.N, err
}

// Items returns the keys and values of one moment, in the order in which the keys came.
func (d *Dict[K, V]) Items() (iter.Seq2[K, V], error) {
	r, err := d.m.ask("Items", (*store.Store).Items, store.Args{ID: d.id})
	if err != nil {
		return nil, err
	}
	keys, err := decodeAll[K](r.Keys)
	if err != nil {
		return nil, err
	}
	values, err := decodeAll[V](r.Values)
	if err != nil {
		return nil, err
	}
	return func(yield func(K, V) bool) {
		for i, k := range keys {
			if !yield(k, values[i]) {
				return
			}
		}
	}, nil
}

func (d *Dict[K, V]) ask(name string, f method, a store.Args, key K) (store.Reply, error) {
	b, err := encodeOne(key)
	if err != nil {
		return store.Reply{}, err
	}
	a.ID, a.Key = d.id, b
	return d.m.ask(name, f, a)
}

// GobEncode makes the dict travel by reference.
func (d *Dict[K, V]) GobEncode() ([]byte, error) { return d.MarshalText() }

// GobDecode takes the dict in the process that receives it.
func (d *Dict[K, V]) GobDecode(b []byte) error { return d.UnmarshalText(b) }

// MarshalText returns a handle for another process on this machine.
func (d *Dict[K, V]) MarshalText() ([]byte, error) { return d.m.ref(d.id) }

// UnmarshalText takes the dict that the handle stands for.
func (d *Dict[K, V]) UnmarshalText(b []byte) (err error) {
	d.m, d.id, err = parseRef(b)
	return err
}
