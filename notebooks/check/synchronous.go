package check

import (
	"sync"
	"time"
)

// Dine checks exercise 1 of notebook 2-4: dine must run n philosophers at once,
// each calling eat(i) meals times, neighbours never at the same time, and return
// when all have eaten.
func Dine(dine func(n, meals int, eat func(i int))) Verdict {
	if dine == nil {
		return missing("dine")
	}
	const n, meals = 5, 4
	var mu sync.Mutex
	var eating [n]bool
	var eaten [n]int
	var clash, together bool
	v := try(func() {
		dine(n, meals, func(i int) {
			mu.Lock()
			eating[i] = true
			eaten[i]++
			clash = clash || eating[(i+1)%n] || eating[(i+n-1)%n]
			together = together || eating[(i+2)%n] || eating[(i+3)%n]
			mu.Unlock()
			time.Sleep(5 * time.Millisecond)
			mu.Lock()
			eating[i] = false
			mu.Unlock()
		})
	})
	if v != nil {
		return *v
	}
	mu.Lock()
	defer mu.Unlock()
	for i, m := range eaten {
		if m != meals {
			return notYet("philosopher %d ate %d times, not %d", "triết gia %d ăn %d lần, không phải %d", i, m, meals)
		}
	}
	switch {
	case clash:
		return notYet("two neighbours ate at the same time, with one fork between them", "hai người cạnh nhau ăn cùng lúc với một chiếc nĩa ở giữa")
	case !together:
		return notYet("only one ate at a time: a fork each, not a lock for the table", "mỗi lúc chỉ một người ăn: mỗi chiếc nĩa một khoá, đừng khoá cả bàn")
	}
	return right("all are full, and no circle of waiting can close", "mọi người đều no, và không vòng chờ nào khép lại được")
}

// Semaphore checks exercise 2 of notebook 2-4: newSemaphore must make a
// semaphore that lets n in, and no more.
func Semaphore(newSemaphore func(n int) (acquire, release func())) Verdict {
	if newSemaphore == nil {
		return missing("newSemaphore")
	}
	const n, visitors = 3, 9
	var mu sync.Mutex
	var inside, most int
	v := try(func() {
		acquire, release := newSemaphore(n)
		var wg sync.WaitGroup
		for range visitors {
			wg.Go(func() {
				acquire()
				mu.Lock()
				inside++
				most = max(most, inside)
				mu.Unlock()
				time.Sleep(20 * time.Millisecond)
				mu.Lock()
				inside--
				mu.Unlock()
				release()
			})
		}
		wg.Wait()
	})
	if v != nil {
		return *v
	}
	if most != n {
		return notYet("%d were inside at once, and there are %d keys", "có %d ở trong cùng lúc, mà có %d chìa", most, n)
	}
	return right("the channel's places are the keys", "chỗ trong kênh chính là chìa khoá")
}
