package check

import (
	"os"
	"strings"
)

// DrainAll checks exercise 1 of notebook 3-5: drain must let so many processes
// empty a queue of the numbers below n, and return who took each.
func DrainAll(drain func(processes, n int) map[int]int) Verdict {
	if drain == nil {
		return missing("drainAll")
	}
	const processes, n = 2, 40
	var got map[int]int
	if v := tryFor(4*patience, func() { got = drain(processes, n) }); v != nil {
		return *v
	}
	takers := map[int]bool{}
	for i := range n {
		pid, ok := got[i]
		switch {
		case !ok:
			return notYet("nobody took the number %d", "không ai lấy số %d", i)
		case pid == os.Getpid():
			return notYet("the number %d was taken by this very process", "số %d do chính tiến trình này lấy", i)
		case pid <= 0:
			return notYet("%d, the taker of the number %d, is no process", "%d, bên lấy số %d, không phải là một tiến trình", pid, i)
		}
		takers[pid] = true
	}
	switch {
	case len(got) > n:
		return notYet("%d numbers came out of a queue of %d", "có %d số ra khỏi hàng đợi %d số", len(got), n)
	case len(takers) > processes:
		return notYet("%d processes took numbers, and %d were asked for", "có %d tiến trình lấy số, trong khi đề bài cho %d", len(takers), processes)
	}
	return right("every number went to one process, and none got lost", "mỗi số đến đúng một tiến trình, không số nào mất")
}

// A work of exercise 2 of notebook 3-5 and the pool that suits it.
var works = []job{
	{"Python: fetch 500 web pages", "Python: tải 500 trang web", "threads"},
	{"Python: count primes", "Python: đếm số nguyên tố", "processes"},
	{"Go: fetch 500 web pages", "Go: tải 500 trang web", "goroutines"},
	{"Go: count primes", "Go: đếm số nguyên tố", "goroutines"},
	{"Go: a library that may crash", "Go: một thư viện có thể sập", "processes"},
	{"Go: tasks for two machines", "Go: tác vụ cho hai máy", "processes"},
}

// WhichPool checks exercise 2 of notebook 3-5: for each work the pool that suits it.
func WhichPool(answers map[string]string) Verdict {
	open, wrong := compare(works, answers)
	switch {
	case len(open) > 0:
		return Verdict{Missing, say("no answer yet for ", "chưa có câu trả lời cho ") + strings.Join(open, ", ")}
	case len(wrong) > 0 && strings.HasPrefix(wrong[0], "Python"):
		return notYet("%s: does it wait, or compute under the GIL?", "%s: việc này chờ, hay tính toán dưới GIL?", wrong[0])
	case len(wrong) > 0:
		return notYet("%s: goroutines wait and compute; must this be kept apart, or run elsewhere?", "%s: goroutine vừa chờ vừa tính được; việc này có phải tách riêng, hay chạy nơi khác không?", wrong[0])
	}
	return right("in Python the kind of work decides; in Go only what must be kept apart", "trong Python, loại việc quyết định; trong Go, chỉ những gì phải tách riêng")
}
