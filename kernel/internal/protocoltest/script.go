package protocoltest

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"

	"songsong/kernel/internal/session"
)

// A Script is a session whose cells are lists of commands, one a line:
//
//	print TEXT      print a line on stdout; eprint on stderr
//	raw TEXT        print a Go-quoted string as it is
//	lines N         print "line 0" to "line N-1", a call each
//	flood N         print N bytes in lines of 100
//	value TEXT      show a result; show TEXT and update TEXT a display with id "d"
//	updates N       update the display "d" with 0 to N-1
//	picture         show a bundle of several formats
//	clear WAIT      clear the output; WAIT is true or false
//	input PROMPT    ask for a line and print it in quotes; password the same
//	sleep D         sleep for a duration, or until interrupted
//	later D N       start a goroutine that prints N lines after a duration
//	fail TEXT       end with an error
//	panic TEXT      panic, as a bug of a session would
//	page TEXT       a payload for the pager
//
// The zero value is ready.
type Script struct {
	mu        sync.Mutex
	count     int
	interrupt chan struct{}
	closed    bool
	requests  []session.Request
	wg        sync.WaitGroup
}

var _ session.Session = (*Script)(nil)

// A runner is the state of one cell.
type runner struct {
	s    *Script
	ctx  context.Context
	stop chan struct{}
	out  session.Sink
	rep  *session.Reply
}

var commands = map[string]func(r *runner, arg string) *session.Error{
	"print":  func(r *runner, a string) *session.Error { r.out.Stream("stdout", a+"\n"); return nil },
	"eprint": func(r *runner, a string) *session.Error { r.out.Stream("stderr", a+"\n"); return nil },
	"raw": func(r *runner, a string) *session.Error {
		s, _ := strconv.Unquote(a)
		r.out.Stream("stdout", s)
		return nil
	},
	"lines":    (*runner).lines,
	"flood":    (*runner).flood,
	"value":    func(r *runner, a string) *session.Error { r.out.Result(plain(a, "")); return nil },
	"show":     func(r *runner, a string) *session.Error { r.out.Display(plain(a, "d")); return nil },
	"update":   (*runner).update,
	"updates":  (*runner).updates,
	"picture":  (*runner).picture,
	"clear":    func(r *runner, a string) *session.Error { r.out.Clear(a == "true"); return nil },
	"input":    func(r *runner, a string) *session.Error { return r.input(a, false) },
	"password": func(r *runner, a string) *session.Error { return r.input(a, true) },
	"sleep":    (*runner).sleep,
	"later":    (*runner).later,
	"fail": func(r *runner, a string) *session.Error {
		return &session.Error{Name: "panic", Value: a, Traceback: []string{"\x1b[31mpanic\x1b[0m: " + a, "cell 1, line 1"}}
	},
	"panic": func(r *runner, a string) *session.Error { panic(a) },
	"page": func(r *runner, a string) *session.Error {
		r.rep.Payload = append(r.rep.Payload, map[string]any{"source": "page", "data": map[string]any{"text/plain": a}, "start": 0})
		return nil
	},
}

func plain(text, id string) session.Bundle {
	return session.Bundle{Data: map[string]any{"text/plain": text}, DisplayID: id}
}

func (r *runner) lines(a string) *session.Error {
	n, _ := strconv.Atoi(a)
	for i := range n {
		r.out.Stream("stdout", "line "+strconv.Itoa(i)+"\n")
	}
	return nil
}

func (r *runner) flood(a string) *session.Error {
	n, _ := strconv.Atoi(a)
	line := strings.Repeat("x", 99) + "\n"
	for ; n > 0; n -= len(line) {
		r.out.Stream("stdout", line[max(0, len(line)-n):])
	}
	return nil
}

func (r *runner) update(a string) *session.Error {
	b := plain(a, "d")
	b.Update = true
	r.out.Display(b)
	return nil
}

func (r *runner) updates(a string) *session.Error {
	n, _ := strconv.Atoi(a)
	for i := range n {
		r.update(strconv.Itoa(i))
	}
	return nil
}

func (r *runner) picture(string) *session.Error {
	r.out.Display(session.Bundle{
		Data: map[string]any{"image/svg+xml": []byte("<svg/>"), "image/png": []byte{0x89, 'P', 'N', 'G'},
			"application/json": map[string]any{"a": 1}, "text/plain": "a picture", "not-a-mime-type": "x"},
		Metadata: map[string]any{"image/png": map[string]any{"width": 2}},
	})
	return nil
}

func (r *runner) input(prompt string, password bool) *session.Error {
	v, err := r.out.Input(r.ctx, prompt, password)
	if err == nil {
		r.out.Stream("stdout", strconv.Quote(v)+"\n")
		return nil
	}
	if e, ok := err.(*session.Error); ok {
		return e
	}
	return &session.Error{Name: "interrupted", Value: err.Error()}
}

func (r *runner) sleep(a string) *session.Error {
	d, _ := time.ParseDuration(a)
	select {
	case <-time.After(d):
		return nil
	case <-r.stop:
	case <-r.ctx.Done():
	}
	return &session.Error{Name: "interrupted", Value: "the cell was interrupted"}
}

func (r *runner) later(a string) *session.Error {
	delay, count, _ := strings.Cut(a, " ")
	d, _ := time.ParseDuration(delay)
	r.s.wg.Go(func() {
		time.Sleep(d)
		r.lines(count)
	})
	return nil
}

// Info implements [session.Session].
func (s *Script) Info() session.Info {
	return session.Info{GoVersion: "1.26", Tiers: "script", Banner: "a script for tests"}
}

// Execute implements [session.Session].
func (s *Script) Execute(ctx context.Context, req session.Request, out session.Sink) session.Reply {
	r := s.begin(ctx, req, out)
	out.Started(r.rep.Count)
	for line := range strings.Lines(req.Code) {
		name, arg, _ := strings.Cut(strings.TrimSpace(line), " ")
		if name == "" {
			continue
		}
		run := commands[name]
		if run == nil {
			run = func(*runner, string) *session.Error {
				return &session.Error{Name: "compile error", Value: "there is no command " + name}
			}
		}
		if err := run(r, arg); err != nil {
			r.rep.Status, r.rep.Err = "error", err
			return *r.rep
		}
	}
	r.evaluate(req.UserExprs)
	return *r.rep
}

func (s *Script) begin(ctx context.Context, req session.Request, out session.Sink) *runner {
	s.mu.Lock()
	defer s.mu.Unlock()
	if req.StoreHistory {
		s.count++
	}
	s.requests = append(s.requests, req)
	s.interrupt = make(chan struct{})
	return &runner{s, ctx, s.interrupt, out, &session.Reply{Status: "ok", Count: s.count, Tier: "script"}}
}

// evaluate answers user expressions: the expression itself, or an error for "bad".
func (r *runner) evaluate(exprs map[string]string) {
	r.rep.UserExprs = map[string]session.UserExpr{}
	for name, e := range exprs {
		if e == "bad" {
			r.rep.UserExprs[name] = session.UserExpr{Err: &session.Error{Name: "compile error", Value: "undefined: bad"}}
			continue
		}
		r.rep.UserExprs[name] = session.UserExpr{Bundle: plain(e, "")}
	}
}

// Requests are the requests that were executed.
func (s *Script) Requests() []session.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]session.Request(nil), s.requests...)
}

// Interrupt implements [session.Session].
func (s *Script) Interrupt() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.interrupt != nil {
		close(s.interrupt)
		s.interrupt = nil
	}
}

// Complete proposes every command that starts with the word before the cursor.
func (s *Script) Complete(_ context.Context, code string, cursor int) session.Completions {
	word := strings.TrimLeftFunc(code[:cursor], func(r rune) bool { return !unicode.IsLetter(r) })
	if i := strings.LastIndexFunc(code[:cursor], func(r rune) bool { return r > 'z' || r < 'a' }); i >= 0 {
		word = strings.TrimLeftFunc(code[i:cursor], func(r rune) bool { return r > 'z' || r < 'a' })
	}
	c := session.Completions{Start: cursor - len(word), End: cursor}
	for _, name := range []string{"page", "panic", "password", "picture", "print"} {
		if word != "" && strings.HasPrefix(name, word) {
			c.Items = append(c.Items, session.Completion{Text: name, Kind: "keyword", Signature: name + " TEXT"})
		}
	}
	return c
}

// Inspect knows every command.
func (s *Script) Inspect(_ context.Context, code string, cursor, level int) (session.Bundle, bool) {
	name, _, _ := strings.Cut(code, " ")
	if commands[name] == nil {
		return session.Bundle{}, false
	}
	return plain(fmt.Sprintf("%s at %d, level %d", name, cursor, level), ""), true
}

// IsComplete says incomplete after a backslash, and invalid for "))".
func (s *Script) IsComplete(code string) (status, indent string) {
	switch {
	case strings.HasSuffix(code, "\\"):
		return "incomplete", "\t"
	case strings.Contains(code, "))"):
		return "invalid", ""
	}
	return "complete", ""
}

// Restart implements [session.Session].
func (s *Script) Restart() error { return nil }

// Close implements [session.Session].
func (s *Script) Close() error {
	s.Interrupt()
	s.wg.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	return nil
}
