package syncs

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// chanLock is a lock that the test's clock can see waiting.
type chanLock chan struct{}

func (c chanLock) Lock()   { c <- struct{}{} }
func (c chanLock) Unlock() { <-c }
func (c chanLock) TryLock() bool {
	select {
	case c <- struct{}{}:
		return true
	default:
		return false
	}
}

func TestRecorder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec := NewRecorder(10)
		mu := rec.Wrap("db", make(chanLock, 1))
		work := func(name string) {
			defer rec.NameMe(name)()
			mu.Lock()
			time.Sleep(2 * time.Second)
			mu.Unlock()
		}
		go work("khanh")
		time.Sleep(time.Second)
		work("ai")
		want := []Interval{
			{Name: "db", Worker: "khanh", Start: 0, End: 2 * time.Second},
			{Name: "db", Worker: "ai", Holder: "khanh", Waited: true, Start: time.Second, End: 2 * time.Second},
			{Name: "db", Worker: "ai", Start: 2 * time.Second, End: 4 * time.Second},
		}
		got := rec.Events()
		if !slices.Equal(got, want) {
			t.Errorf("got %+v", got)
		}
		if got[1].Took() != time.Second {
			t.Errorf("waited %v", got[1].Took())
		}
	})
}

func TestRecorderNamesGoroutines(t *testing.T) {
	rec := NewRecorder(1)
	mu := rec.Wrap("l", &sync.Mutex{})
	mu.Lock()
	mu.Unlock()
	if e := rec.Events(); !strings.HasPrefix(e[0].Worker, "goroutine ") {
		t.Errorf("got %+v", e)
	}
}

func TestRecorderKeepsTheNewest(t *testing.T) {
	rec := NewRecorder(2)
	mu := rec.Wrap("l", &sync.Mutex{})
	for range 5 {
		mu.Lock()
		mu.Unlock()
	}
	if len(rec.Events()) != 2 || rec.Dropped() != 3 {
		t.Errorf("%d events, %d dropped", len(rec.Events()), rec.Dropped())
	}
}
