package check

import (
	"errors"
	"slices"
	"sync/atomic"
	"time"
)

// OrderedMap checks exercise 1 of notebook 2-2: ordered must return f(x) for
// each of xs, in their order, with at most the given number of calls at once.
func OrderedMap(ordered func(xs []int, workers int, f func(int) int) []int) Verdict {
	if ordered == nil {
		return missing("orderedMap")
	}
	xs := []int{6, 5, 4, 3, 2, 1}
	want := []int{36, 25, 16, 9, 4, 1}
	var got []int
	var now, most atomic.Int32
	v := try(func() {
		got = ordered(xs, 3, func(x int) int {
			n := now.Add(1)
			for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
			}
			time.Sleep(time.Duration(x) * 10 * time.Millisecond)
			now.Add(-1)
			return x * x
		})
	})
	switch {
	case v != nil:
		return *v
	case !slices.Equal(got, want):
		return notYet("for %v the squares are %v, and you returned %v", "với %v, các bình phương là %v, còn bạn trả về %v", xs, want, got)
	case most.Load() > 3:
		return notYet("%d calls ran at once, and only 3 workers were allowed", "có %d lời gọi chạy cùng lúc, trong khi chỉ cho phép 3 worker", most.Load())
	case most.Load() == 1:
		return notYet("only one call ran at a time", "mỗi lúc chỉ một lời gọi chạy")
	}
	return right("the first task was the slowest, and its result is still first", "tác vụ đầu tiên chậm nhất, mà kết quả của nó vẫn đứng đầu")
}

// Failures checks exercise 2 of notebook 2-2: failures must run all tasks and
// return how many returned an error or panicked.
func Failures(failures func(tasks []func() error) int) Verdict {
	if failures == nil {
		return missing("failures")
	}
	var ran atomic.Int32
	good := func() error { ran.Add(1); return nil }
	bad := func() error { ran.Add(1); return errors.New("bad") }
	worse := func() error { ran.Add(1); panic("worse") }
	tasks := []func() error{good, bad, good, worse, bad, good, worse}
	var got int
	if v := try(func() { got = failures(tasks) }); v != nil {
		return *v
	}
	switch n := int(ran.Load()); {
	case n != len(tasks):
		return notYet("%d of %d tasks have run", "mới có %d trong %d tác vụ đã chạy", n, len(tasks))
	case got == 2:
		return notYet("you counted the errors, and not the tasks that panicked", "bạn đếm các lỗi mà chưa đếm các tác vụ bị panic")
	case got != 4:
		return notYet("4 tasks fail, and you returned %d", "có 4 tác vụ hỏng, còn bạn trả về %d", got)
	}
	return right("a panic is an error of its task, and of nothing else", "panic là lỗi của riêng tác vụ đó, không của ai khác")
}
