package processes

import (
	"math"
	"reflect"
	"sync/atomic"
	"unsafe"
)

// Number is what a [Value] can hold.
type Number interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~float32 | ~float64
}

// A Value is one number that processes share. Every operation is atomic, so
// counting needs no lock (unlike Python's Value). It travels by reference: send a
// *Value[T]. Linux only. An operation costs a few nanoseconds, about a hundred
// when several processes insist.
type Value[T Number] struct{ a Array[uint64] }

// NewValue shares v. Close it when this process needs it no more.
func NewValue[T Number](v T) (*Value[T], error) {
	a, err := NewArray[uint64](1)
	if err != nil {
		return nil, err
	}
	s := &Value[T]{*a}
	s.Store(v)
	return s, nil
}

func (v *Value[T]) word() *uint64 { return (*uint64)(unsafe.Pointer(&v.a.seg.mem[0])) }

// Load returns the number.
func (v *Value[T]) Load() T { return fromBits[T](atomic.LoadUint64(v.word())) }

// Store sets the number.
func (v *Value[T]) Store(n T) { atomic.StoreUint64(v.word(), toBits(n)) }

// Swap sets the number and returns the old one.
func (v *Value[T]) Swap(n T) T { return fromBits[T](atomic.SwapUint64(v.word(), toBits(n))) }

// Add adds delta and returns the sum, which wraps around as T does.
func (v *Value[T]) Add(delta T) T {
	for {
		old := atomic.LoadUint64(v.word())
		sum := fromBits[T](old) + delta
		if atomic.CompareAndSwapUint64(v.word(), old, toBits(sum)) {
			return sum
		}
	}
}

// CompareAndSwap sets the number to n if it is old, and reports whether it was.
// Numbers are compared bit by bit: NaN equals itself, and 0 is not −0.
func (v *Value[T]) CompareAndSwap(old, n T) bool {
	return atomic.CompareAndSwapUint64(v.word(), toBits(old), toBits(n))
}

// Lock returns a lock that belongs to the number, for steps that take several operations.
func (v *Value[T]) Lock() *Lock { return v.a.lock }

// Close is as [Array.Close].
func (v *Value[T]) Close() error { return v.a.Close() }

// GobEncode makes the value travel by reference.
func (v *Value[T]) GobEncode() ([]byte, error) { return v.a.MarshalText() }

// GobDecode maps the value in the process that receives it.
func (v *Value[T]) GobDecode(b []byte) error { return v.a.UnmarshalText(b) }

// MarshalText is as [Array.MarshalText].
func (v *Value[T]) MarshalText() ([]byte, error) { return v.a.MarshalText() }

// UnmarshalText is as [Array.UnmarshalText].
func (v *Value[T]) UnmarshalText(b []byte) error { return v.a.UnmarshalText(b) }

func toBits[T Number](n T) uint64 {
	if k := reflect.TypeFor[T]().Kind(); k == reflect.Float32 || k == reflect.Float64 {
		return math.Float64bits(float64(n))
	}
	return uint64(int64(n))
}

func fromBits[T Number](b uint64) T {
	switch k := reflect.TypeFor[T]().Kind(); k {
	case reflect.Float32, reflect.Float64:
		return T(math.Float64frombits(b))
	case reflect.Uint, reflect.Uint64:
		return T(b)
	}
	return T(int64(b))
}
