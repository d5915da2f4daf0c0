package gopls

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"go.uber.org/goleak"
)

func question(offset int) Question {
	const text = "package main\n\nimport \"fmt\"\n\nfunc main() { x := \"chào 😀\"; fmt.Prntln(x) }\n"
	return Question{Files: map[string]string{"main.go": text}, File: "main.go", Offset: offset}
}

// afterPrntln is just behind the name that is asked about.
const afterPrntln = len("package main\n\nimport \"fmt\"\n\nfunc main() { x := \"chào 😀\"; fmt.Prntln")

func newServer(t *testing.T) *Server {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module m\n\ngo 1.26\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	s := NewServer(Config{Dir: dir, Go: filepath.Join(runtime.GOROOT(), "bin", "go"), GoVersion: runtime.Version(), Log: t.Logf})
	t.Cleanup(func() { goleak.VerifyNone(t) })
	t.Cleanup(s.Close)
	return s
}

func warm(t *testing.T, s *Server) {
	t.Helper()
	for start := time.Now(); time.Since(start) < 90*time.Second; time.Sleep(50 * time.Millisecond) {
		if _, err := s.Complete(t.Context(), question(afterPrntln)); err == nil {
			return
		}
	}
	t.Fatal("gopls is not ready within 90 s")
}

func TestServer(t *testing.T) {
	if _, err := Find(runtime.Version()); err != nil {
		if os.Getenv("SONGSONG_CI") != "" {
			t.Fatalf("CI must have gopls: %v", err)
		}
		t.Skipf("skipped: %v", err)
	}
	s := newServer(t)
	start := time.Now()
	if _, err := s.Complete(t.Context(), question(afterPrntln)); !errors.Is(err, ErrNotReady) || time.Since(start) > time.Second {
		t.Errorf("the first question gets %v after %v; want ErrNotReady at once", err, time.Since(start))
	}
	warm(t, s)
	items, err := s.Complete(t.Context(), question(afterPrntln))
	i := slices.IndexFunc(items, func(i Item) bool { return i.Text == "Println" })
	if err != nil || i < 0 {
		t.Fatalf("no Println, %v: %v", err, items)
	}
	if got := items[i]; got.Kind != "function" || got.Start != afterPrntln-len("Prntln") || got.End != afterPrntln {
		t.Errorf("Println is %+v", got)
	}
	s.mu.Lock()
	p := s.p
	s.mu.Unlock()
	p.kill()
	<-p.gone
	if err := syscall.Kill(-p.cmd.Process.Pid, 0); err == nil {
		t.Error("the process is still there")
	}
	warm(t, s) // another
	if hover, err := s.Hover(t.Context(), question(afterPrntln-8)); err != nil || hover == "" {
		t.Errorf("after the process was killed: %q, %v", hover, err)
	}
}

// TestServerWithBadPrograms holds that a gopls which ends or never answers costs
// the reader nothing.
func TestServerWithBadPrograms(t *testing.T) {
	for _, body := range []string{"exit 1", "sleep 100", "cat /dev/zero", "echo hello"} {
		s := newServer(t)
		bad := filepath.Join(t.TempDir(), "gopls")
		if err := os.WriteFile(bad, []byte("#!/bin/sh\n"+body+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		s.find = func(string) (string, error) { return bad, nil }
		start := time.Now()
		for range 20 {
			if _, err := s.Complete(t.Context(), question(afterPrntln)); !errors.Is(err, ErrNotReady) {
				t.Errorf("%s: %v", body, err)
			}
			time.Sleep(5 * time.Millisecond)
		}
		if took := time.Since(start); took > 2*time.Second {
			t.Errorf("%s: 20 questions took %v", body, took)
		}
		s.Close()
	}
}

func TestFindRefuses(t *testing.T) {
	t.Setenv("XDG_DATA_HOME", t.TempDir())
	t.Setenv(Switch, "")
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	if _, err := Find("go1.26.0"); !errors.Is(err, ErrMissing) {
		t.Errorf("on an empty PATH: %v", err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, filepath.Join(dir, "gopls")); err != nil {
		t.Fatal(err)
	}
	if _, err := Find("go1.26.0"); !errors.Is(err, ErrMissing) {
		t.Errorf("another program under that name: %v", err)
	}
	t.Setenv(Switch, "off")
	if _, err := Find("go1.26.0"); !errors.Is(err, ErrOff) {
		t.Errorf("switched off: %v", err)
	}
}

func FuzzPositions(f *testing.F) {
	for _, s := range []string{"", "a", "a\nb", "😀x\n\nđ", "\r\n", "\xff\n"} {
		f.Add(s, len(s))
	}
	f.Fuzz(func(t *testing.T, text string, offset int) {
		if offset < 0 || offset > len(text) || !utf8.ValidString(text) || offset < len(text) && !utf8.RuneStart(text[offset]) {
			positionOf(text, offset)
			return
		}
		if got := offsetOf(text, positionOf(text, offset)); got != offset {
			t.Errorf("%q: %d becomes %+v becomes %d", text, offset, positionOf(text, offset), got)
		}
	})
}
