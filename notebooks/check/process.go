package check

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// ExitCode checks exercise 1 of notebook 1-1: run must run the shell script in
// a child process and return the exit code of that process.
func ExitCode(run func(script string) int) Verdict {
	if run == nil {
		return missing("exitCode")
	}
	for _, t := range []struct {
		script string
		want   int
	}{{"exit 0", 0}, {"exit 3", 3}, {"false", 1}, {"exit 42", 42}} {
		var got int
		if v := try(func() { got = run(t.script) }); v != nil {
			return *v
		}
		if got != t.want {
			return notYet("for the script %q the exit code is %d, and you returned %d", "với script %q, mã thoát (exit code) là %d, còn bạn trả về %d", t.script, t.want, got)
		}
	}
	return right("a child says how it ended with one number", "tiến trình con báo kết thúc ra sao bằng một con số")
}

// Upper checks exercise 2 of notebook 1-1: upper must send text to a child
// process and return what comes back, in capitals.
func Upper(upper func(text string) (string, error)) Verdict {
	if upper == nil {
		return missing("upper")
	}
	long := strings.Repeat("song song\n", 20_000)
	for _, text := range []string{"thread", "", long} {
		before, known := childFaults()
		var got string
		var err error
		if v := try(func() { got, err = upper(text) }); v != nil {
			return *v
		}
		if err != nil {
			return notYet("it gave the error %q", "nó báo lỗi %q", err)
		}
		if want := strings.ToUpper(text); got != want {
			return notYet("%s came back as %s", "%s trở về thành %s", short(text), short(got))
		}
		if after, _ := childFaults(); known && after == before {
			return notYet("no child process has run: the answer came from this process", "không có tiến trình con nào chạy: kết quả do chính tiến trình này tính")
		}
	}
	if err := stuck(upper); err != nil {
		return *err
	}
	return right("bytes went out through one pipe and came back through another", "các byte đi qua một pipe và trở về qua pipe khác")
}

// stuck checks that a missing program is an error, not silence.
func stuck(upper func(text string) (string, error)) *Verdict {
	path := os.Getenv("PATH")
	defer os.Setenv("PATH", path)
	os.Setenv("PATH", "")
	if _, err := exec.LookPath("tr"); err == nil {
		return nil
	}
	var err error
	if v := try(func() { _, err = upper("x") }); v != nil {
		return v
	}
	if err == nil {
		v := notYet("when the program can't be found, your function says nothing: return the error", "khi không tìm thấy chương trình, hàm của bạn im lặng: hãy trả lỗi về")
		return &v
	}
	return nil
}

func short(s string) string {
	if len(s) > 20 {
		return fmt.Sprintf("%q… (%d bytes)", s[:20], len(s))
	}
	return fmt.Sprintf("%q", s)
}
