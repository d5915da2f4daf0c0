package check

import (
	"slices"
	"sync"
	"time"

	"songsong/helpers/threads"
)

// Countdown checks exercise 1 of notebook 2-1: countdown must run one named
// thread per name, each calling tick(name, k) for k = from … 1 in this order,
// and return when all have ended.
func Countdown(countdown func(names []string, from int, tick func(name string, k int))) Verdict {
	if countdown == nil {
		return missing("countdown")
	}
	names := []string{"khanh", "ai", "thread-3"}
	var mu sync.Mutex
	seen := map[string][]int{}
	switches, last := 0, ""
	v := try(func() {
		countdown(names, 5, func(name string, k int) {
			mu.Lock()
			seen[name] = append(seen[name], k)
			if name != last {
				switches, last = switches+1, name
			}
			mu.Unlock()
			time.Sleep(5 * time.Millisecond)
		})
	})
	if v != nil {
		return *v
	}
	mu.Lock()
	defer mu.Unlock()
	for _, name := range names {
		if want := []int{5, 4, 3, 2, 1}; !slices.Equal(seen[name], want) {
			return notYet("%s counted %v, not %v (did you wait for it?)", "%s đếm %v thay vì %v (bạn đã chờ nó chưa?)", name, seen[name], want)
		}
	}
	if switches <= len(names) {
		return notYet("the threads ran one after the other: start all before you join the first", "các thread chạy lần lượt: hãy khởi chạy tất cả rồi mới join thread đầu tiên")
	}
	return right("first start all, then join all: the counts interleave", "khởi chạy tất cả rồi mới join tất cả: các lượt đếm xen kẽ nhau")
}

// FirstAnswer checks exercise 2 of notebook 2-1: first must call all of ask at
// once, return the answer that comes first, and leave no goroutine behind.
func FirstAnswer(first func(ask []func() string) string) Verdict {
	if first == nil {
		return missing("firstAnswer")
	}
	leaks := threads.Leaks()
	var began sync.WaitGroup
	answered := make(chan bool)
	var ask []func() string
	for _, name := range []string{"slow", "slower", "fast", "slowest"} {
		began.Add(1)
		ask = append(ask, sync.OnceValue(func() string {
			began.Done()
			began.Wait() // all must have begun
			if name == "fast" {
				close(answered)
				return name
			}
			<-answered
			time.Sleep(100 * time.Millisecond) // a busy machine may take that long to hand the first over
			return name
		}))
	}
	var got string
	t := time.Now()
	if v := tryFor(2*time.Second, func() { got = first(ask) }); v != nil {
		return notYet("it did not return: are all of them asked at the same time?", "nó không trả về: có phải tất cả được hỏi cùng lúc không?")
	}
	switch {
	case got != "fast":
		return notYet("the first answer is \"fast\", and you returned %q", "câu trả lời đến trước là \"fast\", còn bạn trả về %q", got)
	case time.Since(t) > time.Second:
		return notYet("it waited for the slow ones too", "nó chờ cả những câu chậm")
	}
	time.Sleep(200 * time.Millisecond)
	if leaks() != nil {
		return notYet("goroutines are left behind: who takes the other answers?", "còn goroutine bị bỏ lại: ai nhận những câu trả lời kia?")
	}
	return right("the late answers have a place to go, so nobody waits for ever", "những câu trả lời muộn có chỗ để đặt, nên không ai phải chờ mãi")
}
