package session

import (
	"context"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"songsong/kernel/internal/native"
)

// sink keeps what a cell prints.
type sink struct {
	mu   sync.Mutex
	text strings.Builder
	line chan string
}

func (s *sink) Started(int) {}
func (s *sink) Stream(name, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text.WriteString(text)
}
func (s *sink) Display(b Bundle) {}
func (s *sink) Result(b Bundle)  { s.Stream("result", b.Data["text/plain"].(string)) }
func (s *sink) Clear(bool)       {}
func (s *sink) Input(ctx context.Context, prompt string, password bool) (string, error) {
	select {
	case l := <-s.line:
		return l, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}
func (s *sink) String() string { s.mu.Lock(); defer s.mu.Unlock(); return s.text.String() }

func openSession(t testing.TB) Session {
	t.Helper()
	s, err := Open(Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func run1(t testing.TB, s Session, code string) (string, Reply) {
	t.Helper()
	out := &sink{}
	r := s.Execute(context.Background(), Request{Code: code, StoreHistory: true}, out)
	return out.String(), r
}

func mustRun(t testing.TB, s Session, code, want string) {
	t.Helper()
	got, r := run1(t, s, code)
	if r.Err != nil {
		t.Fatalf("%s: %v", code, r.Err.Traceback)
	}
	if got != want {
		t.Errorf("%s: got %q, want %q", code, got, want)
	}
}

var interrupts = flag.Int("interrupts", 1, "how often TestInterrupt interrupts each kind of cell")

// TestInterrupt interrupts cells in every state they can be in, one after the
// other, in one session whose variables must outlive it all.
func TestInterrupt(t *testing.T) {
	s := openSession(t)
	mustRun(t, s, "keep := 41\nalarm := time.AfterFunc(time.Hour, func() {})", "") // a timer: what blocks is no deadlock
	mustRun(t, s, "func spin(n int) int { for { n++ }; return n }\nfunc deep(n int) int { if n > 1e9 { return 0 }; return deep(n+1) - deep(n+2) }\nvar mu sync.Mutex", "")
	mustRun(t, s, "type tw struct{}\nfunc (t tw) a(n int) int { if n > 90 { return 1 }; return t.b(n+1) + t.b(n+1) }\nfunc (t tw) b(n int) int { return t.a(n) + t.a(n) }", "")
	mustRun(t, s, "func wide(n int) int { if n > 90 { return 1 }; return wide(n+1) + wide(n+2) + wide(n+1) + wide(n+2) }", "")
	codes := []string{
		"for {}",
		"deep(0)",
		"wide(0)",
		"tw{}.a(0)",
		"var f func(int) int; f = func(n int) int { if n > 90 { return 0 }; return f(n+1) + f(n+1) }; f(0)",
		"func() { func() { for keep == 41 { } }() }()",
		"spin(1)",
		"for keep > 0 { keep = 41 }",
		"<-make(chan int)",
		"time.Sleep(time.Hour)",
		"select {}",
		"mu.Lock(); mu.Lock()",
		"var wg sync.WaitGroup; wg.Add(1); wg.Wait()",
		"exec.Command(\"sleep\", \"100\").Run()",
		"go func() { for {} }(); for {}",
		"for i := range make(chan int) { _ = i }",
		"%%interp\nkeep = spin(1)",
		"for range time.Tick(time.Millisecond) { fmt.Println(keep) }",
		"http.Get(\"http://\" + silent)",
		"display.Input(\"never answered\")",
		"<-display.Context().Done(); time.Sleep(time.Hour)",
		"!sleep 100",
		"%%bash\nwhile true; do :; done",
		"%timeit time.Sleep(time.Hour)",
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0") // takes connections and never answers
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	mustRun(t, s, fmt.Sprintf("silent := %q", listener.Addr()), "")
	for round := range *interrupts {
		for _, code := range codes {
			if strings.HasPrefix(code, "%") || strings.HasPrefix(code, "!") {
				interruptOnce(t, s, code, "", 700*time.Millisecond)
				continue
			}
			interruptOnce(t, s, "fmt.Println(\"at it\")\n"+code, "at it", 100*time.Millisecond)
		}
		t.Logf("round %d of %d, %d interrupts in all", round+1, *interrupts, (round+1)*len(codes))
	}
}

// interruptOnce interrupts a cell some time after it has printed mark.
func interruptOnce(t *testing.T, s Session, code, mark string, after time.Duration) {
	t.Helper()
	done := make(chan Reply)
	out := &sink{}
	go func() {
		done <- s.Execute(context.Background(), Request{Code: code, StoreHistory: true, AllowStdin: true}, out)
	}()
	for end := time.Now().Add(time.Minute); !strings.Contains(out.String(), mark) && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	time.Sleep(after)
	start := time.Now()
	s.Interrupt()
	r := <-done
	if r.Err == nil || r.Err.Name != "interrupted" {
		t.Errorf("%s: ended with %+v", code, r.Err)
	} else {
		t.Logf("%-50s stopped after %v: %q", code, time.Since(start).Round(time.Millisecond), r.Err.Traceback)
	}
	mustRun(t, s, "keep", "41")
}

// TestInterruptBuild interrupts cells that are being built, or that fetch a module.
func TestInterruptBuild(t *testing.T) {
	slow := slowGo(t)
	s := openSession(t)
	mustRun(t, s, "keep := 41", "")
	now := time.Now().UnixNano() // so that no earlier run has left the cells in the cache
	compiles := fmt.Sprintf("for range 1 { fmt.Println(\"to compile\", keep, %d) }", now)
	for _, state := range []struct{ program, code string }{
		{"compile", compiles},
		{"link", fmt.Sprintf("for range 1 { fmt.Println(\"to link\", keep, %d) }", now)},
		{"list", "import \"net/http/fcgi\"\nfcgi.ErrConnClosed"},
		{"get", "%get golang.org/x/text@v0.1.0"},
		{"get", "import \"example.com/of/nobody\""},
	} {
		slow(state.program)
		start := time.Now()
		interruptOnce(t, s, state.code, "", 700*time.Millisecond)
		slow("")
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("%s took %v to stop", state.program, took)
		}
		mustRun(t, s, "keep", "41")
	}
	mustRun(t, s, compiles, fmt.Sprintf("to compile 41 %d\n", now))
}

// slowGo puts a Go toolchain before the real one whose named part sleeps.
func slowGo(t *testing.T) (slow func(program string)) {
	t.Helper()
	goCmd, err := native.FindGo()
	if err != nil {
		t.Skip(err)
	}
	dir := t.TempDir()
	script := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	out, err := exec.Command(goCmd, "env", "GOTOOLDIR").Output()
	if err != nil {
		t.Fatal(err)
	}
	tools := strings.TrimSpace(string(out))
	for _, tool := range []string{"compile", "link"} {
		script(tool, fmt.Sprintf("[ -e %s/slow-%s ] && sleep 100\nexec %s/%s \"$@\"\n", dir, tool, tools, tool))
	}
	script("go", fmt.Sprintf("[ -e %[1]s/slow-$1 ] && sleep 100\n[ \"$1 $2\" = 'env GOTOOLDIR' ] && { %[2]s \"$@\" | sed '1s|.*|%[1]s|'; exit; }\nexec %[2]s \"$@\"\n", dir, goCmd))
	t.Setenv("SONGSONG_GO", filepath.Join(dir, "go"))
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	last := ""
	return func(program string) {
		os.Remove(last)
		if program != "" {
			last = filepath.Join(dir, "slow-"+program)
			os.WriteFile(last, nil, 0o600)
		}
	}
}

func TestInput(t *testing.T) {
	s := openSession(t)
	out := &sink{line: make(chan string, 3)}
	out.line <- "Lan"
	out.line <- "7 8"
	r := s.Execute(context.Background(), Request{Code: "name, _ := display.Input(\"name? \")\nvar a, b int\nfmt.Scanln(&a, &b)\nfmt.Println(name, a+b)"}, out)
	if r.Err != nil || out.String() != "Lan 15\n" {
		t.Errorf("%v %q", r.Err, out.String())
	}
	out.line <- "one line"
	r = s.Execute(context.Background(), Request{Code: "sc := bufio.NewScanner(os.Stdin)\nsc.Scan()\nsc.Text()"}, out)
	if r.Err != nil || out.String() != "Lan 15\none line" {
		t.Errorf("%v %q", r.Err, out.String())
	}
}

// TestSlowAnswer waits longer for an answer than a deadlock takes to be found.
func TestSlowAnswer(t *testing.T) {
	s := openSession(t)
	mustRun(t, s, "1", "1")
	out := &sink{line: make(chan string)}
	time.AfterFunc(2*time.Second, func() { out.line <- "late" })
	if r := s.Execute(context.Background(), Request{Code: "a, err := display.Input(\"? \")\nfmt.Println(a, err)"}, out); r.Err != nil || out.String() != "late <nil>\n" {
		t.Errorf("%v %q", r.Err, out.String())
	}
}

func TestLateOutput(t *testing.T) {
	s := openSession(t)
	first := &sink{}
	r := s.Execute(context.Background(), Request{Code: "go func() { for i := range 5 { time.Sleep(20*time.Millisecond); fmt.Println(\"late\", i) } }()"}, first)
	if r.Err != nil {
		t.Fatal(r.Err)
	}
	mustRun(t, s, "time.Sleep(300*time.Millisecond); fmt.Println(\"mine\")", "mine\n")
	if got := first.String(); strings.Count(got, "late") != 5 {
		t.Errorf("the first cell got %q", got)
	}
}

func BenchmarkStatement(b *testing.B) {
	s := openSession(b)
	run1(b, s, "x := 1")
	for b.Loop() {
		run1(b, s, "x++")
	}
}

// TestInterruptBeforeTheCell loses the word that an interrupt sends to the executor, as happens to one that comes there
// before the cell: it is said again.
func TestInterruptBeforeTheCell(t *testing.T) {
	if testing.Short() {
		t.Skip("starts an executor")
	}
	s := openSession(t).(*session)
	mustRun(t, s, "keep := 41", "")
	began := make(chan time.Time, 1)
	go func() {
		for {
			s.mu.Lock()
			cancel, running := s.cancel, s.running != 0
			s.mu.Unlock()
			if running {
				began <- time.Now()
				cancel()
				return
			}
			time.Sleep(time.Millisecond)
		}
	}()
	rescue := time.AfterFunc(20*time.Second, s.Interrupt)
	defer rescue.Stop()
	_, r := run1(t, s, "time.Sleep(time.Hour)")
	if r.Err == nil || r.Err.Name != "interrupted" {
		t.Fatalf("ended with %v", r.Err)
	}
	if took := time.Since(<-began); took > 5*time.Second {
		t.Errorf("ended %v after the interrupt", took)
	}
	mustRun(t, s, "keep", "41")
}
