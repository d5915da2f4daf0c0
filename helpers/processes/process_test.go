package processes_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"songsong/helpers/processes"
)

func TestStart(t *testing.T) {
	var out bytes.Buffer
	p, err := processes.Start(t.Context(), processes.Command{
		Path: "sh", Args: []string{"-c", `echo "$GREETING $(cat)"; exit 3`}, Env: []string{"GREETING=chào"},
		Stdin: strings.NewReader("bạn"), Stdout: &out,
	})
	if err != nil {
		t.Fatal(err)
	}
	err = p.Wait(t.Context())
	if err == nil || err.Error() != "sh ended with exit code 3" || out.String() != "chào bạn\n" {
		t.Fatalf("%v, %q", err, out.String())
	}
	if code, ended := p.ExitCode(); code != 3 || !ended || p.Running() {
		t.Fatal(code, ended)
	}
	if err := p.Signal(syscall.SIGTERM); !errors.Is(err, os.ErrProcessDone) {
		t.Fatal(err)
	}
}

func TestStartRefusals(t *testing.T) {
	_, err := processes.Start(t.Context(), processes.Command{Path: "no-such-program"})
	if err == nil || err.Error() != `processes: there is no program "no-such-program" in PATH` {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := processes.Start(ctx, processes.Command{Path: "true"}); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}

// Kill ends the children of the process too.
func TestKillEndsTheGroup(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	p, err := processes.Start(t.Context(), processes.Command{Path: "sh", Args: []string{"-c", "sleep 1000 & echo $!; wait"}, Stdout: w})
	w.Close()
	if err != nil {
		t.Fatal(err)
	}
	var child int
	if _, err := fmt.Fscan(r, &child); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if err := p.Wait(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal("Wait did not give up:", err)
	}
	p.Kill()
	var ee *processes.ExitError
	if err := p.Wait(t.Context()); !errors.As(err, &ee) || ee.Code != -9 {
		t.Fatal(err)
	}
	for range 200 {
		if !alive(child) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the child of the killed process lives")
}

// alive reports whether a process exists and is no zombie.
func alive(pid int) bool {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && !bytes.Contains(b, []byte(") Z "))
}

func report(_ context.Context, what string) error {
	switch what {
	case "error":
		return errors.New("no luck")
	case "panic":
		panic("boom")
	case "exit":
		os.Exit(7)
	case "sleep":
		time.Sleep(time.Hour)
	}
	return nil
}

func TestSpawn(t *testing.T) {
	for _, c := range []struct {
		what, err string
		code      int
	}{
		{"well", "<nil>", 0},
		{"error", "no luck", 1},
		{"panic", "panic in Process-1: boom", 2},
		{"exit", "songsong/helpers/processes_test.report ended with exit code 7", 7},
	} {
		p, err := processes.Spawn(t.Context(), report, c.what)
		if err != nil {
			t.Fatal(err)
		}
		err = p.Wait(t.Context())
		if code, _ := p.ExitCode(); fmt.Sprint(err) != c.err || code != c.code {
			t.Errorf("%s: %v, exit code %d", c.what, err, code)
		}
	}
	p, err := processes.Spawn(t.Context(), report, "sleep")
	if err != nil {
		t.Fatal(err)
	}
	p.Kill()
	if err := p.Wait(t.Context()); fmt.Sprint(err) != "songsong/helpers/processes_test.report was ended by signal 9 (killed)" {
		t.Error(err)
	}
}

// A program that forgets Main is told so, and starts no second generation.
func TestMainIsMissing(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program")
	}
	dir := t.TempDir()
	src := `package main
import ("context"; "fmt"; "songsong/helpers/processes")
func twice(n int) int { return 2*n }
func main() {
	_, err := processes.NewPlainPool(context.Background(), 2, twice)
	fmt.Println(err)
}`
	// The file must lie in the module for its imports.
	if err := os.Mkdir("testdata", 0o755); err != nil && !os.IsExist(err) {
		t.Fatal(err)
	}
	pkg, err := os.MkdirTemp("testdata", "nomain")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(pkg)
	if err := os.WriteFile(pkg+"/main.go", []byte(src), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("go", "build", "-o", dir+"/prog", "./"+pkg).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err := exec.Command(dir + "/prog").CombinedOutput()
	if err != nil || !strings.Contains(string(out), "does main call processes.Main() before anything else?") {
		t.Fatalf("%v\n%s", err, out)
	}
}
