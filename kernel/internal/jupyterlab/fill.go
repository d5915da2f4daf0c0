package jupyterlab

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"

	"songsong/kernel/internal/progress"
)

func (e Env) fillWithPip(ctx context.Context, py Python, report *progress.Reporter) error {
	if err := e.step(ctx, report, "preparing Python "+py.Version, nil, py.Path, "-I", "-m", "venv", e.Dir); err != nil {
		return err
	}
	return e.install(ctx, report, e.Python(), "-I", "-m", "pip", "--no-input", "--disable-pip-version-check", "install",
		"--progress-bar", "off", "--retries", "2", "--timeout", "30", "--require-hashes", "--no-deps")
}

func (e Env) fillWithUV(ctx context.Context, uv string, report *progress.Reporter) error {
	want := fmt.Sprintf(">=3.%d", MinPython)
	if err := e.step(ctx, report, "preparing Python", nil, uv, "venv", "--no-project", "--python", want, e.Dir); err != nil {
		return err
	}
	return e.install(ctx, report, uv, "pip", "install", "--python", e.Python(), "--require-hashes", "--no-deps")
}

// install runs an installer on the lock file. pip's «Collecting» lines move the bar.
func (e Env) install(ctx context.Context, report *progress.Reporter, command ...string) error {
	file := filepath.Join(e.Dir, "requirements.txt")
	if err := os.WriteFile(file, requirements, 0o644); err != nil {
		return fmt.Errorf("the JupyterLab environment can't be written: %w", err)
	}
	size, count := len(pinned.FindAll(requirements, -1)), 0
	watch := func(s *progress.Step, line string) {
		if strings.HasPrefix(line, "Ignoring ") || strings.HasPrefix(line, "Collecting ") {
			count++
			s.Part(count, size+size/2) // putting the files in place is about a third of the work
		} else if strings.HasPrefix(line, "Installing ") {
			s.Part(size, size+size/2)
		}
	}
	name := fmt.Sprintf("installing JupyterLab %s (once, 50 MB)", Version)
	return e.step(ctx, report, name, watch, append(command, "-r", file)...)
}

// step runs a command quietly. The error has what the command's last lines say.
func (e Env) step(ctx context.Context, report *progress.Reporter, name string, watch func(*progress.Step, string), command ...string) (err error) {
	s := report.Start(name)
	defer func() { s.End(err) }()
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Env = pythonEnv("PIP_USER=0", "PIP_REQUIRE_VIRTUALENV=0", "NO_COLOR=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C reaches us alone; we end it
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	r, w := io.Pipe()
	cmd.Stdout, cmd.Stderr = w, w
	lines := make(chan []string)
	go func() { lines <- readLines(r, func(l string) { whenSet(watch, s, l) }) }()
	err = cmd.Run()
	w.Close()
	output := <-lines
	if err == nil || ctx.Err() != nil {
		return ctx.Err()
	}
	return explain(name, output, err)
}

func whenSet(watch func(*progress.Step, string), s *progress.Step, line string) {
	if watch != nil {
		watch(s, line)
	}
}

func readLines(r io.Reader, each func(string)) (all []string) {
	sc := bufio.NewScanner(r)
	sc.Buffer(nil, 1<<20)
	for sc.Scan() {
		all = append(all, sc.Text())
		each(sc.Text())
	}
	io.Copy(io.Discard, r) // a line over 1 MB must not block the writer
	return all
}

// pythonEnv is our environment without what would lead Python astray.
func pythonEnv(more ...string) []string {
	var env []string
	for _, kv := range os.Environ() {
		switch name, _, _ := strings.Cut(kv, "="); name {
		case "PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__":
		default:
			env = append(env, kv)
		}
	}
	return append(env, more...)
}

// Errors of the installation that have a remedy of their own.
var (
	ErrOffline = errors.New("the Python package index can't be reached, and the first start needs it once: connect, or set PIP_INDEX_URL (uv: UV_INDEX_URL) to a mirror you can reach, and try again")
	ErrFull    = errors.New("the disk is full: JupyterLab needs about 300 MB; free some space, or set XDG_DATA_HOME to a folder on another disk, and try again")
)

var (
	offline = regexp.MustCompile(`NewConnectionError|ConnectionError|ConnectTimeout|ReadTimeout|Max retries exceeded|connection broken|Failed to fetch|error sending request|Failed to resolve|name resolution|dns error|tcp connect error|ProxyError|timed out`)
	full    = regexp.MustCompile(`No space left on device|os error 28`)
	blank   = regexp.MustCompile(`^\s*(\[notice\].*)?$`)
)

// explain makes one sentence of a failed command, or shows its last lines.
func explain(name string, output []string, err error) error {
	text := strings.Join(output, "\n")
	switch {
	case full.MatchString(text):
		return ErrFull
	case offline.MatchString(text):
		return ErrOffline
	case strings.Contains(text, "ensurepip"):
		return ErrNoVenv
	}
	var tail []string
	for i := len(output) - 1; i >= 0 && len(tail) < 8; i-- {
		if !blank.MatchString(output[i]) {
			tail = append([]string{"  " + output[i]}, tail...)
		}
	}
	return fmt.Errorf("%s failed (%w); its last words:\n%s", name, err, strings.Join(tail, "\n"))
}
