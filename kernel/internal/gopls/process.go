package gopls

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/sourcegraph/jsonrpc2"
)

// A process is one running gopls.
type process struct {
	cmd  *exec.Cmd
	conn *jsonrpc2.Conn
	dir  string
	gone chan struct{} // closed when the process has ended and was waited for

	pending atomic.Int32 // questions without an answer so far
	mu      sync.Mutex   // guards open and version, and the order of messages
	open    map[string]string
	version int
}

// memory is what gopls' garbage collector keeps to, if it can. Asked about cells
// that import plots and processes it holds 150 to 300 MB.
const memory = "768MiB"

// startProcess starts the program at path for the package in dir.
func startProcess(ctx context.Context, path, dir string, env []string) (*process, error) {
	p := &process{dir: dir, gone: make(chan struct{}), open: map[string]string{}}
	p.cmd = exec.Command(path, "serve")
	p.cmd.Dir = dir
	cores := max(runtime.NumCPU()/2, 1) // the others are for cells
	p.cmd.Env = append(append(os.Environ(), env...), "GOMEMLIMIT="+memory, fmt.Sprintf("GOMAXPROCS=%d", cores))
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // it ends with its standard input
	in, err := p.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("gopls can't be started: %w", err)
	}
	p.conn = jsonrpc2.NewConn(ctx, jsonrpc2.NewBufferedStream(pipes{out, in}, jsonrpc2.VSCodeObjectCodec{}), handler{})
	go func() {
		<-p.conn.DisconnectNotify()
		p.kill()
		p.cmd.Wait()
		close(p.gone)
	}()
	return p, nil
}

// kill ends the process and the go commands it runs. It does not wait.
func (p *process) kill() { syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL) }

type pipes struct {
	io.ReadCloser
	in io.WriteCloser
}

func (p pipes) Write(b []byte) (int, error) { return p.in.Write(b) }
func (p pipes) Close() error                { return errors.Join(p.in.Close(), p.ReadCloser.Close()) }

// A handler answers what gopls asks of its client: nothing here matters to us.
type handler struct{}

func (handler) Handle(ctx context.Context, c *jsonrpc2.Conn, r *jsonrpc2.Request) {
	if r.Notif {
		return
	}
	go c.Reply(ctx, r.ID, nil) // not in the goroutine that reads
}

// ended reports whether the process is gone, or about to be.
func (p *process) ended() bool {
	select {
	case <-p.conn.DisconnectNotify():
		return true
	default:
		return false
	}
}

// initialize greets gopls; it loads the package then, in the background.
func (p *process) initialize(ctx context.Context) error {
	var ignored json.RawMessage
	if err := p.conn.Call(ctx, "initialize", initializeParams(fileURI(p.dir), os.Getpid()), &ignored); err != nil {
		return fmt.Errorf("gopls does not answer: %w", err)
	}
	return p.conn.Notify(ctx, "initialized", struct{}{})
}

// call tells gopls what has changed in the files and asks.
func (p *process) call(ctx context.Context, q Question, method string, result any) error {
	p.pending.Add(1)
	defer p.pending.Add(-1)
	wait, err := p.dispatch(ctx, q, method)
	if err != nil {
		return err
	}
	return wait.Wait(ctx, result)
}

func (p *process) dispatch(ctx context.Context, q Question, method string) (jsonrpc2.Waiter, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for name, text := range q.Files {
		if err := p.send(ctx, name, text); err != nil {
			return jsonrpc2.Waiter{}, err
		}
	}
	at := placeParams{document{URI: p.uri(q.File)}, positionOf(q.Files[q.File], q.Offset)}
	return p.conn.DispatchCall(ctx, method, at)
}

// send opens or changes a file, if need be.
func (p *process) send(ctx context.Context, name, text string) error {
	old, isOpen := p.open[name]
	if isOpen && old == text {
		return nil
	}
	p.version++
	p.open[name] = text
	if !isOpen {
		return p.conn.Notify(ctx, "textDocument/didOpen", openParams{document{p.uri(name), "go", p.version, text}})
	}
	return p.conn.Notify(ctx, "textDocument/didChange", changeParams{document{URI: p.uri(name), Version: p.version}, []change{{text}}})
}

func (p *process) uri(name string) string { return fileURI(filepath.Join(p.dir, name)) }

// writeFiles puts files into dir, so that gopls finds the package when it starts.
func writeFiles(dir string, files map[string]string) error {
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// hung is how long the answer to one question may take before the process counts
// as hung. Loading a package that was never compiled may take long.
const hung = 60 * time.Second
