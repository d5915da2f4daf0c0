package magic

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// grace is how long an interrupted program has to end before it is killed.
const grace = 2 * time.Second

var childCommands = []*Spec{
	{Name: "!", Args: "command", Help: "runs a shell command; its output streams under the cell", Run: shellLine},
	{Name: "!*", Args: "command", Help: "runs a shell command in the folder of the session's module", Run: moduleLine},
	{Name: "$", Args: "command", Help: "runs a shell command, as gophernotes writes it", Run: shellLine},
	{Name: "python", Args: "[--out a,b]", Takes: Text, Run: runPython,
		Help: "runs the rest of the cell in Python, one process per session; --out hands variables to Go (python.FromPython)"},
	{Name: "bash", Args: "[arguments]", Takes: Text, Help: "runs the rest of the cell in bash", Run: runScript},
	{Name: "sh", Args: "[arguments]", Takes: Text, Help: "runs the rest of the cell in sh", Run: runScript},
	{Name: "script", Args: "program [arguments]", Takes: Text, Help: "gives the rest of the cell to a program as its standard input", Run: runProgram},
}

func shellLine(ctx context.Context, r *Runner, c Command) error {
	if c.Args == "" {
		return usage(c)
	}
	return r.child(ctx, c.Args, r.Dir(), nil, "", shell(), "-c", c.Args)
}

func moduleLine(ctx context.Context, r *Runner, c Command) error {
	if c.Args == "" {
		return usage(c)
	}
	dir, err := r.Module(ctx)
	if err != nil {
		return err
	}
	env := moduleEnv
	if strings.Contains(c.Args, "go work") {
		env = nil
	}
	if err := r.child(ctx, c.Args, dir, env, "", shell(), "-c", c.Args); err != nil {
		return err
	}
	return r.Reload(ctx)
}

// moduleEnv makes go commands work on the session's module alone.
var moduleEnv = []string{"GOWORK=off", "GOFLAGS=-mod=mod"}

// shell is bash or, where there is none, sh.
func shell() string {
	if p, err := exec.LookPath("bash"); err == nil {
		return p
	}
	return "/bin/sh"
}

// longScript is the size from which a script is given as standard input, since
// Linux limits one argument to 128 KiB.
const longScript = 100 << 10

func runScript(ctx context.Context, r *Runner, c Command) error {
	program := c.Name
	if _, err := exec.LookPath(program); err != nil {
		r.Stream("stdout", fmt.Sprintf("skipped: there is no %s on this machine\n", program))
		return nil
	}
	args := strings.Fields(c.Args)
	body := strings.Repeat("\n", c.Line) + c.Body // so that errors name the cell's lines
	if len(body) > longScript {
		return r.child(ctx, program, r.Dir(), nil, body, program, append([]string{"-s"}, args...)...)
	}
	return r.child(ctx, program, r.Dir(), nil, "", program, append([]string{"-c", body, "cell"}, args...)...)
}

func runProgram(ctx context.Context, r *Runner, c Command) error {
	args := strings.Fields(c.Args)
	if len(args) == 0 {
		return usage(c)
	}
	if _, err := exec.LookPath(args[0]); err != nil {
		return &Error{Name: "command failed", Value: fmt.Sprintf("there is no program %s on this machine", args[0])}
	}
	return r.child(ctx, args[0], r.Dir(), nil, c.Body, args[0], args[1:]...)
}

func usage(c Command) error {
	return &Error{Name: "usage", Value: "write it as: " + c.Spec.written()}
}

// child runs a program in a process group of its own and streams its output.
// what is what errors call it. When ctx ends it is interrupted, then killed.
func (r *Runner) child(ctx context.Context, what, dir string, env []string, stdin, program string, args ...string) error {
	cmd := exec.Command(program, args...)
	cmd.Dir = dir
	cmd.Env = append(append(os.Environ(), append(r.Env(), "SONGSONG_DATA="+r.DataDir(), "GONB_DIR="+r.Dir())...), env...)
	if strings.Contains(strings.Join(args, " "), "GONB_TMP_DIR") { // else a command need not wait for the module
		if module, err := r.Module(ctx); err == nil {
			cmd.Env = append(cmd.Env, "GONB_TMP_DIR="+module)
		}
	}
	if stdin != "" {
		cmd.Stdin = strings.NewReader(stdin)
	}
	var input io.WriteCloser
	if asks := r.asks && stdin == ""; asks {
		var err error
		if input, err = cmd.StdinPipe(); err != nil {
			return err
		}
	}
	hidden := r.hidden
	r.asks, r.hidden = false, false
	out, errs := newText(r.Host, "stdout"), newText(r.Host, "stderr")
	cmd.Stdout, cmd.Stderr = out, errs
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.WaitDelay = grace
	if err := cmd.Start(); err != nil {
		return &Error{Name: "command failed", Value: fmt.Sprintf("%s can't be started: %v", what, err)}
	}
	group := cmd.Process.Pid
	r.setGroup(group)
	defer r.setGroup(0)
	ended := watch(ctx, group)
	if input != nil {
		done := make(chan struct{})
		defer close(done)
		go r.feed(input, group, hidden, done)
	}
	err := cmd.Wait()
	ended()
	out.flush()
	errs.flush()
	switch {
	case ctx.Err() != nil:
		syscall.Kill(-group, syscall.SIGKILL)
		return ctx.Err()
	case errors.Is(err, exec.ErrWaitDelay):
		r.mu.Lock()
		r.groups = append(r.groups, group)
		r.mu.Unlock()
		r.Stream("stderr", fmt.Sprintf("notice: a program that %s started goes on (process group %d); what it prints from now on is lost\n", firstWord(what), group))
		return nil
	case err != nil:
		return &Error{Name: "command failed", Value: fmt.Sprintf("%s: %v", firstLine(what), err)}
	}
	return nil
}

// watch interrupts a process group when ctx ends, and kills it if it goes on for
// the grace period. The caller calls ended when there is nothing more to stop:
// after that no signal is sent, so none can reach what runs next.
func watch(ctx context.Context, group int) (ended func()) {
	done, signalled := make(chan struct{}), make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(signalled)
		syscall.Kill(-group, syscall.SIGINT)
		select {
		case <-done:
		case <-time.After(grace):
			syscall.Kill(-group, syscall.SIGKILL)
		}
	})
	return func() {
		close(done)
		if !stop() {
			<-signalled
		}
	}
}

// Close ends what the commands left running.
func (r *Runner) Close() {
	r.endPython()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, g := range r.groups {
		syscall.Kill(-g, syscall.SIGKILL)
	}
	r.groups = nil
}

func firstLine(s string) string {
	line, _, more := strings.Cut(s, "\n")
	if more {
		line += " …"
	}
	return line
}

func firstWord(s string) string { return filepath.Base(strings.Fields(s + " ?")[0]) }

// A text hands bytes on as text: letters that are split between two writes stay whole.
type text struct {
	host Host
	name string
	part []byte // the beginning of a letter
}

var _ io.Writer = (*text)(nil)

func newText(h Host, name string) *text { return &text{host: h, name: name} }

func (t *text) Write(p []byte) (int, error) {
	all := append(t.part, p...)
	n := whole(all)
	t.part = append([]byte(nil), all[n:]...)
	if n > 0 {
		t.host.Stream(t.name, string(all[:n]))
	}
	return len(p), nil
}

func (t *text) flush() {
	if len(t.part) > 0 {
		t.host.Stream(t.name, string(t.part))
		t.part = nil
	}
}
