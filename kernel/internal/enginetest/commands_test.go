package enginetest

import (
	"context"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"songsong/kernel/internal/session"
)

// step is a cell and what it must show, as a regular expression.
type step struct{ code, want string }

// runSteps runs cells whose output is not the same each time.
func runSteps(t *testing.T, s session.Session, steps []step) {
	t.Helper()
	for _, st := range steps {
		if got := show(s, st.code); !regexp.MustCompile(`^(?s:` + st.want + `)$`).MatchString(got) {
			t.Errorf("cell:\n%s\nshows:\n%s\nwant:\n%s", st.code, got, st.want)
		}
	}
}

// show runs a cell and returns what it shows.
func show(s session.Session, code string) string {
	r := &recorder{}
	reply := s.Execute(context.Background(), session.Request{Code: code, StoreHistory: true}, r)
	return r.text(reply)
}

func open(t testing.TB) session.Session {
	t.Helper()
	s, err := session.Open(session.Options{Dir: t.TempDir(), Log: t.Logf})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	s.Execute(context.Background(), session.Request{Code: "0", Silent: true}, &recorder{}) // it is ready then
	return s
}

func TestTime(t *testing.T) {
	runSteps(t, open(t), []step{
		{"%time time.Sleep(30 * time.Millisecond)", `wall time: \d+(\.\d)? ms, CPU time: .*; compiling took .*\n`},
		{"%%time\nn := 0\nfor range 1000 { n++ }\nn", `=> 1000\nwall time: .* CPU time: .*\n`},
		{"n", "=> 1000\n"},
		{"\n%time nosuch(1)", `cell \[4\], line 2, column \d+: undefined: nosuch(?s:.*)`},
		{"%timeit n + 1 // one more", `=> [\d.]+ ns per loop: median of \d+ repetitions of [\d,]+ loops; half of them took .*\n`},
		{"%%timeit\nm := n\nm *= 2", `(stderr.*\n)*=> [\d.]+ ns per loop: .*\n`},
		{"%timeit time.Sleep(2 * time.Millisecond)", `=> \d\.\d\d ms per loop.*\n`},
		{"%timeit strconv.Atoi(\"12\")", `=> [\d.]+ ns per loop.*\n`},
		{"%timeit", `usage: .*\n`},
		{"%who", "n\n"},
	})
}

func TestTier(t *testing.T) {
	runSteps(t, open(t), []step{
		{"%tier", "native: .*\n|interp: .*\n"},
		{"%%native\nx := 1", ""},
		{"%tier", "native: the last cell was compiled: a command asked for it\n"},
		{"%%interp\nfor range 3 { x++ }", "stderr. notice: the interpreter could not run this cell, it was compiled: .*\n"},
		{"x", "=> 4\n"},
	})
}

func TestRace(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the standard library with the race detector")
	}
	runSteps(t, open(t), []step{
		{"x := 1", ""},
		{"%race on", "(?s:.*)the session starts afresh with the race detector; .*\n"},
		{"x", "(?s:.*)undefined: x(?s:.*)"},
		{"n := 0\nvar wg sync.WaitGroup\nfor range 2 {\n\twg.Go(func() { n++ })\n}\nwg.Wait()", `(?s:.*)WARNING: DATA RACE(?s:.*)cell \[4\], line 4(?s:.*)`},
		{"%goflags -race -gcflags=-l", "the session starts afresh with -race -gcflags=\"-l\": .*\n"},
		{"%race off", "the session starts afresh without the race detector: .*\n"},
		{"%goflags", "-gcflags=\"-l\"\n"},
	})
}

func TestRestore(t *testing.T) {
	runSteps(t, open(t), []step{
		{"a := 1\nb := a + 1", ""},
		{"m := map[string]int{\"one\": a}\nfmt.Println(len(m))", "1\n"},
		{"c := 5\nsyscall.Kill(os.Getpid(), syscall.SIGKILL)", "fatal: (?s:.*)gone(?s:.*)"},
		{"a", "(?s:.*)undefined: a(?s:.*)"},
		{"%restore", `ran cell \[1\] again: a, b\n1\nran cell \[2\] again: m\nnot restored:\n    cell \[3\] \(c\): it ended the executor\nWhat other .*\n`},
		{"a + b + m[\"one\"]", "=> 4\n"},
		{"%restore", `.*\n.*c\): it ended the executor\n.*\n`},
	})
}

func TestPython(t *testing.T) {
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("no python3")
	}
	runSteps(t, open(t), []step{
		{"%%python\nx = 20\nprint('xin chào')", "xin chào\n"},
		{"%%python\nimport sys\nprint('error', file=sys.stderr)", "stderr. error\n(stderr. \n)?"},
		{"%%python\nx + 1", "21\n"},
		{"%%python\ndef f():\n    return 1 / 0\nf()", `Traceback \(most recent call last\):\n  File "cell \[4\]", line 4, in <module>\n    f\(\)\n(?s:.*)line 3, in f\n    return 1 / 0\n(?s:.*)ZeroDivisionError: division by zero\n`},
		{"%%python\nx = = 1", `  File "cell \[5\]", line 2\n    x = = 1\n(?s:.*)SyntaxError.*\n`},
		{"%%python\nraise SystemExit(3)", "SystemExit: 3\n"},
		{"%%python --out x,names\nsongsong.put('seconds', [0.25, 0.5])\nnames = {'a': 1}", ""},
		{"seconds, err := python.FromPython[[]float64](\"seconds\")", ""},
		{"fmt.Println(seconds, err)", `\[0.25 0.5\] <nil>\n`},
		{"python.FromPython[map[string]int](\"names\")", `=> map\[a:1\] <nil>\n`},
		{"python.ToPython(\"back\", []int{1, 2})", ""},
		{"%%python\nfrom songsong import get\nsum(get('back'))", "3\n"},
		{"%env COLOUR=blue\n%%python\nimport os; os.environ['COLOUR']", "'blue'\n"},
		{"%%python\nimport os, multiprocessing\np = multiprocessing.get_context('fork').Process(target=lambda: print('child'))\np.start(); p.join()", "child\n"},
		{"%%python\nos._exit(4)", "Python ended: the Python process ended: exit status 4; .*\n"},
		{"%%python\nx", `(?s:.*)NameError: name 'x' is not defined\n`},
		{"%%python nonsense", "usage: .*\n"},
	})
}

func TestCommandsCanBeInterrupted(t *testing.T) {
	s := open(t)
	show(s, "x := 1")
	cells := []string{"!sleep 30", "%%bash\nsleep 30 & wait", "!trap '' INT; sleep 30; sleep 30", "%timeit time.Sleep(20 * time.Second)"}
	if _, err := exec.LookPath("python3"); err == nil {
		show(s, "%%python\nkept = 7")
		cells = append(cells, "%%python\nimport time; time.sleep(30)", "%%python\nwhile True: pass")
	}
	for _, code := range cells {
		time.AfterFunc(500*time.Millisecond, s.Interrupt)
		start := time.Now()
		got := show(s, code)
		if !strings.Contains(got, "interrupted") || time.Since(start) > 6*time.Second {
			t.Errorf("%s\nafter %v: %s", code, time.Since(start), got)
		}
	}
	if got := show(s, "x"); got != "=> 1\n" {
		t.Errorf("x is %s", got)
	}
	if len(cells) > 4 {
		if got := show(s, "%%python\nkept"); got != "7\n" {
			t.Errorf("Python's state: %s", got)
		}
	}
}

func TestBackgroundProgramsEndWithTheSession(t *testing.T) {
	s := open(t)
	got := show(s, "!sleep 77 & echo $!")
	pid, rest, _ := strings.Cut(got, "\n")
	if !strings.Contains(rest, "notice: ") {
		t.Errorf("shows %q", got)
	}
	if _, err := os.Stat("/proc/" + pid); err != nil {
		t.Errorf("the background program has ended: %v", err)
	}
	s.Close()
	time.Sleep(100 * time.Millisecond)
	if stat, err := os.ReadFile("/proc/" + pid + "/stat"); err == nil && !strings.Contains(string(stat), ") Z ") {
		t.Errorf("the background program outlived the session: %s", stat)
	}
}
