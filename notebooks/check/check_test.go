package check_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"

	"songsong/notebooks/check"
)

func expect(t *testing.T, name string, got check.Verdict, state check.State, why string) {
	t.Helper()
	if got.State != state || !strings.Contains(got.Why, why) {
		t.Errorf("%s: %v, should be state %d with %q", name, got, state, why)
	}
}

func TestVerdict(t *testing.T) {
	v := check.Double(nil)
	if got := v.String(); !strings.HasPrefix(got, "◻ still missing: ") {
		t.Error(got)
	}
	check.Use(check.Vietnamese)
	defer check.Use(check.English)
	if got := check.Double(func(n int) int { return n }).String(); got != "✗ chưa đúng, vì double(3) ở đây là 3, lẽ ra là 6" {
		t.Error(got)
	}
	if got := check.Double(func(n int) int { return 2 * n }).String(); !strings.HasPrefix(got, "✓ đúng: ") {
		t.Error(got)
	}
}

func TestExitCode(t *testing.T) {
	code := func(script string) int {
		c := exec.Command("sh", "-c", script)
		_ = c.Run() // the code says it all
		return c.ProcessState.ExitCode()
	}
	expect(t, "nil", check.ExitCode(nil), check.Missing, "exitCode")
	expect(t, "zero", check.ExitCode(func(string) int { return 0 }), check.NotYet, "exit code is 3")
	expect(t, "panic", check.ExitCode(func(string) int { panic("no") }), check.NotYet, "panicked: no")
	expect(t, "right", check.ExitCode(code), check.Right, "")
}

func TestUpper(t *testing.T) {
	silent := false
	upper := func(text string) (string, error) {
		tr := exec.Command("tr", "a-z", "A-Z")
		tr.Stdin = strings.NewReader(text)
		out, err := tr.Output()
		if silent {
			err = nil
		}
		return string(out), err
	}
	expect(t, "nil", check.Upper(nil), check.Missing, "upper")
	expect(t, "here", check.Upper(func(s string) (string, error) { return strings.ToUpper(s), nil }), check.NotYet, "no child process")
	expect(t, "same", check.Upper(func(s string) (string, error) { return s, nil }), check.NotYet, "came back")
	expect(t, "right", check.Upper(upper), check.Right, "")
	silent = true
	expect(t, "silent", check.Upper(upper), check.NotYet, "return the error")
}

func TestTogether(t *testing.T) {
	expect(t, "nil", check.Together(nil), check.Missing, "together")
	expect(t, "loop", check.Together(func(n int, f func(int)) {
		for i := range n {
			f(i)
		}
	}), check.NotYet, "")
	expect(t, "no wait", check.Together(func(n int, f func(int)) {
		for i := range n {
			go f(i)
		}
	}), check.NotYet, "wait for all")
	expect(t, "same", check.Together(func(n int, f func(int)) {
		var wg sync.WaitGroup
		for range n {
			wg.Go(func() { f(0) })
		}
		wg.Wait()
	}), check.NotYet, "f(0) was called 8 times")
	expect(t, "right", check.Together(func(n int, f func(int)) {
		var wg sync.WaitGroup
		for i := range n {
			wg.Go(func() { f(i) })
		}
		wg.Wait()
	}), check.Right, "")
}

func TestOSThreads(t *testing.T) {
	list, err := os.ReadDir("/proc/self/task")
	if err != nil {
		t.Skip("the system doesn't list threads: ", err)
	}
	expect(t, "nil", check.OSThreads(nil), check.Missing, "osThreads")
	expect(t, "wrong", check.OSThreads(func() int { return len(list) + 100 }), check.NotYet, "")
	expect(t, "right", check.OSThreads(func() int {
		list, err := os.ReadDir("/proc/self/task")
		if err != nil {
			t.Error(err)
		}
		return len(list)
	}), check.Right, "")
}

func TestParallelSum(t *testing.T) {
	sum := func(strips int) func(xs []int, workers int, f func(int) int) int {
		return func(xs []int, workers int, f func(int) int) int {
			n := min(strips, workers)
			if strips > 100 {
				n = max(len(xs), 1)
			}
			parts := make([]int, n)
			var wg sync.WaitGroup
			for w := range n {
				wg.Go(func() {
					for i := w; i < len(xs); i += n {
						parts[w] += f(xs[i])
					}
				})
			}
			wg.Wait()
			total := 0
			for _, p := range parts {
				total += p
			}
			return total
		}
	}
	expect(t, "nil", check.ParallelSum(nil), check.Missing, "parallelSum")
	expect(t, "none", check.ParallelSum(func([]int, int, func(int) int) int { return 0 }), check.NotYet, "called 0 times")
	expect(t, "one", check.ParallelSum(sum(1)), check.NotYet, "one call ran at a time")
	expect(t, "too many", check.ParallelSum(sum(101)), check.NotYet, "calls ran at once")
	expect(t, "right", check.ParallelSum(sum(100)), check.Right, "")
}

func TestChoose(t *testing.T) {
	answers := map[string]string{}
	expect(t, "empty", check.Choose(answers), check.Missing, "sum of a big array")
	for _, job := range []string{"sum of a big array", "fetch 500 web pages", "code that may crash", "a library that leaks memory", "a program in another language"} {
		answers[job] = "Goroutine "
	}
	expect(t, "wrong", check.Choose(answers), check.NotYet, "code that may crash")
	for _, job := range []string{"code that may crash", "a library that leaks memory", "a program in another language"} {
		answers[job] = "process"
	}
	expect(t, "right", check.Choose(answers), check.Right, "")
}

func TestCountdown(t *testing.T) {
	one := func(name string, from int, tick func(string, int)) {
		for k := from; k > 0; k-- {
			tick(name, k)
		}
	}
	expect(t, "nil", check.Countdown(nil), check.Missing, "countdown")
	expect(t, "one by one", check.Countdown(func(names []string, from int, tick func(string, int)) {
		for _, name := range names {
			one(name, from, tick)
		}
	}), check.NotYet, "one after the other")
	expect(t, "no wait", check.Countdown(func(names []string, from int, tick func(string, int)) {
		for _, name := range names {
			go one(name, from, tick)
		}
	}), check.NotYet, "did you wait")
	expect(t, "right", check.Countdown(func(names []string, from int, tick func(string, int)) {
		var wg sync.WaitGroup
		for _, name := range names {
			wg.Go(func() { one(name, from, tick) })
		}
		wg.Wait()
	}), check.Right, "")
}

func TestFirstAnswer(t *testing.T) {
	first := func(room int) func(ask []func() string) string {
		return func(ask []func() string) string {
			answers := make(chan string, room)
			for _, a := range ask {
				go func() { answers <- a() }()
			}
			return <-answers
		}
	}
	expect(t, "nil", check.FirstAnswer(nil), check.Missing, "firstAnswer")
	expect(t, "right", check.FirstAnswer(first(4)), check.Right, "")
	expect(t, "leak", check.FirstAnswer(first(0)), check.NotYet, "left behind")
}

func TestOrderedMap(t *testing.T) {
	expect(t, "nil", check.OrderedMap(nil), check.Missing, "orderedMap")
	expect(t, "one", check.OrderedMap(func(xs []int, _ int, f func(int) int) (ys []int) {
		for _, x := range xs {
			ys = append(ys, f(x))
		}
		return ys
	}), check.NotYet, "one call")
	at := func(limit int, sorted bool) func(xs []int, workers int, f func(int) int) []int {
		return func(xs []int, _ int, f func(int) int) []int {
			ys := make([]int, len(xs))
			gate := make(chan bool, limit)
			var wg sync.WaitGroup
			for i, x := range xs {
				gate <- true
				wg.Go(func() { ys[i] = f(x); <-gate })
			}
			wg.Wait()
			if sorted {
				slices.Sort(ys)
			}
			return ys
		}
	}
	expect(t, "all", check.OrderedMap(at(6, false)), check.NotYet, "only 3 workers")
	expect(t, "order", check.OrderedMap(at(3, true)), check.NotYet, "you returned [1 4")
	expect(t, "right", check.OrderedMap(at(3, false)), check.Right, "")
}

func TestFailures(t *testing.T) {
	count := func(catch bool) func(tasks []func() error) int {
		return func(tasks []func() error) (n int) {
			for _, task := range tasks {
				err := func() (err error) {
					defer func() {
						if r := recover(); r != nil && catch {
							err = errors.New(fmt.Sprint(r))
						}
					}()
					return task()
				}()
				if err != nil {
					n++
				}
			}
			return n
		}
	}
	expect(t, "nil", check.Failures(nil), check.Missing, "failures")
	expect(t, "none", check.Failures(func([]func() error) int { return 4 }), check.NotYet, "0 of 7")
	expect(t, "errors", check.Failures(count(false)), check.NotYet, "panicked")
	expect(t, "right", check.Failures(count(true)), check.Right, "")
}
