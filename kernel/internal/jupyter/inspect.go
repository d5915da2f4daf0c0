package jupyter

import (
	"context"
	"encoding/json"
	"time"
)

// inspectTime is how long a session may look for documentation.
const inspectTime = 5 * time.Second

type inspectRequest struct {
	Code   string `json:"code"`
	Cursor *int   `json:"cursor_pos"`
	Level  int    `json:"detail_level"`
}

type inspectReply struct {
	Status   string                     `json:"status"`
	Found    bool                       `json:"found"`
	Data     map[string]json.RawMessage `json:"data"`
	Metadata map[string]json.RawMessage `json:"metadata"`
}

func (s *Server) inspect(_ *request, c inspectRequest) (any, error) {
	ctx, cancel := context.WithTimeout(context.Background(), inspectTime)
	defer cancel()
	b, found := s.sess.Inspect(ctx, c.Code, cursor(c.Code, c.Cursor), min(max(c.Level, 0), 1))
	return inspectReply{"ok", found, mimeData(b.Data), jsonMap(b.Metadata)}, nil
}

// inspectStale finds nothing: the client has asked again since.
func (s *Server) inspectStale(*request, inspectRequest) (any, error) {
	return inspectReply{"ok", false, mimeData(nil), jsonMap(nil)}, nil
}
