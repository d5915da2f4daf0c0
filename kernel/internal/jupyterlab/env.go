package jupyterlab

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"songsong/kernel/internal/progress"
)

// An Env is the private environment.
type Env struct{ Dir string }

// Python returns the environment's interpreter.
func (e Env) Python() string { return filepath.Join(e.Dir, "bin", "python") }

// marker is the file written last: without it the environment is half made.
func (e Env) marker() string { return filepath.Join(e.Dir, "songsong-lock") }

// Ready reports whether the environment is whole, of this program's lock, and
// its Python still there.
func (e Env) Ready() bool {
	b, err := os.ReadFile(e.marker())
	if err != nil || strings.TrimSpace(string(b)) != lockID() {
		return false
	}
	return exec.Command(e.Python(), "-I", "-c", "").Run() == nil
}

// Make returns the environment in dir, made first if it is missing, half made,
// of another lock, or has lost its Python. An interrupted Make is simply called
// again: what pip or uv has downloaded is kept in their caches. Two programs may
// call it at once; the second waits.
func Make(ctx context.Context, dir string, report *progress.Reporter) (Env, error) {
	e := Env{Dir: dir}
	if e.Ready() {
		return e, nil
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return e, fmt.Errorf("the folder for JupyterLab can't be made: %w", err)
	}
	unlock, err := lock(ctx, dir+".lock", report)
	if err != nil {
		return e, err
	}
	defer unlock()
	if e.Ready() { // another program made it while we waited
		return e, nil
	}
	if err := os.RemoveAll(dir); err != nil {
		return e, fmt.Errorf("the old JupyterLab environment can't be removed: %w", err)
	}
	if err := e.fill(ctx, report); err != nil {
		return e, err
	}
	if err := e.configure(); err != nil {
		return e, fmt.Errorf("the JupyterLab environment can't be written: %w", err)
	}
	return e, os.WriteFile(e.marker(), []byte(lockID()+"\n"), 0o644)
}

// fill installs the packages by uv if it is there and works, else by venv and pip.
func (e Env) fill(ctx context.Context, report *progress.Reporter) error {
	var uvErr error
	if uv, err := exec.LookPath("uv"); err == nil && os.Getenv("SONGSONG_NO_UV") == "" {
		if uvErr = e.fillWithUV(ctx, uv, report); uvErr == nil || ctx.Err() != nil {
			return uvErr
		}
		os.RemoveAll(e.Dir)
	}
	py, err := FindPython(ctx)
	if err != nil {
		if uvErr != nil {
			return uvErr
		}
		return err
	}
	return e.fillWithPip(ctx, py, report)
}

// configure turns off what would ask the network about news and updates.
func (e Env) configure() error {
	dir := filepath.Join(e.Dir, "share", "jupyter", "lab", "settings")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	const settings = `{
  "@jupyterlab/apputils-extension:notification": {
    "checkForUpdates": false,
    "doNotDisturbMode": false,
    "fetchNews": "false"
  }
}
`
	return os.WriteFile(filepath.Join(dir, "overrides.json"), []byte(settings), 0o644)
}

// lock takes the file lock, and says so if it has to wait.
func lock(ctx context.Context, path string, report *progress.Reporter) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("the folder for JupyterLab can't be written: %w", err)
	}
	var waiting *progress.Step
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == unix.EWOULDBLOCK {
			err = ctx.Err()
			if err == nil {
				if waiting == nil {
					waiting = report.Start("waiting for another songsong that is installing JupyterLab")
				}
				time.Sleep(200 * time.Millisecond)
				continue
			}
		}
		if waiting != nil {
			waiting.End(err)
		}
		if err != nil {
			f.Close()
			return nil, err
		}
		return func() { f.Close() }, nil
	}
}
