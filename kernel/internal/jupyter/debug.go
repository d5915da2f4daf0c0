package jupyter

import "fmt"

// A debugRequest is a request of the Debug Adapter Protocol.
type debugRequest struct {
	Seq     int    `json:"seq"`
	Type    string `json:"type"`
	Command string `json:"command"`
}

// A debugReply is a response of the Debug Adapter Protocol.
type debugReply struct {
	Seq        int      `json:"seq"`
	Type       string   `json:"type"`
	RequestSeq int      `json:"request_seq"`
	Success    bool     `json:"success"`
	Command    string   `json:"command"`
	Message    string   `json:"message"`
	Body       struct{} `json:"body"`
}

// debug refuses: there is no debugger.
func (s *Server) debug(_ *request, c debugRequest) (any, error) {
	return debugReply{Type: "response", RequestSeq: c.Seq, Command: c.Command,
		Message: fmt.Sprintf("songsong has no debugger, so it can't do %q", c.Command)}, nil
}
