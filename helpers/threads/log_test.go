package threads

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestLogKeepsTheNewest(t *testing.T) {
	l := NewLog(3)
	for i := range 5 {
		l.Add(Span{Start: time.Duration(i)})
	}
	got := l.Events()
	if len(got) != 3 || got[0].Start != 2 || got[2].Start != 4 || l.Dropped() != 2 {
		t.Errorf("events %v, dropped %d", got, l.Dropped())
	}
}

func TestNilLogIsOff(t *testing.T) {
	var l *Log
	l.Add(Span{})
	l.Begin("w", "n")()
	if l.Events() != nil || l.Dropped() != 0 || l.Now() != 0 {
		t.Error("a nil log recorded something")
	}
}

func TestLogWithManyWriters(t *testing.T) {
	l := NewLog(8) // small, so that writers meet
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for range 500 {
				l.Add(Span{Start: time.Duration(w), End: time.Duration(w)})
			}
		})
	}
	for range 50 {
		for _, s := range l.Events() {
			if s.Start != s.End {
				t.Errorf("torn span %v", s)
			}
		}
	}
	wg.Wait()
	if l.Dropped() != 8*500-8 {
		t.Errorf("dropped %d", l.Dropped())
	}
}

func TestAddAllocatesNothing(t *testing.T) {
	l := NewLog(16)
	if n := testing.AllocsPerRun(100, func() { l.Add(Span{Name: "n", Worker: "w", Start: l.Now()}) }); n != 0 {
		t.Errorf("%v allocations per span", n)
	}
}

func TestThreadsAreLogged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLog(4)
		time.Sleep(time.Second)
		Go(context.Background(), "khanh", func(context.Context) (int, error) {
			time.Sleep(2 * time.Second)
			return 0, nil
		}, LogTo(l)).Join(context.Background())
		got := l.Events()
		want := Span{Name: "khanh", Worker: "khanh", Start: time.Second, End: 3 * time.Second}
		if len(got) != 1 || got[0] != want {
			t.Errorf("got %v", got)
		}
	})
}

func BenchmarkLogAdd(b *testing.B) {
	l := NewLog(1 << 12)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			start := l.Now()
			l.Add(Span{Name: "n", Worker: "w", Start: start, End: l.Now()})
		}
	})
}
