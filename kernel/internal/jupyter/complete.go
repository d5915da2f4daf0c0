package jupyter

import (
	"context"
	"time"

	"songsong/kernel/internal/session"
)

// completeTime is how long a session may think about a completion before it
// must do with what it has: JupyterLab drops what comes after 1 s.
const completeTime = 800 * time.Millisecond

type completeRequest struct {
	Code   string `json:"code"`
	Cursor *int   `json:"cursor_pos"`
}

type completeReply struct {
	Status   string           `json:"status"`
	Matches  []string         `json:"matches"`
	Start    int              `json:"cursor_start"`
	End      int              `json:"cursor_end"`
	Metadata completeMetadata `json:"metadata"`
}

type completeMetadata struct {
	Types []completeType `json:"_jupyter_types_experimental"`
}

// A completeType describes one match; front ends pair them by index.
type completeType struct {
	Text      string `json:"text"`
	Type      string `json:"type"`
	Start     int    `json:"start"`
	End       int    `json:"end"`
	Signature string `json:"signature,omitempty"`
}

// cursor is the byte offset of a position that may be missing: the end then.
func cursor(code string, points *int) int {
	if points == nil {
		return len(code)
	}
	return byteOffset(code, *points)
}

func (s *Server) complete(_ *request, c completeRequest) (any, error) {
	ctx, cancel := context.WithTimeout(context.Background(), completeTime)
	defer cancel()
	found := s.sess.Complete(ctx, c.Code, cursor(c.Code, c.Cursor))
	return completions(c.Code, found), nil
}

// completeStale proposes nothing: the client has asked again since.
func (s *Server) completeStale(_ *request, c completeRequest) (any, error) {
	at := cursor(c.Code, c.Cursor)
	return completions(c.Code, session.Completions{Start: at, End: at}), nil
}

func completions(code string, found session.Completions) completeReply {
	reply := completeReply{Status: "ok", Matches: []string{},
		Start: pointOffset(code, found.Start), End: pointOffset(code, found.End),
		Metadata: completeMetadata{[]completeType{}}}
	for _, item := range found.Items {
		reply.Matches = append(reply.Matches, item.Text)
		reply.Metadata.Types = append(reply.Metadata.Types,
			completeType{item.Text, item.Kind, reply.Start, reply.End, item.Signature})
	}
	return reply
}
