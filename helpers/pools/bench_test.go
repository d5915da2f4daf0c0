package pools

import (
	"slices"
	"testing"

	"github.com/alitto/pond/v2"
)

func BenchmarkGo(b *testing.B) {
	p := New(2)
	for b.Loop() {
		p.Go(func() {})
	}
	p.Close()
}

func BenchmarkPondGo(b *testing.B) {
	p := pond.NewPool(2)
	for b.Loop() {
		p.Go(func() {})
	}
	p.StopAndWait()
}

func BenchmarkMapTiny(b *testing.B) {
	in := numbers(1_000_000)
	for b.Loop() {
		p := New(2)
		s := 0
		for v := range Map(bg, p, slices.Values(in), square) {
			s += v
		}
		p.Close()
	}
}

func BenchmarkMapSliceTiny(b *testing.B) {
	in := numbers(1_000_000)
	for b.Loop() {
		MapSlice(bg, nil, in, square)
	}
}
