package jupyter

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"songsong/kernel/internal/session"
	"songsong/kernel/internal/wire"
)

// read takes in what comes on a channel until ctx ends.
func (s *Server) read(ctx context.Context, ch *wire.Channel, on int) {
	for {
		m, err := ch.Receive(ctx)
		if err != nil {
			return
		}
		s.dispatch(&request{Message: m, from: ch}, on)
	}
}

// dispatch answers a request or hands it to its lane.
func (s *Server) dispatch(r *request, on int) {
	rt, err := s.find(r, on)
	if err != nil {
		rt = route{lane: now, noReply: !strings.HasSuffix(r.Header.MsgType, "_request"),
			answer: func(*Server, *request) (any, error) { return nil, err }}
	}
	switch rt.lane {
	case now:
		s.serve(r, rt)
	case cell:
		if !s.cells.push(r) {
			s.serve(r, refusing("QueueFull", "too many cells are waiting to run"))
		}
	case ask:
		if !s.asks.push(r) {
			s.serve(r, refusing("QueueFull", "too many requests are waiting for an answer"))
		}
	}
}

// find returns the route of a request.
func (s *Server) find(r *request, on int) (route, error) {
	t := r.Header.MsgType
	rt, ok := routes[t]
	if !ok {
		return route{}, &protocolError{"UnknownRequest", fmt.Sprintf("songsong does not know messages of type %q", t)}
	}
	if rt.channels&on == 0 {
		return route{}, &protocolError{"WrongChannel", fmt.Sprintf("a %s belongs on the shell channel, not on %s", t, r.from.Name)}
	}
	if r.Header.Subshell != "" {
		return route{}, &protocolError{"UnknownSubshell", fmt.Sprintf("there is no subshell %q: songsong has none", r.Header.Subshell)}
	}
	return rt, nil
}

// refusing is a route that answers with an error.
func refusing(name, value string) route {
	return route{answer: func(*Server, *request) (any, error) { return nil, &protocolError{name, value} }}
}

// answerAsks is the lane ask.
func (s *Server) answerAsks() {
	for {
		r, stale, ok := s.asks.pop()
		if !ok {
			return
		}
		rt := routes[r.Header.MsgType]
		if stale && rt.stale != nil {
			rt.answer = rt.stale
		}
		s.serve(r, rt)
	}
}

// serve answers one request, between busy and idle.
func (s *Server) serve(r *request, rt route) {
	s.status.busy(r.Message)
	defer func() {
		s.status.idle(r.Message)
		if r.after != nil {
			r.after()
		}
	}()
	content, err := s.answer(r, rt)
	if err != nil {
		s.log("%s from %s: %v", r.Header.MsgType, r.from.Name, err)
		content = errorContent(err)
	}
	if !rt.noReply && content != nil {
		s.reply(r, content, nil)
	}
}

// answer calls the route's answer; a panic becomes an error.
func (s *Server) answer(r *request, rt route) (content any, err error) {
	defer s.recovered("answering a "+r.Header.MsgType, func(e error) { content, err = nil, e })
	return rt.answer(s, r)
}

// reply sends the reply to r on the channel r came on.
func (s *Server) reply(r *request, content, metadata any) {
	t := strings.TrimSuffix(r.Header.MsgType, "_request") + "_reply"
	if _, err := r.from.Send(r.Message, t, content, metadata); err != nil {
		s.log("the %s was not sent: %v", t, err)
	}
}

// A protocolError is a request that can't be taken.
type protocolError struct{ name, value string }

func (e *protocolError) Error() string { return e.value }

// An errorReply is the content of a reply that reports an error, and with
// other fields ignored, of the error message on iopub.
type errorReply struct {
	Status    string   `json:"status"`
	Name      string   `json:"ename"`
	Value     string   `json:"evalue"`
	Traceback []string `json:"traceback"`
}

func errorContent(err error) errorReply {
	var p *protocolError
	var e *session.Error
	switch {
	case errors.As(err, &p):
		return errorReply{"error", p.name, p.value, []string{p.value}}
	case errors.As(err, &e):
		return errorReply{"error", e.Name, e.Value, traceback(e)}
	}
	return errorReply{"error", "InternalError", err.Error(), []string{err.Error()}}
}

// traceback is what the reader sees of an error; front ends need it to be a list.
func traceback(e *session.Error) []string {
	if len(e.Traceback) > 0 {
		return e.Traceback
	}
	return []string{e.Error()}
}
