package jupyter

import (
	"context"
	"encoding/json"
	"time"

	"songsong/kernel/internal/session"
	"songsong/kernel/internal/wire"
)

type executeRequest struct {
	Code         string            `json:"code"`
	Silent       bool              `json:"silent"`
	StoreHistory *bool             `json:"store_history"` // missing: unless silent
	UserExprs    map[string]string `json:"user_expressions"`
	AllowStdin   bool              `json:"allow_stdin"`
	StopOnError  *bool             `json:"stop_on_error"` // missing: true
}

type executeReply struct {
	Status    string         `json:"status"`
	Count     int            `json:"execution_count"`
	UserExprs map[string]any `json:"user_expressions"`
	Payload   []any          `json:"payload"`
}

type executeError struct {
	errorReply
	Count int `json:"execution_count"`
}

// errorMessage is the content of the message error on iopub.
type errorMessage struct {
	Name      string   `json:"ename"`
	Value     string   `json:"evalue"`
	Traceback []string `json:"traceback"`
}

// executeMetadata is the metadata of an execute_reply. jupyterlab-execute-time
// reads started; tier says which engine ran the cell.
type executeMetadata struct {
	Started string `json:"started"`
	Status  string `json:"status"`
	Tier    string `json:"tier,omitempty"`
}

// userExpr is the value of a user expression.
type userExpr struct {
	Status   string                     `json:"status"`
	Data     map[string]json.RawMessage `json:"data"`
	Metadata map[string]json.RawMessage `json:"metadata"`
}

// runCells is the lane cell: it runs what is queued, one after another.
func (s *Server) runCells(ctx context.Context) {
	for {
		r, aborted, ok := s.cells.pop()
		switch {
		case !ok:
			return
		case aborted:
			s.abort(r)
		default:
			s.execute(ctx, r)
		}
	}
}

// abort answers a cell that is not run because one before it failed.
func (s *Server) abort(r *request) {
	s.status.busy(r.Message)
	defer s.status.idle(r.Message)
	now := wire.Timestamp(time.Now())
	s.reply(r, executeError{errorReply{"aborted", "aborted", "a cell before this one failed", []string{}}, s.count.get()},
		executeMetadata{Started: now, Status: "aborted"})
}

// execute runs one cell.
func (s *Server) execute(ctx context.Context, r *request) {
	s.status.running(r.Message)
	defer s.status.ended(r.Message)
	started := wire.Timestamp(time.Now())
	var c executeRequest
	if err := r.DecodeContent(&c); err != nil {
		s.finish(r, c, session.Reply{Status: "error", Count: s.count.get(),
			Err: &session.Error{Name: "InvalidRequest", Value: err.Error()}}, started)
		return
	}
	out := cellSink{newSink(ctx, s, r, c), c.Code}
	reply := s.run(ctx, r, c, out)
	if reply.Count == 0 {
		reply.Count = max(s.count.get(), out.count)
	}
	out.Started(reply.Count) // no effect if the session has said it
	out.flush()
	if reply.Err != nil {
		out.publish("error", errorMessage{reply.Err.Name, reply.Err.Value, traceback(reply.Err)})
	}
	result := out.end()
	if c.stores() {
		s.history.add(reply.Count, c.Code, result)
	}
	s.finish(r, c, reply, started)
}

func (c executeRequest) stores() bool {
	return !c.Silent && (c.StoreHistory == nil || *c.StoreHistory) && c.Code != ""
}

func (c executeRequest) stops() bool { return c.StopOnError == nil || *c.StopOnError }

// run calls the session. A panic there is an error of the cell.
func (s *Server) run(ctx context.Context, r *request, c executeRequest, out session.Sink) (reply session.Reply) {
	defer s.recovered("running a cell", func(err error) {
		reply = session.Reply{Status: "error", Err: &session.Error{Name: "InternalError", Value: err.Error()}}
	})
	req := session.Request{
		Code: c.Code, Silent: c.Silent, UserExprs: c.UserExprs, AllowStdin: c.AllowStdin, StopOnError: c.stops(),
		StoreHistory: !c.Silent && (c.StoreHistory == nil || *c.StoreHistory),
	}
	req.Meta(r.Metadata)
	reply = s.sess.Execute(ctx, req, out)
	if reply.Status == "error" && reply.Err == nil {
		reply.Err = &session.Error{Name: "error", Value: "the cell failed"}
	}
	return reply
}

// finish sends the execute_reply, and aborts the queue if the cell failed.
func (s *Server) finish(r *request, c executeRequest, reply session.Reply, started string) {
	if reply.Status == "" {
		reply.Status = "ok"
	}
	var content any
	switch {
	case reply.Err != nil:
		e := errorContent(reply.Err)
		e.Status = reply.Status
		content = executeError{e, reply.Count}
	case reply.Status == "aborted":
		content = executeError{errorReply{"aborted", "aborted", "the cell was not run", []string{}}, reply.Count}
	default:
		content = executeReply{reply.Status, reply.Count, userExprs(reply.UserExprs), payload(reply.Payload)}
	}
	if reply.Status == "error" && c.stops() {
		s.cells.abort(r.Header.Session, time.Now())
	}
	s.reply(r, content, executeMetadata{Started: started, Status: reply.Status, Tier: reply.Tier})
}

func userExprs(exprs map[string]session.UserExpr) map[string]any {
	out := make(map[string]any, len(exprs))
	for name, e := range exprs {
		if e.Err != nil {
			out[name] = errorContent(e.Err)
			continue
		}
		out[name] = userExpr{"ok", mimeData(e.Bundle.Data), jsonMap(e.Bundle.Metadata)}
	}
	return out
}

// payload is what a cell asks of the front end, each part JSON.
func payload(parts []map[string]any) []any {
	out := make([]any, 0, len(parts))
	for _, p := range parts {
		out = append(out, jsonMap(p))
	}
	return out
}
