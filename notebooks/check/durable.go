package check

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A Task of exercise 1 of notebook 4-2.
type Task struct {
	N   int
	Log string // a file
}

// Work is what the exercise runs: it logs that it ran, and returns the square.
func Work(_ context.Context, t Task) (int, error) {
	f, err := os.OpenFile(t.Log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	_, err = fmt.Fprintln(f, t.N)
	return t.N * t.N, err
}

// Resume checks exercise 1 of notebook 4-2: resume must run Work over the tasks
// and return the results, and run nothing again that has a result in dir.
func Resume(resume func(dir string, tasks []Task) []int) Verdict {
	if resume == nil {
		return missing("resume")
	}
	dir, err := os.MkdirTemp("", "songsong-check-")
	if err != nil {
		return notYet("there is no folder to try it in: %v", "không có thư mục nào để thử: %v", err)
	}
	defer os.RemoveAll(dir)
	log := filepath.Join(dir, "log")
	var tasks []Task
	for n := range 20 {
		tasks = append(tasks, Task{n, log})
	}
	for _, part := range [][]Task{tasks[:10], tasks} { // the first program ended half way
		var got []int
		if v := tryFor(4*patience, func() { got = resume(filepath.Join(dir, "store"), part) }); v != nil {
			return *v
		}
		for i := range part {
			if i >= len(got) || got[i] != i*i {
				return notYet("result %d of %d should be %d, and you returned %v", "kết quả thứ %d trong %d lẽ ra là %d, còn bạn trả về %v", i, len(part), i*i, got)
			}
		}
	}
	b, _ := os.ReadFile(log) // no file is no execution
	ran := len(strings.Fields(string(b)))
	switch {
	case ran < len(tasks):
		return notYet("check.Work ran %d times for %d tasks", "check.Work chạy %d lần cho %d tác vụ", ran, len(tasks))
	case ran > len(tasks):
		return notYet("%d tasks had results already, and ran again: name the job", "%d tác vụ đã có kết quả mà vẫn chạy lại: hãy đặt tên cho job", ran-len(tasks))
	}
	return right("the second program took up the work where the first had left it", "chương trình thứ hai làm tiếp từ chỗ chương trình đầu bỏ dở")
}

// Fragile is the task of exercise 2 of notebook 4-2: it returns the square of n,
// or ends its process, without a word.
func Fragile(_ context.Context, n int) (int, error) {
	if fatal(n) {
		time.Sleep(time.Millisecond)
		os.Exit(3)
	}
	return n * n, nil
}

func fatal(n int) bool { return n%11 == 5 }

// Deadly checks exercise 2 of notebook 4-2: deadly must return the numbers that
// end the process in which Fragile is called with them.
func Deadly(deadly func(numbers []int) []int) Verdict {
	if deadly == nil {
		return missing("deadly")
	}
	var numbers, want []int
	for n := range 30 {
		numbers = append(numbers, n)
		if fatal(n) {
			want = append(want, n)
		}
	}
	var got []int
	if v := tryFor(4*patience, func() { got = slices.Sorted(slices.Values(deadly(numbers))) }); v != nil {
		return *v
	}
	for _, n := range got {
		if !slices.Contains(want, n) {
			return notYet("%d kills nothing: ask for the error ErrPoisoned", "%d không giết gì cả: hãy hỏi lỗi ErrPoisoned", n)
		}
	}
	if len(got) < len(want) {
		return notYet("you found %d of the numbers that kill; there are more", "bạn tìm được %d trong các số giết tiến trình; còn nữa", len(got))
	}
	return right("whoever kills is known by name, and the others have their results", "kẻ giết đã rõ tên, còn các số khác đều có kết quả")
}
