package check

import (
	"strings"
	"sync/atomic"
	"time"
)

// ParallelSum checks exercise 1 of notebook 1-3: sum must add f(x) for all xs
// with the given number of goroutines, and no more.
func ParallelSum(sum func(xs []int, workers int, f func(int) int) int) Verdict {
	if sum == nil {
		return missing("parallelSum")
	}
	for _, t := range []struct{ n, workers int }{{100, 4}, {101, 4}, {3, 8}, {0, 2}, {1, 1}} {
		xs := make([]int, t.n)
		want := 0
		for i := range xs {
			xs[i] = i + 1
			want += xs[i] * xs[i]
		}
		var got int
		var calls, now, most atomic.Int32
		v := try(func() {
			got = sum(xs, t.workers, func(x int) int {
				calls.Add(1)
				n := now.Add(1)
				for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
				}
				time.Sleep(time.Millisecond)
				now.Add(-1)
				return x * x
			})
		})
		switch {
		case v != nil:
			return *v
		case int(calls.Load()) != t.n:
			return notYet("with %d numbers f was called %d times", "có %d số mà f được gọi %d lần", t.n, calls.Load())
		case got != want:
			return notYet("with %d numbers and %d workers the sum is %d, and you returned %d (do two goroutines write to the same variable?)",
				"với %d số và %d worker, tổng là %d, còn bạn trả về %d (có hai goroutine nào cùng ghi vào một biến không?)", t.n, t.workers, want, got)
		case int(most.Load()) > t.workers:
			return notYet("%d calls ran at once, and only %d workers were allowed", "có %d lời gọi chạy cùng lúc, trong khi chỉ cho phép %d worker", most.Load(), t.workers)
		case t.n >= 4*t.workers && t.workers > 1 && most.Load() == 1:
			return notYet("only one call ran at a time: share the numbers out among the workers", "mỗi lúc chỉ một lời gọi chạy: hãy chia các số cho các worker")
		}
	}
	return right("the work was shared out, and no two goroutines wrote to the same place", "công việc đã được chia đều, và không có hai goroutine nào ghi vào cùng một chỗ")
}

// A job of exercise 2 of notebook 1-3 and what suits it in Go.
type job struct{ en, vi, suits string }

var jobs = []job{
	{"sum of a big array", "tổng một mảng lớn", "goroutine"},
	{"fetch 500 web pages", "tải 500 trang web", "goroutine"},
	{"code that may crash", "mã có thể sập", "process"},
	{"a library that leaks memory", "thư viện rò rỉ bộ nhớ", "process"},
	{"a program in another language", "chương trình viết bằng ngôn ngữ khác", "process"},
}

// Choose checks exercise 2 of notebook 1-3: for each job "goroutine" or "process".
func Choose(answers map[string]string) Verdict {
	open, wrong := compare(jobs, answers)
	switch {
	case len(open) > 0:
		return Verdict{Missing, say("no answer yet for ", "chưa có câu trả lời cho ") + strings.Join(open, ", ")}
	case len(wrong) > 0:
		return notYet("%s: ask whether the memory must be kept apart, or whether Go runs it at all", "%s: hãy tự hỏi bộ nhớ có cần tách riêng không, và Go có tự chạy được việc đó không", wrong[0])
	}
	return right("processes keep failures and foreign code apart; for speed goroutines are enough", "process ngăn cách lỗi và mã lạ; để chạy nhanh thì goroutine là đủ")
}

// compare returns the jobs without an answer, and those with another than the right one.
func compare(jobs []job, answers map[string]string) (open, wrong []string) {
	for _, j := range jobs {
		name := say(j.en, j.vi)
		switch strings.ToLower(strings.TrimSpace(answers[name])) {
		case "":
			open = append(open, name)
		case j.suits:
		default:
			wrong = append(wrong, name)
		}
	}
	return open, wrong
}
