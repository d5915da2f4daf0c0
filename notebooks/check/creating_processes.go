package check

import (
	"os"
	"strings"
	"time"
)

// Limited checks exercise 1 of notebook 3-1: limited must run the shell script
// in a process, kill it after d, and return its exit code, or minus the number
// of the signal that ended it.
func Limited(limited func(script string, d time.Duration) int) Verdict {
	if limited == nil {
		return missing("limited")
	}
	var got int
	for script, want := range map[string]int{"exit 0": 0, "exit 4": 4} {
		if v := try(func() { got = limited(script, time.Minute) }); v != nil {
			return *v
		}
		if got != want {
			return notYet("for the script %q the code is %d, and you returned %d", "với script %q mã thoát là %d, còn bạn trả về %d", script, want, got)
		}
	}
	if v := tryFor(3*time.Second, func() { got = limited("exec sleep 20", 50*time.Millisecond) }); v != nil {
		return notYet("a script of 20 s still runs after 3 s: its limit was 50 ms", "script 20 s vẫn chạy sau 3 s: giới hạn của nó là 50 ms")
	}
	if got >= 0 {
		return notYet("the script was killed, so its code is minus a signal, and you returned %d", "script bị kill nên mã phải là số âm của tín hiệu, còn bạn trả về %d", got)
	}
	return right("who starts a process can also end it", "ai khởi chạy tiến trình thì cũng kết thúc được nó")
}

// WithVariable checks exercise 2 of notebook 3-1: run must run the shell script
// with one environment variable more and return its output.
func WithVariable(run func(name, value, script string) string) Verdict {
	if run == nil {
		return missing("withVariable")
	}
	const name = "SONGSONG_CONTINENT"
	for _, value := range []string{"Asia", "two words"} {
		var got string
		if v := try(func() { got = run(name, value, `echo "$`+name+`" in $((40 + 2))`) }); v != nil {
			return *v
		}
		if want := value + " in 42"; strings.TrimSpace(got) != want {
			return notYet("the script prints %q, and you returned %q", "script in ra %q, còn bạn trả về %q", want, got)
		}
		if _, set := os.LookupEnv(name); set {
			return notYet("the variable is now set in this process too: set it for the child only", "biến này giờ có cả trong tiến trình này: hãy chỉ đặt cho tiến trình con")
		}
	}
	return right("the child has an environment of its own", "tiến trình con có môi trường riêng")
}
