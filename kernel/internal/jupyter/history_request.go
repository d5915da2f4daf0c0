package jupyter

import "fmt"

type historyRequest struct {
	Output  bool   `json:"output"`
	Raw     bool   `json:"raw"`
	Access  string `json:"hist_access_type"` // "tail", "range" or "search"
	Session int    `json:"session"`
	Start   int    `json:"start"`
	Stop    *int   `json:"stop"`
	N       *int   `json:"n"`
	Pattern string `json:"pattern"`
	Unique  bool   `json:"unique"`
}

type historyReply struct {
	Status  string   `json:"status"`
	History [][3]any `json:"history"` // session, line, input or [input, output]
}

func (s *Server) historyRequest(_ *request, c historyRequest) (any, error) {
	var found []entry
	switch c.Access {
	case "", "tail":
		found = s.history.tail(number(c.N))
	case "range":
		found = s.history.span(c.Session, c.Start, c.Stop)
	case "search":
		found = s.history.search(c.Pattern, c.Unique, number(c.N))
	default:
		return nil, &protocolError{"InvalidRequest", fmt.Sprintf("hist_access_type is %q; it is tail, range or search", c.Access)}
	}
	reply := historyReply{"ok", make([][3]any, 0, len(found))}
	for _, e := range found {
		var text any = e.Input
		if c.Output {
			text = [2]any{e.Input, e.output()}
		}
		reply.History = append(reply.History, [3]any{e.Session, e.Line, text})
	}
	return reply, nil
}

// number is n, or -1 (all) if it is missing.
func number(n *int) int {
	if n == nil {
		return -1
	}
	return max(*n, 0)
}
