package syncs

import "container/heap"

// store keeps a queue's items in its order.
type store[T any] interface {
	push(T)
	pop() T // of a store that is not empty
	len() int
}

// fifo is a ring that grows.
type fifo[T any] struct {
	ring  []T
	first int
	count int
}

func (f *fifo[T]) len() int { return f.count }

func (f *fifo[T]) push(v T) {
	if f.count == len(f.ring) {
		grown := make([]T, max(8, 2*len(f.ring)))
		n := copy(grown, f.ring[f.first:])
		copy(grown[n:], f.ring[:f.first])
		f.ring, f.first = grown, 0
	}
	f.ring[(f.first+f.count)%len(f.ring)] = v
	f.count++
}

func (f *fifo[T]) pop() T {
	var zero T
	v := f.ring[f.first]
	f.ring[f.first] = zero
	f.first = (f.first + 1) % len(f.ring)
	f.count--
	return v
}

type lifo[T any] struct{ stack []T }

func (l *lifo[T]) len() int { return len(l.stack) }
func (l *lifo[T]) push(v T) { l.stack = append(l.stack, v) }
func (l *lifo[T]) pop() T {
	var zero T
	last := len(l.stack) - 1
	v := l.stack[last]
	l.stack[last] = zero
	l.stack = l.stack[:last]
	return v
}

// priority is a heap; seq keeps equals in the order they came.
type priority[T any] struct {
	compare func(a, b T) int
	heap    []ranked[T]
	seq     uint64
}

type ranked[T any] struct {
	item T
	seq  uint64
}

func (p *priority[T]) len() int { return len(p.heap) }
func (p *priority[T]) push(v T) { p.seq++; heap.Push(p, ranked[T]{v, p.seq}) }
func (p *priority[T]) pop() T   { return heap.Pop(p).(ranked[T]).item }

// Len, Less, Swap, Push and Pop are for container/heap.
func (p *priority[T]) Len() int      { return len(p.heap) }
func (p *priority[T]) Swap(i, j int) { p.heap[i], p.heap[j] = p.heap[j], p.heap[i] }
func (p *priority[T]) Push(v any)    { p.heap = append(p.heap, v.(ranked[T])) }
func (p *priority[T]) Less(i, j int) bool {
	if c := p.compare(p.heap[i].item, p.heap[j].item); c != 0 {
		return c < 0
	}
	return p.heap[i].seq < p.heap[j].seq
}

func (p *priority[T]) Pop() any {
	last := len(p.heap) - 1
	v := p.heap[last]
	p.heap[last] = ranked[T]{}
	p.heap = p.heap[:last]
	return v
}
