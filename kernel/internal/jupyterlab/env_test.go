package jupyterlab

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"songsong/kernel/internal/progress"
)

// fakeUV puts a program "uv" alone on the PATH (with sh's tools). It writes an
// environment whose Python is a shell script, after running extra.
func fakeUV(t *testing.T, extra string) (calls func() int) {
	t.Helper()
	bin, log := t.TempDir(), filepath.Join(t.TempDir(), "calls")
	script := `#!/bin/sh
echo "$@" >> '` + log + `'
PATH=/usr/bin:/bin
` + extra + `
if [ "$1" = venv ]; then
	for dir; do :; done
	mkdir -p "$dir/bin"
	printf '#!/bin/sh\nexit 0\n' > "$dir/bin/python"
	chmod +x "$dir/bin/python"
fi
`
	if err := os.WriteFile(filepath.Join(bin, "uv"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin)
	t.Setenv("SONGSONG_NO_UV", "")
	t.Setenv("SONGSONG_PYTHON", "")
	return func() int {
		b, _ := os.ReadFile(log)
		return bytes.Count(b, []byte("\n"))
	}
}

func TestMakeOnce(t *testing.T) {
	calls := fakeUV(t, "")
	dir := filepath.Join(t.TempDir(), "môi trường mới", "jupyterlab")
	report := progress.New(&bytes.Buffer{})
	for range 2 {
		e, err := Make(t.Context(), dir, report)
		if err != nil {
			t.Fatal(err)
		}
		if !e.Ready() {
			t.Fatal("Make made an environment that is not ready")
		}
	}
	if n := calls(); n != 2 { // uv venv, uv pip install
		t.Errorf("uv was called %d times for two Makes, want 2", n)
	}
}

// TestMakeAgain: whatever spoils an environment, the next Make builds it anew.
func TestMakeAgain(t *testing.T) {
	spoil := map[string]func(t *testing.T, e Env) error{
		"interrupted":  func(t *testing.T, e Env) error { return os.Remove(e.marker()) },
		"another lock": func(t *testing.T, e Env) error { return os.WriteFile(e.marker(), []byte("old\n"), 0o644) },
		"Python gone":  func(t *testing.T, e Env) error { return os.Remove(e.Python()) },
		"a file in its way": func(t *testing.T, e Env) error {
			return errors.Join(os.RemoveAll(e.Dir), os.WriteFile(e.Dir, nil, 0o644))
		},
	}
	for name, how := range spoil {
		t.Run(name, func(t *testing.T) {
			calls := fakeUV(t, "")
			dir := filepath.Join(t.TempDir(), "jupyterlab")
			report := progress.New(&bytes.Buffer{})
			e, err := Make(t.Context(), dir, report)
			if err != nil {
				t.Fatal(err)
			}
			stale := filepath.Join(dir, "stale")
			os.WriteFile(stale, nil, 0o644)
			if err := how(t, e); err != nil {
				t.Fatal(err)
			}
			if e.Ready() {
				t.Fatal("the spoilt environment counts as ready")
			}
			if e, err = Make(t.Context(), dir, report); err != nil || !e.Ready() {
				t.Fatalf("Make after the spoiling: %v", err)
			}
			if _, err := os.Stat(stale); err == nil {
				t.Error("a file of the old environment is still there")
			}
			if n := calls(); n != 4 {
				t.Errorf("uv was called %d times, want 4", n)
			}
		})
	}
}

func TestMakeTwoAtOnce(t *testing.T) {
	calls := fakeUV(t, "sleep 0.3")
	dir := filepath.Join(t.TempDir(), "jupyterlab")
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			if _, err := Make(t.Context(), dir, progress.New(&bytes.Buffer{})); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := calls(); n != 2 {
		t.Errorf("uv was called %d times by three programs, want 2", n)
	}
}

func TestMakeCancelled(t *testing.T) {
	fakeUV(t, "sleep 30")
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	start := time.Now()
	e, err := Make(ctx, filepath.Join(t.TempDir(), "jupyterlab"), progress.New(&bytes.Buffer{}))
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Make ended with %v, want the context's error", err)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("Make ended after %s", took)
	}
	if e.Ready() {
		t.Error("a cancelled environment counts as ready")
	}
}

func TestMakeErrors(t *testing.T) {
	for name, test := range map[string]struct {
		says string
		want error
	}{
		"no network (uv)":  {"error: Failed to fetch: `http://127.0.0.1:1/simple/anyio/`", ErrOffline},
		"no network (dns)": {"  Caused by: dns error: failed to lookup address information", ErrOffline},
		"disk full":        {"OSError: [Errno 28] No space left on device", ErrFull},
	} {
		t.Run(name, func(t *testing.T) {
			fakeUV(t, "echo '"+strings.ReplaceAll(test.says, "'", "")+"' >&2; exit 2")
			_, err := Make(t.Context(), filepath.Join(t.TempDir(), "jupyterlab"), progress.New(&bytes.Buffer{}))
			if !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
	t.Run("another failure", func(t *testing.T) {
		fakeUV(t, "for i in 1 2 3 4 5 6 7 8 9 10; do echo line $i; done; exit 2")
		_, err := Make(t.Context(), filepath.Join(t.TempDir(), "jupyterlab"), progress.New(&bytes.Buffer{}))
		if err == nil || !strings.Contains(err.Error(), "line 10") || strings.Contains(err.Error(), "line 2\n") {
			t.Errorf("got %v, want the last 8 lines that the command printed", err)
		}
	})
}

// TestLock: every package is pinned and has hashes, and the version is a 4.6.
func TestLock(t *testing.T) {
	if !strings.HasPrefix(Version, "4.6.") {
		t.Errorf("JupyterLab %s is pinned, want 4.6", Version)
	}
	packages := pinned.FindAll(requirements, -1)
	if len(packages) < 80 {
		t.Errorf("%d packages are pinned, want all that JupyterLab needs", len(packages))
	}
	for _, block := range strings.Split(string(requirements), "\n    # via")[:len(packages)] {
		if !strings.Contains(block, "--hash=sha256:") {
			t.Errorf("no hash in %q", block)
		}
	}
}

func TestCheckPort(t *testing.T) {
	if err := CheckPort(0); err != nil {
		t.Error(err)
	}
	port, err := freePort(0)
	if err != nil {
		t.Fatal(err)
	}
	if err := CheckPort(port); err != nil {
		t.Error(err)
	}
}
