package jupyterlab

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Options says how to run JupyterLab.
type Options struct {
	Root    string   // folder it shows
	Open    string   // notebook to open, relative to Root; "" for none
	Port    int      // 0: the first free one from 8888 on
	Browser bool     // open the reader's browser
	Log     string   // file for the server's messages
	Config  string   // folder for JupyterLab's settings
	Env     []string // "NAME=value", added to the environment
}

// A Server is a running JupyterLab.
type Server struct {
	URL  string // with the token
	Root string

	cmd   *exec.Cmd
	log   string
	ended chan struct{}
	err   error // set before ended is closed
}

// ErrPort says that a port is taken.
var ErrPort = errors.New("is taken by another program: choose another with --port, or leave --port out")

const (
	firstPort = 8888
	patience  = 90 * time.Second // for the server to answer; 2 to 4 s are usual
	grace     = 10 * time.Second // for it to end its kernels
)

// Start runs JupyterLab on the loopback interface and returns when it answers.
// Cancelling ctx ends the wait, not the server: see [Server.Stop].
func Start(ctx context.Context, e Env, o Options) (*Server, error) {
	port, err := freePort(o.Port)
	if err != nil {
		return nil, err
	}
	token := make([]byte, 24)
	rand.Read(token)
	s := &Server{Root: o.Root, log: o.Log, ended: make(chan struct{})}
	key := hex.EncodeToString(token)
	base := fmt.Sprintf("http://127.0.0.1:%d", port)
	page := "/lab"
	if o.Open != "" {
		page = "/lab/tree/" + (&url.URL{Path: filepath.ToSlash(o.Open)}).EscapedPath()
	}
	s.URL = base + page + "?token=" + key
	if err := s.spawn(e, o, port, page, key); err != nil {
		return nil, err
	}
	if err := s.await(ctx, base+"/api/status?token="+key); err != nil {
		s.Stop()
		return nil, err
	}
	return s, nil
}

func (s *Server) spawn(e Env, o Options, port int, page, token string) error {
	for _, dir := range []string{filepath.Dir(o.Log), o.Config} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return fmt.Errorf("songsong's folder can't be written: %w", err)
		}
	}
	out, err := os.Create(o.Log)
	if err != nil {
		return fmt.Errorf("songsong's folder can't be written: %w", err)
	}
	defer out.Close()
	args := []string{"-I", "-m", "jupyterlab",
		"--ServerApp.ip=127.0.0.1", "--ServerApp.port=" + strconv.Itoa(port), "--ServerApp.port_retries=0",
		"--ServerApp.root_dir=" + o.Root, "--LabApp.default_url=" + page,
		"--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate", "--LabApp.news_url=None",
		"--LabApp.extension_manager=readonly", "--MultiKernelManager.default_kernel_name=songsong"}
	if !o.Browser {
		args = append(args, "--no-browser")
	}
	if os.Geteuid() == 0 {
		args = append(args, "--allow-root") // as root in a container; the server listens on loopback only
	}
	s.cmd = exec.Command(e.Python(), args...)
	s.cmd.Dir = o.Root
	s.cmd.Stdout, s.cmd.Stderr = out, out
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C reaches us alone; Stop ends it
	// Last on the PATH: %%python in a cell means the reader's Python, if there is one.
	path := os.Getenv("PATH") + string(os.PathListSeparator) + filepath.Join(e.Dir, "bin")
	s.cmd.Env = append(pythonEnv(o.Env...), "PATH="+path, "JUPYTER_TOKEN="+token,
		"JUPYTER_PREFER_ENV_PATH=1", "JUPYTER_CONFIG_DIR="+o.Config)
	if err := s.cmd.Start(); err != nil {
		return fmt.Errorf("JupyterLab can't be started: %w", err)
	}
	go func() {
		s.err = s.cmd.Wait()
		close(s.ended)
	}()
	return nil
}

// await returns when the server answers.
func (s *Server) await(ctx context.Context, status string) error {
	late := time.NewTimer(patience)
	defer late.Stop()
	for {
		if answersOK(status) {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-s.ended:
			return fmt.Errorf("JupyterLab ended at once (%v); its last words, from %s:\n%s", s.err, s.log, s.tail())
		case <-late.C:
			return fmt.Errorf("JupyterLab did not answer within %s; its last words, from %s:\n%s", patience, s.log, s.tail())
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// answersOK reports whether the server on this machine answers a GET with success.
// Package net/http would do it too, and add a third to songsong's build.
func answersOK(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	conn, err := net.DialTimeout("tcp", u.Host, 5*time.Second)
	if err != nil {
		return false
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(5 * time.Second))
	fmt.Fprintf(conn, "GET %s HTTP/1.0\r\nHost: %s\r\n\r\n", u.RequestURI(), u.Host)
	line, err := bufio.NewReader(conn).ReadString('\n')
	words := strings.Fields(line)
	return err == nil && len(words) > 1 && words[1] == "200"
}

// Ended is closed when the server has ended.
func (s *Server) Ended() <-chan struct{} { return s.ended }

// Err says why the server ended by itself, with its last words; nil after Stop
// or when the reader has shut it down from the menu.
func (s *Server) Err() error {
	select {
	case <-s.ended:
	default:
		return nil
	}
	if s.err == nil {
		return nil
	}
	return fmt.Errorf("JupyterLab ended (%v); its last words, from %s:\n%s", s.err, s.log, s.tail())
}

// Stop asks the server to end its kernels and itself, and waits; after 10 s it
// ends the whole process group.
func (s *Server) Stop() {
	s.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-s.ended:
	case <-time.After(grace):
	}
	s.Kill()
}

// Kill ends the server and what it started at once.
func (s *Server) Kill() {
	syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
	<-s.ended
}

func (s *Server) tail() string {
	b, _ := os.ReadFile(s.log)
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	if len(lines) > 8 {
		lines = lines[len(lines)-8:]
	}
	return "  " + strings.Join(lines, "\n  ")
}

// CheckPort returns ErrPort if the port is taken. Port 0 is never taken.
func CheckPort(port int) error {
	if port != 0 && !free(port) {
		return fmt.Errorf("port %d %w", port, ErrPort)
	}
	return nil
}

// freePort returns want, or the first free port from 8888 on if want is 0.
func freePort(want int) (int, error) {
	if want != 0 {
		return want, CheckPort(want)
	}
	for p := firstPort; p < firstPort+100; p++ {
		if free(p) {
			return p, nil
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("no port is free on the loopback interface: %w", err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

func free(port int) bool {
	l, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(port))
	if err != nil {
		return false
	}
	l.Close()
	return true
}
