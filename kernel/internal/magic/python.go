package magic

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

//go:embed driver.py
var driver string

// python is the Python process of a session: it keeps what cells define.
type python struct {
	cmd      *exec.Cmd
	requests *os.File
	answers  chan pythonAnswer // closed when the process has ended
	streams  [2]*marked
	ended    error // after answers is closed
}

type pythonRequest struct {
	Code  string            `json:"code"`
	Label string            `json:"label"`
	Dir   string            `json:"dir"`
	Env   map[string]string `json:"env"`
	Out   []string          `json:"out"`
	Mark  string            `json:"mark"`
}

type pythonAnswer struct {
	Shown *string `json:"shown"`
	Error *struct {
		Name      string   `json:"name"`
		Value     string   `json:"value"`
		Traceback []string `json:"traceback"`
	} `json:"error"`
}

func runPython(ctx context.Context, r *Runner, c Command) error {
	program, err := exec.LookPath("python3")
	if err != nil {
		r.Stream("stdout", "skipped: there is no python3 on this machine\n")
		return nil
	}
	out, err := pythonOut(c)
	if err != nil {
		return err
	}
	p, err := r.startedPython(program)
	if err != nil {
		return &Error{Name: "command failed", Value: "python3 can't be started: " + err.Error()}
	}
	// Blank lines keep the line numbers those of the cell.
	req := pythonRequest{Code: strings.Repeat("\n", c.Line) + c.Body, Label: r.Label(), Dir: r.Dir(), Env: map[string]string{}, Out: out}
	for _, kv := range r.Env() {
		k, v, _ := strings.Cut(kv, "=")
		req.Env[k] = v
	}
	a, err := p.run(ctx, r.Host, req)
	if err != nil {
		r.endPython()
		if ctx.Err() != nil {
			r.Stream("stderr", fmt.Sprintf("notice: Python did not stop within %v and was ended; its variables are gone\n", grace))
			return ctx.Err()
		}
		return &Error{Name: "Python ended", Value: fmt.Sprintf("the Python process ended: %v; its variables are gone, the next %%%%python starts a new one", err)}
	}
	if a.Error != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return &Error{Name: a.Error.Name, Value: a.Error.Value, Traceback: a.Error.Traceback}
	}
	if a.Shown != nil {
		r.Stream("stdout", *a.Shown+"\n")
	}
	return nil
}

// pythonOut reads --out a,b.
func pythonOut(c Command) (names []string, err error) {
	names = []string{}
	words := strings.Fields(c.Args)
	for i := 0; i < len(words); i++ {
		list, ok := strings.CutPrefix(words[i], "--out=")
		if words[i] == "--out" && i+1 < len(words) {
			i++
			list, ok = words[i], true
		}
		if !ok {
			return nil, usage(c)
		}
		names = append(names, strings.FieldsFunc(list, func(r rune) bool { return r == ',' })...)
	}
	return names, nil
}

func startPython(program, dir string, env []string) (*python, error) {
	var ends []*os.File // ours and theirs, in turns
	for range 4 {
		r, w, err := os.Pipe()
		if err != nil {
			return nil, err
		}
		ends = append(ends, r, w)
	}
	p := &python{answers: make(chan pythonAnswer, 1), requests: ends[1]}
	p.cmd = exec.Command(program, "-u", "-c", driver)
	p.cmd.Dir = dir
	p.cmd.Env = append(append(os.Environ(), "PYTHONIOENCODING=utf-8", "MPLBACKEND=agg"), env...)
	p.cmd.ExtraFiles = []*os.File{ends[0], ends[3]}
	p.cmd.Stdout, p.cmd.Stderr = ends[5], ends[7]
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	err := p.cmd.Start()
	for _, f := range []*os.File{ends[0], ends[3], ends[5], ends[7]} {
		f.Close()
	}
	if err != nil {
		for _, f := range []*os.File{ends[1], ends[2], ends[4], ends[6]} {
			f.Close()
		}
		return nil, err
	}
	p.streams = [2]*marked{newMarked("stdout", ends[4]), newMarked("stderr", ends[6])}
	dead := make(chan struct{})
	go func() {
		p.ended = p.cmd.Wait()
		p.kill() // children may hold the pipes
		close(dead)
	}()
	go p.hear(ends[2], dead)
	return p, nil
}

// hear reads answers until the process ends.
func (p *python) hear(answers *os.File, dead <-chan struct{}) {
	defer answers.Close()
	for r := bufio.NewReader(answers); ; {
		line, err := r.ReadBytes('\n')
		if err != nil {
			break
		}
		var a pythonAnswer
		if json.Unmarshal(line, &a) == nil {
			select {
			case p.answers <- a:
			default: // nobody asked
			}
		}
	}
	<-dead
	if p.ended == nil {
		p.ended = fmt.Errorf("it exited by itself")
	}
	close(p.answers)
}

// run runs one cell. An error says that the process is lost.
func (p *python) run(ctx context.Context, h Host, req pythonRequest) (pythonAnswer, error) {
	req.Mark = "\x00" + rand.Text() + "\x00"
	for _, s := range p.streams {
		s.expect(req.Mark, h)
	}
	line, err := json.Marshal(req)
	if err != nil {
		return pythonAnswer{}, err
	}
	if _, err := p.requests.Write(append(line, '\n')); err != nil {
		p.kill()
		return pythonAnswer{}, err
	}
	ended := watch(ctx, p.cmd.Process.Pid)
	a, ok := <-p.answers
	ended()
	for _, s := range p.streams {
		s.wait()
	}
	if !ok {
		return a, p.ended
	}
	return a, nil
}

func (p *python) kill() { syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL) }

// startedPython returns the session's Python process and starts it if need be.
func (r *Runner) startedPython(program string) (*python, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.python == nil {
		p, err := startPython(program, r.Dir(), append(r.Env(), "SONGSONG_DATA="+r.DataDir()))
		if err != nil {
			return nil, err
		}
		r.python = p
	}
	return r.python, nil
}

// endPython ends the Python process, if there is one.
func (r *Runner) endPython() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if p := r.python; p != nil {
		p.kill()
		p.requests.Close()
		r.python = nil
	}
}

// marked reads what a process prints; a mark in it says that a cell's part has ended.
type marked struct {
	name string
	mu   sync.Mutex
	mark []byte
	host Host          // of the cell that ran last
	seen chan struct{} // closed when the mark was read
	end  chan struct{} // closed at the end of the file
	held []byte        // what may be the beginning of the mark or of a letter
}

func newMarked(name string, f *os.File) *marked {
	m := &marked{name: name, end: make(chan struct{})}
	go func() {
		defer close(m.end)
		defer f.Close()
		buf := make([]byte, 64<<10)
		for {
			n, err := f.Read(buf)
			m.hear(buf[:n])
			if err != nil {
				return
			}
		}
	}()
	return m
}

// expect says what mark comes next and which cell the text before it belongs to.
func (m *marked) expect(mark string, h Host) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mark, m.host, m.seen = []byte(mark), h, make(chan struct{})
}

func (m *marked) hear(p []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := append(m.held, p...)
	m.held = nil
	if i := bytes.Index(all, m.mark); i >= 0 && len(m.mark) > 0 {
		m.say(all[:i])
		all, m.mark = all[i+len(m.mark):], nil
		close(m.seen)
	}
	n := whole(all)
	if i := bytes.LastIndexByte(all, 0); i >= 0 && len(m.mark) > 0 && bytes.HasPrefix(m.mark, all[i:]) {
		n = min(n, i)
	}
	m.say(all[:n])
	m.held = append(m.held, all[n:]...)
}

func (m *marked) say(p []byte) {
	if len(p) > 0 && m.host != nil {
		m.host.Stream(m.name, string(p))
	}
}

// wait returns when all that the cell has printed was handed on.
func (m *marked) wait() {
	select {
	case <-m.seen:
	case <-m.end:
	case <-time.After(time.Second): // the cell closed the file, or a child holds it
	}
}
