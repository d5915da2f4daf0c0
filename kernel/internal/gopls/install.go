package gopls

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// ErrBusy is what Install returns while another process installs.
var ErrBusy = errors.New("gopls is being installed by another songsong")

// Install builds [Version] of gopls from the module proxy into songsong's data
// folder: about a minute and 45 MB, and some 200 MB of Go's build cache. In the
// background it takes one core, and that only while nothing else wants it.
func Install(ctx context.Context, gocmd string, background bool) (path string, err error) {
	path, err = ownPath()
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return "", fmt.Errorf("songsong's folder can't be made: %w", err)
	}
	release, err := lock(path + ".lock")
	if err != nil {
		return "", err
	}
	defer release()
	tmp, err := os.MkdirTemp(filepath.Dir(path), "build-") // beside the target: a rename must not cross file systems
	if err != nil {
		return "", fmt.Errorf("songsong's folder can't be written: %w", err)
	}
	defer os.RemoveAll(tmp)
	if err := build(ctx, gocmd, tmp, background); err != nil {
		os.WriteFile(path+".failed", []byte(err.Error()+"\n"), 0o644)
		return "", err
	}
	os.Remove(path + ".failed")
	return path, os.Rename(filepath.Join(tmp, "gopls"), path)
}

func build(ctx context.Context, gocmd, bin string, background bool) error {
	args := []string{gocmd, "install"}
	if background {
		args = append(args, "-p=1")
		if nice, err := exec.LookPath("nice"); err == nil {
			args = append([]string{nice, "-n", "19"}, args...)
		}
	}
	args = append(args, modulePath+"@"+Version)
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Dir = bin
	cmd.Env = append(os.Environ(), "GOBIN="+bin, "GOWORK=off", "GOFLAGS=-buildvcs=false", "GOTOOLCHAIN=local", "CGO_ENABLED=0")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	var errs bytes.Buffer
	cmd.Stderr = &errs
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		lines := strings.Split(strings.TrimSpace(errs.String()), "\n")
		return fmt.Errorf("gopls %s can't be installed: %s", Version, lines[len(lines)-1])
	}
	return nil
}

// lock takes the lock file at path, or returns ErrBusy.
func lock(path string) (release func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("songsong's folder can't be written: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return nil, ErrBusy
	}
	return func() { f.Close() }, nil
}

// again is how long a failed installation is not tried again by itself.
const again = 24 * time.Hour

// LastFailure says why the last installation failed, "" if it did not, and when
// that was.
func LastFailure() (why string, when time.Time) {
	path, err := ownPath()
	if err != nil {
		return "", when
	}
	text, err := os.ReadFile(path + ".failed")
	st, statErr := os.Stat(path + ".failed")
	if err != nil || statErr != nil {
		return "", when
	}
	return strings.TrimSpace(string(text)), st.ModTime()
}

// program finds gopls, or installs it if the server may: only once the reader has
// gone on for a while, and once a day.
func (s *Server) program() (string, error) {
	path, err := s.find(s.cfg.GoVersion)
	if !errors.Is(err, ErrMissing) || !s.cfg.Install || os.Getenv(Switch) == "found" {
		return path, err
	}
	if why, when := LastFailure(); time.Since(when) < again {
		return "", errors.New(why)
	}
	select {
	case <-time.After(calm):
	case <-s.ctx.Done():
		return "", s.ctx.Err()
	}
	s.cfg.Log("installing gopls %s in the background, for completion and documentation (%s=off switches it off)", Version, Switch)
	if _, err := Install(s.ctx, s.cfg.Go, true); err != nil {
		return "", err
	}
	return s.find(s.cfg.GoVersion)
}

// calm is how long after the first question the installation begins.
const calm = 20 * time.Second
