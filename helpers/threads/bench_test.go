package threads

import (
	"context"
	"sync"
	"testing"
)

func BenchmarkGoroutine(b *testing.B) {
	for b.Loop() {
		var wg sync.WaitGroup
		wg.Go(func() {})
		wg.Wait()
	}
}

func BenchmarkThread(b *testing.B) {
	one := func(context.Context) (int, error) { return 1, nil }
	b.ReportAllocs()
	for b.Loop() {
		Go(bg, "worker", one).Join(bg)
	}
}
