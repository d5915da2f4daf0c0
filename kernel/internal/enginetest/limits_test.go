package enginetest

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestLimits reaches each limit; the session's state outlives all but that of memory.
func TestLimits(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", cacheWithOutput(t))
	s := open(t)
	runSteps(t, s, []step{
		{"kept := 7", ""},
		{"%limit", `memory +[\d.]+G .*\nprocesses +\d+ .*\nfile +[\d.]+[GT] .*\noutput +4M .*\ntime +none .*\n`},
		{"%limit memory much", "wrong limit: much is no size; .*\n"},
		{"%limit colour 1", "wrong limit: there is no limit colour; there are memory, .*\n"},
		{"%limit time 4s", "time +4s +time that one cell may take\n"},
		{"time.Sleep(time.Hour)", `(stderr.*\n)*limit: the cell ran longer than 4s and was stopped \(%limit time .*\n(    cell \[6\], line 1\n)?`},
		{"%limit time off", ".*\n"},
		{"%limit processes 40", ".*\n"},
		{"for { if err := exec.Command(\"sleep\", \"60\").Start(); err != nil { panic(err) } }", `limit: the cell had \d+ processes running, more than the limit of 40: .*`},
		{"!for i in $(seq 100); do sleep 60 & done; wait", `(?s:.*)limit: the cell had \d+ processes running, more than the limit of 40: .*`},
		{"%limit processes off", ".*\n"},
		{"%limit file 1M", ".*\n"},
		{"os.WriteFile(\"big\", make([]byte, 2<<20), 0o600)", "=> write big: file too large\n"},
		{"%limit file off", ".*\n"},
		{"os.WriteFile(\"big\", make([]byte, 2<<20), 0o600)", ""},
		{"%limit output 20", ".*\n"},
		{"kept", "=> 7\n"},
	})
	got := show(s, "for i := range 10 { fmt.Printf(\"%d sợi\\n\", i) }")
	m := regexp.MustCompile(`^0 sợi\n1 sợi\n2 s(?:stderr. )?\nstderr. notice: the output is cut here, after 20; the rest goes to (\S+) \(%limit output sets the limit\)\n$`).FindStringSubmatch(got)
	if m == nil {
		t.Fatalf("a cell that prints too much shows %q", got)
	}
	rest, err := os.ReadFile(m[1])
	if err != nil || !strings.HasSuffix(string(rest), "9 sợi\n") || strings.Count(got, "sợi")+strings.Count(string(rest), "sợi") < 9 {
		t.Errorf("the rest is %q, %v", rest, err)
	}
	os.Remove(m[1])
	show(s, "%limit output off")
	runSteps(t, s, []step{
		{"%limit memory 300M", `memory +300M .*\n`},
		{"big := make([]byte, 1<<30)\nfor i := range big { big[i] = 1 }\nlen(big)", "fatal: (?s:.*)memory(?s:.*)gone: (?s:.*)kept(?s:.*)"},
		{"kept := 7", ""}, // memory that is only reserved counts too, but it may be seen when the cell has ended
		{"big := make([]byte, 1<<30)\nlen(big)", `(=> 1073741824\n)?fatal: .* it took 1(\.\d)?G of memory, more than the limit of 300M .*\n(?s:.*)gone: (?s:.*)kept(?s:.*)`},
		{"%limit memory 2G\nlen(make([]byte, 1<<30))", "memory.*\n=> 1073741824\n"},
	})
}

// cacheWithOutput is a cache folder that is the usual one but for its output.
func cacheWithOutput(t *testing.T) string {
	t.Helper()
	usual, err := os.UserCacheDir()
	if err != nil {
		t.Skip(err)
	}
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "songsong"), 0o700); err != nil {
		t.Fatal(err)
	}
	entries, _ := os.ReadDir(filepath.Join(usual, "songsong"))
	for _, e := range entries {
		if e.Name() != "output" {
			os.Symlink(filepath.Join(usual, "songsong", e.Name()), filepath.Join(dir, "songsong", e.Name()))
		}
	}
	os.Symlink(filepath.Join(usual, "go-build"), filepath.Join(dir, "go-build"))
	return dir
}

// TestDeafExecutor stops the executor's process: only the kernel can end it then.
func TestDeafExecutor(t *testing.T) {
	s := open(t)
	show(s, "x := 1")
	time.AfterFunc(time.Second, s.Interrupt)
	start := time.Now()
	got := show(s, "syscall.Kill(os.Getpid(), syscall.SIGSTOP)\ntime.Sleep(time.Hour)")
	if !strings.Contains(got, "interrupted") || time.Since(start) > 20*time.Second {
		t.Errorf("after %v it shows %q", time.Since(start), got)
	}
	if got := show(s, "1 + 1"); got != "=> 2\n" {
		t.Errorf("the next cell shows %q", got)
	}
}
