package executor

import (
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// rawPipe reads file 1 or 2 of the executor.
type rawPipe struct {
	name string
	r, w *os.File
	hear func(name string, text []byte)
	mu   sync.Mutex // held while reading and handing on
	done chan struct{}
}

func newRawPipe(name string, hear func(string, []byte)) (*rawPipe, error) {
	r, w, err := os.Pipe()
	return &rawPipe{name: name, r: r, w: w, hear: hear, done: make(chan struct{})}, err
}

func (p *rawPipe) read() {
	defer close(p.done)
	defer p.r.Close()
	c, err := p.r.SyscallConn()
	if err != nil {
		return
	}
	buf := make([]byte, 1<<16)
	for {
		var n int
		var end error
		err := c.Read(func(fd uintptr) bool {
			p.mu.Lock() // so that drain sees text either in the pipe or handed on
			defer p.mu.Unlock()
			n, end = syscall.Read(int(fd), buf)
			if end == syscall.EAGAIN {
				return false
			}
			if n > 0 {
				p.hear(p.name, buf[:n])
			}
			return true
		})
		if err != nil || end == nil && n == 0 || end != nil && end != syscall.EINTR {
			return
		}
	}
}

// drain returns when what the executor has written so far was handed on.
func (p *rawPipe) drain() {
	for range 1000 {
		if n := pending(p.r); n == 0 {
			break
		}
		runtime.Gosched()
		time.Sleep(100 * time.Microsecond)
	}
	p.mu.Lock() // the last read was handed on
	defer p.mu.Unlock()
}

// finish waits for the end of the pipe, not for ever: a child of the executor may hold it.
func (p *rawPipe) finish() {
	select {
	case <-p.done:
	case <-time.After(300 * time.Millisecond):
		p.r.SetReadDeadline(time.Now())
		<-p.done
	}
}

// startOnLongThread starts cmd from a thread that lives as long as the kernel:
// Linux sends Pdeathsig when the parent's thread ends, not its process.
func startOnLongThread(cmd *exec.Cmd) error {
	started := make(chan error)
	starts.Do(func() {
		go func() {
			runtime.LockOSThread()
			for f := range startQueue {
				f()
			}
		}()
	})
	startQueue <- func() { started <- cmd.Start() }
	return <-started
}

var (
	starts     sync.Once
	startQueue = make(chan func())
)
