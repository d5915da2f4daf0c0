package check

import (
	"context"
	"os"
	"slices"
	"time"
)

// WorkerPIDs checks exercise 1 of notebook 3-2: pids must run the given number
// of tasks in a pool of two processes and return the id of the process of each.
func WorkerPIDs(pids func(tasks int) []int) Verdict {
	if pids == nil {
		return missing("workerPIDs")
	}
	const tasks = 12
	var got []int
	if v := tryFor(4*patience, func() { got = pids(tasks) }); v != nil {
		return *v
	}
	if len(got) != tasks {
		return notYet("there are %d tasks, and you returned %d ids", "có %d tác vụ, còn bạn trả về %d số", tasks, len(got))
	}
	if slices.Contains(got, os.Getpid()) {
		return notYet("a task ran in this very process, %d", "có tác vụ chạy ngay trong tiến trình này, %d", os.Getpid())
	}
	slices.Sort(got)
	if n := len(slices.Compact(got)); n > 2 {
		return notYet("%d processes did the work, and the pool has 2", "có %d tiến trình làm việc, mà pool chỉ có 2", n)
	}
	return right("few processes, many tasks, none of them here", "ít tiến trình, nhiều tác vụ, không tác vụ nào chạy ở đây")
}

// Nap is the task of exercise 2 of notebook 3-2: it returns n, at once or after
// longer than anybody waits, and looks at no context.
func Nap(_ context.Context, n int) (int, error) {
	if n%7 == 3 {
		time.Sleep(time.Hour)
	}
	return n, nil
}

// TooLate checks exercise 2 of notebook 3-2: late must return the numbers on
// which Nap takes too long.
func TooLate(late func(numbers []int) []int) Verdict {
	if late == nil {
		return missing("tooLate")
	}
	var got []int
	if v := tryFor(4*patience, func() { got = late([]int{1, 2, 3, 4, 5, 10, 11}) }); v != nil {
		return *v
	}
	slices.Sort(got)
	if want := []int{3, 10}; !slices.Equal(got, want) {
		return notYet("the numbers %v take too long, and you returned %v", "các số %v chạy quá giờ, còn bạn trả về %v", want, got)
	}
	return right("a process can be ended from outside, whatever its task does", "tiến trình thì kết thúc được từ bên ngoài, dù tác vụ của nó đang làm gì")
}
