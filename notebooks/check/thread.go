package check

import (
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// Together checks exercise 1 of notebook 1-2: together(n, f) must call f(0) …
// f(n-1), all at once, and return when the last has returned.
func Together(together func(n int, f func(i int))) Verdict {
	if together == nil {
		return missing("together")
	}
	const n = 8
	var calls [n]atomic.Int32
	var inside, returned, strange atomic.Int32
	all := make(chan struct{})
	met := true
	var once sync.Once
	v := try(func() {
		together(n, func(i int) {
			if i < 0 || i >= n {
				strange.Add(1)
				return
			}
			calls[i].Add(1)
			if inside.Add(1) == n {
				close(all)
			}
			select {
			case <-all:
			case <-time.After(time.Second):
				once.Do(func() { met = false })
			}
			time.Sleep(10 * time.Millisecond)
			returned.Add(1)
		})
	})
	switch {
	case v != nil:
		return *v
	case strange.Load() > 0:
		return notYet("f was called with a number outside 0 … n−1", "f được gọi với số nằm ngoài 0 … n−1")
	}
	for i := range calls {
		if c := calls[i].Load(); c != 1 && (c > 1 || returned.Load() == n) {
			return notYet("f(%d) was called %d times, not once", "f(%d) được gọi %d lần thay vì một lần", i, c)
		}
	}
	switch {
	case returned.Load() < n:
		return notYet("together returned when only %d of %d calls were over: wait for all", "together trả về khi mới xong %d trong %d lời gọi: hãy chờ tất cả", returned.Load(), n)
	case !met:
		return notYet("the calls ran one after the other: start each in a goroutine of its own", "các lời gọi chạy lần lượt: hãy khởi chạy mỗi lời gọi trong một goroutine riêng")
	}
	return right("eight calls were under way at the same time, and you waited for the last", "tám lời gọi cùng diễn ra một lúc, và bạn đã chờ đến lời gọi cuối")
}

// OSThreads checks exercise 2 of notebook 1-2: count must return how many
// operating-system threads this process has. Elsewhere than on Linux it can
// only see that the number is positive.
func OSThreads(count func() int) Verdict {
	if count == nil {
		return missing("osThreads")
	}
	for range 5 { // the runtime may start a thread meanwhile
		before := tasks()
		var got int
		if v := try(func() { got = count() }); v != nil {
			return *v
		}
		after := tasks()
		if before == 0 && got > 0 || before <= got && got <= after {
			return right("the system lists every thread of a process under /proc/self/task", "hệ điều hành liệt kê mọi thread của tiến trình trong /proc/self/task")
		}
		if before == after {
			return notYet("the system counts %d threads, and you returned %d", "hệ điều hành đếm được %d thread, còn bạn trả về %d", after, got)
		}
	}
	return notYet("the number keeps changing while you count: run the cell again", "con số thay đổi liên tục trong lúc đếm: hãy chạy lại ô này")
}

func tasks() int {
	list, _ := os.ReadDir("/proc/self/task")
	return len(list)
}
