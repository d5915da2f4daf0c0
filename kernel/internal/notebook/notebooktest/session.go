// Package notebooktest holds a session for tests of what stands above
// sessions: its cells are written in a small language instead of Go.
package notebooktest

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"songsong/kernel/internal/session"
)

// A Session runs cells of one command on each line:
//
//	print TEXT, stderr TEXT    text with Go's escapes, a line each
//	raw TEXT                   the same without the end of the line
//	result TEXT                the value of the cell
//	html TEXT, svg TEXT        a display; csv TEXT and png BASE64 join the next svg
//	show ID TEXT, update ID TEXT
//	clear, clearwait
//	later TEXT                 printed by a goroutine after the cell has ended
//	input PROMPT               asks, and fails with the answer's error
//	sleep DURATION             ends early when interrupted
//	hang                       does not end when interrupted, but when closed
//	flood N                    prints N bytes
//	count                      prints a number that grows over all sessions
//	fail NAME VALUE            ends the cell with an error in this line
//
// Lines that begin with //, #, name := or name = do nothing.
type Session struct {
	mu        sync.Mutex
	stop      chan struct{} // closed by Interrupt
	closed    chan struct{}
	n         int
	after     sync.WaitGroup
	Requests  []session.Request
	WasClosed bool
}

// Open starts a session.
func Open(string) (session.Session, error) { return New(), nil }

// New starts a session.
func New() *Session { return &Session{closed: make(chan struct{})} }

var (
	counterMu sync.Mutex
	counter   int
)

func (s *Session) Execute(_ context.Context, req session.Request, out session.Sink) session.Reply {
	s.mu.Lock()
	s.Requests = append(s.Requests, req)
	s.n++
	n := s.n
	stop := make(chan struct{})
	s.stop = stop
	s.mu.Unlock()
	out.Started(n)
	c := cell{s: s, out: out, stop: stop, data: map[string]any{}}
	for i, line := range strings.Split(req.Code, "\n") {
		if err := c.line(line); err != nil {
			err.Traceback = []string{fmt.Sprintf("\x1b[31m%s\x1b[0m: %s", err.Name, err.Value), fmt.Sprintf("    cell %d, line %d", n, i+1)}
			return session.Reply{Status: "error", Count: n, Err: err}
		}
	}
	return session.Reply{Status: "ok", Count: n, Tier: "native"}
}

type cell struct {
	s    *Session
	out  session.Sink
	stop chan struct{}
	data map[string]any // joins the next figure
}

func (c *cell) line(line string) *session.Error {
	command, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
	if text, err := strconv.Unquote(`"` + rest + `"`); err == nil {
		rest = text
	}
	if command == "" || strings.HasPrefix(command, "//") || strings.HasPrefix(command, "#") || strings.HasPrefix(rest, ":= ") || strings.HasPrefix(rest, "= ") {
		return nil
	}
	id, text, _ := strings.Cut(rest, " ")
	switch command {
	case "print":
		c.out.Stream("stdout", rest+"\n")
	case "stderr":
		c.out.Stream("stderr", rest+"\n")
	case "raw":
		c.out.Stream("stdout", rest)
	case "result":
		c.out.Result(session.Bundle{Data: map[string]any{"text/plain": rest}})
	case "html":
		c.out.Display(session.Bundle{Data: map[string]any{"text/html": rest, "text/plain": "html"}})
	case "csv":
		c.data["text/csv"] = rest
	case "png":
		c.data["image/png"], _ = base64.StdEncoding.DecodeString(rest)
	case "pdf":
		c.data["application/pdf"] = []byte(rest)
	case "svg":
		c.data["image/svg+xml"], c.data["text/plain"] = rest, "a figure"
		c.out.Display(session.Bundle{Data: c.data})
		c.data = map[string]any{}
	case "show", "update":
		c.out.Display(session.Bundle{Data: map[string]any{"text/plain": text}, DisplayID: id, Update: command == "update"})
	case "clear", "clearwait":
		c.out.Clear(command == "clearwait")
	case "flood":
		n, _ := strconv.Atoi(rest)
		c.out.Stream("stdout", strings.Repeat("x", n))
	case "count":
		counterMu.Lock()
		counter++
		c.out.Stream("stdout", fmt.Sprintln(counter))
		counterMu.Unlock()
	case "fail":
		return &session.Error{Name: id, Value: text}
	default:
		return c.wait(command, rest)
	}
	return nil
}

// wait runs the commands that take time.
func (c *cell) wait(command, rest string) *session.Error {
	switch command {
	case "later":
		c.s.after.Go(func() {
			time.Sleep(time.Millisecond)
			c.out.Stream("stdout", rest+"\n")
		})
	case "input":
		if _, err := c.out.Input(context.Background(), rest, false); err != nil {
			return &session.Error{Name: "input", Value: err.Error()}
		}
	case "sleep":
		d, _ := time.ParseDuration(rest)
		select {
		case <-time.After(d):
		case <-c.stop:
			return &session.Error{Name: "interrupted", Value: "the cell was interrupted"}
		}
	case "hang":
		<-c.s.closed
		return &session.Error{Name: "executor died", Value: "closed"}
	default:
		return &session.Error{Name: "compile error", Value: "there is no command " + command}
	}
	return nil
}

func (s *Session) Interrupt() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stop != nil {
		close(s.stop)
		s.stop = nil
	}
}

func (s *Session) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.WasClosed {
		s.WasClosed = true
		close(s.closed)
	}
	return nil
}

// Wait waits for what later prints.
func (s *Session) Wait() { s.after.Wait() }

func (s *Session) Info() session.Info { return session.Info{GoVersion: "1.26.8", Tiers: "test"} }

func (s *Session) Complete(context.Context, string, int) session.Completions {
	return session.Completions{}
}

func (s *Session) Inspect(context.Context, string, int, int) (session.Bundle, bool) {
	return session.Bundle{}, false
}

func (s *Session) IsComplete(string) (status, indent string) { return "complete", "" }
func (s *Session) Restart() error                            { return errors.New("not in tests") }
