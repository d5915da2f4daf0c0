package check_test

import (
	"sync"
	"testing"

	"songsong/notebooks/check"
)

func TestDine(t *testing.T) {
	forked := func(meals int) func(n, m int, eat func(i int)) {
		return func(n, m int, eat func(i int)) {
			forks := make([]sync.Mutex, n)
			var wg sync.WaitGroup
			for i := range n {
				a, b := &forks[min(i, (i+1)%n)], &forks[max(i, (i+1)%n)]
				wg.Go(func() {
					for range min(m, meals) {
						a.Lock()
						b.Lock()
						eat(i)
						b.Unlock()
						a.Unlock()
					}
				})
			}
			wg.Wait()
		}
	}
	forkless := func(n, m int, eat func(i int)) {
		var wg sync.WaitGroup
		for i := range n {
			wg.Go(func() {
				for range m {
					eat(i)
				}
			})
		}
		wg.Wait()
	}
	expect(t, "nil", check.Dine(nil), check.Missing, "dine")
	expect(t, "hungry", check.Dine(forked(1)), check.NotYet, "ate 1 times")
	expect(t, "no forks", check.Dine(forkless), check.NotYet, "neighbours")
	expect(t, "one after the other", check.Dine(func(n, m int, eat func(i int)) {
		for i := range n {
			for range m {
				eat(i)
			}
		}
	}), check.NotYet, "only one")
	expect(t, "right", check.Dine(forked(9)), check.Right, "")
}

func TestSemaphore(t *testing.T) {
	sem := func(room int) func(n int) (acquire, release func()) {
		return func(n int) (func(), func()) {
			keys := make(chan struct{}, n+room)
			return func() { keys <- struct{}{} }, func() { <-keys }
		}
	}
	expect(t, "nil", check.Semaphore(nil), check.Missing, "newSemaphore")
	expect(t, "one too many", check.Semaphore(sem(1)), check.NotYet, "4 were inside")
	expect(t, "too few", check.Semaphore(sem(-1)), check.NotYet, "2 were inside")
	expect(t, "right", check.Semaphore(sem(0)), check.Right, "")
}
