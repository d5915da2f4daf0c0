package jupyter

import (
	"context"
	"sync"
	"time"

	"songsong/kernel/internal/session"
	"songsong/kernel/internal/wire"
)

// stdinTime is how long a front end that has just connected may take to open
// its stdin channel.
const stdinTime = 2 * time.Second

// stdin asks front ends for input, one question at a time.
type stdin struct {
	ch  *wire.Channel
	log func(format string, args ...any)

	turn sync.Mutex // held from question to answer

	mu      sync.Mutex
	pending *question
}

// A question waits for the input_reply of one client.
type question struct {
	client string // its identity
	id     string // msg_id of the input_request
	answer chan string
	stop   chan struct{} // closed by an interrupt
}

func newStdin(ch *wire.Channel, log func(string, ...any)) *stdin { return &stdin{ch: ch, log: log} }

type inputRequest struct {
	Prompt   string `json:"prompt"`
	Password bool   `json:"password"`
}

type inputReply struct {
	Value string `json:"value"`
}

// ask sends an input_request to the client that sent cell and waits for its
// answer, until ctx ends or the cell is interrupted.
func (s *stdin) ask(ctx context.Context, cell *wire.Message, prompt string, password bool) (string, error) {
	s.turn.Lock()
	defer s.turn.Unlock()
	if !s.connected(ctx, cell) {
		return "", &session.Error{Name: "StdinNotImplemented", Value: "the front end that ran this cell has no stdin channel"}
	}
	q := &question{client: client(cell), answer: make(chan string, 1), stop: make(chan struct{})}
	s.mu.Lock()
	id, err := s.ch.Send(cell, "input_request", inputRequest{prompt, password}, nil)
	q.id, s.pending = id, q
	s.mu.Unlock()
	defer s.forget(q)
	if err != nil {
		return "", &session.Error{Name: "StdinNotAvailable", Value: "the front end could not be asked for input: " + err.Error()}
	}
	select {
	case v := <-q.answer:
		return v, nil
	case <-q.stop:
		return "", &session.Error{Name: "interrupted", Value: "the request for input was interrupted"}
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

func client(m *wire.Message) string {
	if len(m.Identities) == 0 {
		return ""
	}
	return string(m.Identities[0])
}

// connected waits a little for the client's stdin channel.
func (s *stdin) connected(ctx context.Context, cell *wire.Message) bool {
	for end := time.Now().Add(stdinTime); ; time.Sleep(10 * time.Millisecond) {
		if s.ch.Connected(cell) {
			return true
		}
		if ctx.Err() != nil || time.Now().After(end) {
			return false
		}
	}
}

func (s *stdin) forget(q *question) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pending == q {
		s.pending = nil
	}
}

// interrupt ends the question that waits, if any.
func (s *stdin) interrupt() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pending != nil {
		close(s.pending.stop)
		s.pending = nil
	}
}

// read hands each input_reply to the question it answers.
func (s *stdin) read(ctx context.Context) {
	for {
		m, err := s.ch.Receive(ctx)
		if err != nil {
			return
		}
		s.reply(m)
	}
}

// reply takes one message. Some clients (jupyter_client) leave the parent
// header empty; where it is set it must be our question's.
func (s *stdin) reply(m *wire.Message) {
	var c inputReply
	if m.Header.MsgType != "input_reply" {
		s.log("stdin: a %s was dropped, only input_reply belongs there", m.Header.MsgType)
		return
	}
	if err := m.DecodeContent(&c); err != nil {
		s.log("stdin: %v", err)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	q := s.pending
	if q == nil || q.client != client(m) || m.ParentID() != "" && m.ParentID() != q.id {
		s.log("stdin: an input_reply was dropped, nobody had asked for it")
		return
	}
	q.answer <- c.Value
	s.pending = nil
}
