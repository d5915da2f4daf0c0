package processes

import (
	"errors"
	"fmt"
	"iter"
	"reflect"
	"unsafe"
)

// An Array is a fixed number of values in memory that processes share: what one
// writes the others read, at the speed of memory. T must hold no pointers: a
// number, or an array or struct of numbers. Linux only.
//
// An Array travels as argument of a task, alone or inside a struct, by reference:
// send a *Array[T]. (The zero Array is empty.) Reading and writing the same
// element in two processes is a data race unless they hold its [Array.Lock], or
// go through sync/atomic.
type Array[T any] struct {
	seg  *segment
	n    int
	lock *Lock
}

// NewArray makes an array of n zero values. It costs about 20 µs. Close it when
// this process needs it no more.
func NewArray[T any](n int) (*Array[T], error) {
	t := reflect.TypeFor[T]()
	if err := flat(t); err != nil {
		return nil, err
	}
	if n <= 0 || t.Size() == 0 {
		return nil, fmt.Errorf("processes: an array of %d values of %d bytes has nothing to share", n, t.Size())
	}
	if uintptr(n) > maxShared/t.Size() {
		return nil, fmt.Errorf("processes: an array of %d values of %d bytes is more than 1 TB", n, t.Size())
	}
	seg, err := newSegment(n * int(t.Size()))
	if err != nil {
		return nil, err
	}
	return &Array[T]{seg: seg, n: n, lock: &Lock{seg}}, nil
}

const maxShared = 1 << 40

// Len returns the number of values.
func (a *Array[T]) Len() int { return a.n }

// Slice returns the shared values themselves, until Close.
func (a *Array[T]) Slice() []T {
	if a.n == 0 {
		return nil
	}
	return unsafe.Slice((*T)(unsafe.Pointer(&a.seg.mem[0])), a.n)
}

// At returns value i; it panics if i is out of range, as a slice does.
func (a *Array[T]) At(i int) T { return a.Slice()[i] }

// Set sets value i; it panics if i is out of range, as a slice does.
func (a *Array[T]) Set(i int, v T) { a.Slice()[i] = v }

// All yields index and value of each element.
func (a *Array[T]) All() iter.Seq2[int, T] {
	return func(yield func(int, T) bool) {
		for i, v := range a.Slice() {
			if !yield(i, v) {
				return
			}
		}
	}
}

// Lock returns the array's lock, the same in all processes (Python's get_lock).
func (a *Array[T]) Lock() *Lock { return a.lock }

// Close lets go of the memory in this process, where slices of it read zeros from
// then on. If this is the creator, no process can receive the array any more;
// those that have it go on. A worker of a pool keeps what it received until it
// ends, or calls Close.
func (a *Array[T]) Close() error { return a.seg.close() }

var errClosedShared = errors.New("processes: it was closed and can't be sent any more")

// GobEncode makes the array travel by reference.
func (a *Array[T]) GobEncode() ([]byte, error) { return a.MarshalText() }

// GobDecode maps the array in the process that receives it.
func (a *Array[T]) GobDecode(b []byte) error { return a.UnmarshalText(b) }

// MarshalText returns a handle for another process on this machine, to be put in
// its arguments or environment.
func (a *Array[T]) MarshalText() ([]byte, error) { return a.seg.text() }

// UnmarshalText maps the array that the handle stands for.
func (a *Array[T]) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		return nil
	}
	seg, err := openSegment(string(b))
	if err != nil {
		return err
	}
	size := int(reflect.TypeFor[T]().Size())
	if err := flat(reflect.TypeFor[T]()); err != nil {
		return err
	}
	if size == 0 || len(seg.mem)%size != 0 {
		return fmt.Errorf("processes: the shared memory holds no values of type %s", reflect.TypeFor[T]())
	}
	a.seg, a.n, a.lock = seg, len(seg.mem)/size, &Lock{seg}
	return nil
}

// text returns the handle.
func (s *segment) text() ([]byte, error) {
	if s == nil {
		return []byte{}, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, errClosedShared
	}
	return []byte(s.handle), nil
}
