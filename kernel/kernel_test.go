package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"songsong/kernel/internal/protocoltest"
	"songsong/kernel/internal/wire"
)

// A process is a kernel that was started as Jupyter starts it.
type process struct {
	t      *testing.T
	cmd    *exec.Cmd
	conn   wire.Connection
	stderr bytes.Buffer
	done   chan error
}

// connectionFile writes the connection of a kernel on Unix sockets.
func connectionFile(t *testing.T, mode os.FileMode) (path string, c wire.Connection) {
	t.Helper()
	dir := t.TempDir()
	c = protocoltest.Loopback()
	c.Transport, c.IP = "ipc", filepath.Join(dir, "k")
	c.ShellPort, c.ControlPort, c.StdinPort, c.IOPubPort, c.HBPort = 1, 2, 3, 4, 5
	b, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(dir, "kernel.json")
	if err := os.WriteFile(path, b, mode); err != nil {
		t.Fatal(err)
	}
	return path, c
}

// startKernel starts "songsong kernel" and waits until it listens.
func startKernel(t *testing.T, mode os.FileMode, env ...string) *process {
	t.Helper()
	file, conn := connectionFile(t, mode)
	p := &process{t: t, conn: conn, done: make(chan error, 1), cmd: exec.Command("songsong", "kernel", "-f", file)}
	p.cmd.Env = append(append(os.Environ(), "XDG_STATE_HOME="+t.TempDir()), env...)
	p.cmd.Stderr = &p.stderr
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { p.done <- p.cmd.Wait() }()
	t.Cleanup(func() { p.cmd.Process.Kill() })
	_, _, _, _, hb := conn.Endpoints() // the last that is opened
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(strings.TrimPrefix(hb, "ipc://")); err == nil {
			return p
		}
		if time.Now().After(end) {
			t.Fatalf("the kernel does not listen: %s", p.stderr.String())
		}
	}
}

// ends checks that the process ends with code.
func (p *process) ends(code int) {
	p.t.Helper()
	select {
	case <-p.done:
	case <-time.After(20 * time.Second):
		p.t.Fatal("the kernel did not end")
	}
	if got := p.cmd.ProcessState.ExitCode(); got != code {
		p.t.Errorf("the exit code is %d, want %d: %s", got, code, p.stderr.String())
	}
}

func TestKernelCalls(t *testing.T) {
	broken := filepath.Join(t.TempDir(), "kernel.json")
	os.WriteFile(broken, []byte("not JSON"), 0o600)
	for _, c := range []struct {
		code int
		says string
		args []string
	}{
		{2, "give the connection file", nil},
		{2, "give the connection file", []string{"-f", "a", "b"}},
		{2, "not defined", []string{"-x"}},
		{1, "can't read the connection file", []string{"-f", "/no/such/file"}},
		{1, "is not what Jupyter writes", []string{"-f", broken}},
		{0, "connection FILE", []string{"-h"}},
	} {
		cmd := exec.Command("songsong", append([]string{"kernel"}, c.args...)...)
		out, _ := cmd.CombinedOutput()
		if got := cmd.ProcessState.ExitCode(); got != c.code || !strings.Contains(string(out), c.says) {
			t.Errorf("songsong kernel %q: exit code %d, want %d; it said %q", c.args, got, c.code, out)
		}
	}
}

// SIGINT interrupts, message or not; it never ends the kernel. SIGTERM does.
func TestKernelSignals(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles a cell")
	}
	p := startKernel(t, 0o644)
	c := protocoltest.Dial(t, p.conn)
	p.cmd.Process.Signal(os.Interrupt) // with no cell to interrupt
	id := c.Submit("for {}")
	c.WaitFor(id, "execute_input", func(m *protocoltest.Message) bool { return m.Header.MsgType == "execute_input" })
	time.Sleep(time.Second)
	p.cmd.Process.Signal(os.Interrupt)
	if e := c.Finish(id); e.Status != "error" {
		t.Errorf("the interrupted cell is %s", e.Status)
	}
	if e := c.Execute("6 * 7"); e.Result("text/plain") != "42" {
		t.Errorf("the next cell is %s, %q", e.Status, e.Types())
	}
	p.cmd.Process.Signal(syscall.SIGTERM)
	p.ends(0)
	if n := strings.Count(p.stderr.String(), "can be read by others"); n != 1 {
		t.Errorf("the warning about the file's mode came %d times: %s", n, p.stderr.String())
	}
	if _, err := os.Stat(p.conn.IP + "-1"); err == nil {
		t.Error("a socket was left behind")
	}
}

func TestKernelShutdown(t *testing.T) {
	p := startKernel(t, 0o600)
	c := protocoltest.Dial(t, p.conn)
	if r := c.Shutdown("control", true); r.Text("status") != "ok" {
		t.Errorf("shutdown_reply is %s", r.Content)
	}
	p.ends(0)
	if p.stderr.Len() > 0 {
		t.Errorf("the kernel wrote to standard error: %s", p.stderr.String())
	}
}

// A kernel whose Jupyter has died ends by itself.
func TestKernelEndsWithParent(t *testing.T) {
	parent := exec.Command("sleep", "60")
	if err := parent.Start(); err != nil {
		t.Skip(err)
	}
	p := startKernel(t, 0o600, "JPY_PARENT_PID="+strconv.Itoa(parent.Process.Pid))
	protocoltest.Dial(t, p.conn).KernelInfo("shell")
	parent.Process.Kill()
	parent.Wait()
	p.ends(0)
}

// TestWarmCell: the first start of JupyterLab compiles what most notebooks of the folder need, and no more.
func TestWarmCell(t *testing.T) {
	cell := warmCell("../notebooks")
	for want, there := range map[string]bool{`import _ "songsong/plots"`: true, `import _ "songsong/helpers/processes/durable"`: false, "func main() {}": true} {
		if strings.Contains(cell, want) != there {
			t.Errorf("%q: %t, want %t in\n%s", want, !there, there, cell)
		}
	}
	if cell := warmCell(t.TempDir()); cell != "package main\n\nfunc main() {}" {
		t.Errorf("for a folder without notebooks: %s", cell)
	}
}
