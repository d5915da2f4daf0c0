// Package store holds the dicts and lists of a Manager as encoded keys and
// values. Its exported methods follow the rules of net/rpc.
package store

import (
	"errors"
	"fmt"
	"slices"
	"sync"
)

// A Store holds dicts and lists by number.
type Store struct {
	mu    sync.Mutex
	dicts []*dict    // guarded by mu
	lists [][][]byte // guarded by mu
	edits []uint64   // of each list; guarded by mu
}

type dict struct {
	values map[string]*entry
	order  []string // keys as they came
	next   uint64   // version given last
}

type entry struct {
	value   []byte
	version uint64
}

// Args are the arguments of all methods; each uses some.
type Args struct {
	ID      int
	Key     []byte
	Index   int
	Value   []byte
	Values  [][]byte
	Version uint64 // of the value that CAS replaces; 0 for none
}

// Reply is what all methods return; each sets some.
type Reply struct {
	OK      bool
	Value   []byte
	Version uint64
	Keys    [][]byte
	Values  [][]byte
	N       int
}

// NewDict makes a dict and returns its number.
func (s *Store) NewDict() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dicts = append(s.dicts, &dict{values: map[string]*entry{}})
	return len(s.dicts) - 1
}

// NewList makes a list and returns its number.
func (s *Store) NewList() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lists, s.edits = append(s.lists, nil), append(s.edits, 1)
	return len(s.lists) - 1
}

var errUnknown = errors.New("the manager has no such dict or list")

func (s *Store) withDict(id int, f func(*dict)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if id < 0 || id >= len(s.dicts) {
		return errUnknown
	}
	f(s.dicts[id])
	return nil
}

// Get reads a key.
func (s *Store) Get(a Args, r *Reply) error {
	return s.withDict(a.ID, func(d *dict) {
		if e := d.values[string(a.Key)]; e != nil {
			r.OK, r.Value, r.Version = true, e.value, e.version
		}
	})
}

// Set writes a key.
func (s *Store) Set(a Args, r *Reply) error {
	return s.withDict(a.ID, func(d *dict) { d.set(a.Key, a.Value) })
}

// CAS writes a key if it has the given version still.
func (s *Store) CAS(a Args, r *Reply) error {
	return s.withDict(a.ID, func(d *dict) {
		var now uint64
		if e := d.values[string(a.Key)]; e != nil {
			now = e.version
		}
		if r.OK = now == a.Version; r.OK {
			d.set(a.Key, a.Value)
		}
	})
}

func (d *dict) set(key, value []byte) {
	e := d.values[string(key)]
	if e == nil {
		e = &entry{}
		d.values[string(key)] = e
		d.order = append(d.order, string(key))
	}
	d.next++
	e.value, e.version = value, d.next
}

// Delete removes a key and returns its value.
func (s *Store) Delete(a Args, r *Reply) error {
	return s.withDict(a.ID, func(d *dict) {
		e := d.values[string(a.Key)]
		if e == nil {
			return
		}
		r.OK, r.Value = true, e.value
		delete(d.values, string(a.Key))
		d.order = slices.DeleteFunc(d.order, func(k string) bool { return k == string(a.Key) })
	})
}

// Items returns all keys and values, oldest key first.
func (s *Store) Items(a Args, r *Reply) error {
	return s.withDict(a.ID, func(d *dict) {
		for _, k := range d.order {
			r.Keys, r.Values = append(r.Keys, []byte(k)), append(r.Values, d.values[k].value)
		}
	})
}

// DictLen counts keys.
func (s *Store) DictLen(a Args, r *Reply) error {
	return s.withDict(a.ID, func(d *dict) { r.N = len(d.order) })
}

func (s *Store) withList(id int, f func(l *[][]byte, edit *uint64) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if id < 0 || id >= len(s.lists) {
		return errUnknown
	}
	return f(&s.lists[id], &s.edits[id])
}

func inRange(i, n int) error {
	if i < 0 || i >= n {
		return fmt.Errorf("index %d is out of range: the list has %d elements", i, n)
	}
	return nil
}

// Append appends values.
func (s *Store) Append(a Args, r *Reply) error {
	return s.withList(a.ID, func(l *[][]byte, edit *uint64) error {
		*l = append(*l, a.Values...)
		*edit++
		return nil
	})
}

// At reads an element; Version is that of the list.
func (s *Store) At(a Args, r *Reply) error {
	return s.withList(a.ID, func(l *[][]byte, edit *uint64) error {
		if err := inRange(a.Index, len(*l)); err != nil {
			return err
		}
		r.OK, r.Value, r.Version = true, (*l)[a.Index], *edit
		return nil
	})
}

// SetAt writes an element; if Version is not 0, only if the list has not changed since.
func (s *Store) SetAt(a Args, r *Reply) error {
	return s.withList(a.ID, func(l *[][]byte, edit *uint64) error {
		if err := inRange(a.Index, len(*l)); err != nil {
			return err
		}
		if a.Version != 0 && a.Version != *edit {
			return nil
		}
		(*l)[a.Index] = a.Value
		*edit++
		r.OK = true
		return nil
	})
}

// Pop removes the last element.
func (s *Store) Pop(a Args, r *Reply) error {
	return s.withList(a.ID, func(l *[][]byte, edit *uint64) error {
		if n := len(*l); n > 0 {
			r.OK, r.Value = true, (*l)[n-1]
			*l = (*l)[:n-1]
			*edit++
		}
		return nil
	})
}

// All reads the list.
func (s *Store) All(a Args, r *Reply) error {
	return s.withList(a.ID, func(l *[][]byte, _ *uint64) error {
		r.Values = slices.Clone(*l)
		return nil
	})
}

// ListLen counts elements.
func (s *Store) ListLen(a Args, r *Reply) error {
	return s.withList(a.ID, func(l *[][]byte, _ *uint64) error {
		r.N = len(*l)
		return nil
	})
}
