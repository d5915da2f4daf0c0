package jupyter

type commInfoRequest struct {
	Target *string `json:"target_name"`
}

// A commTarget names what a comm talks to.
type commTarget struct {
	Target string `json:"target_name"`
}

type commInfoReply struct {
	Status string                `json:"status"`
	Comms  map[string]commTarget `json:"comms"`
}

// commInfo answers that there are no comms.
func (s *Server) commInfo(*request, commInfoRequest) (any, error) {
	return commInfoReply{"ok", map[string]commTarget{}}, nil
}

type commOpen struct {
	ID     string `json:"comm_id"`
	Target string `json:"target_name"`
}

type commClose struct {
	ID   string   `json:"comm_id"`
	Data struct{} `json:"data"`
}

// commOpen closes the comm again: songsong registers no targets. ipywidgets'
// manager would wait 4 s for an answer otherwise.
func (s *Server) commOpen(r *request, c commOpen) (any, error) {
	if c.ID == "" {
		return nil, &protocolError{"InvalidRequest", "a comm_open without a comm_id"}
	}
	s.log("comm_open for the target %q, which songsong does not have", c.Target)
	return nil, s.sockets.IOPub.Publish(r.Message, "comm_close", commClose{ID: c.ID}, nil)
}

type commMsg struct {
	ID string `json:"comm_id"`
}

// commMsg drops a message to a comm that is not open.
func (s *Server) commMsg(_ *request, c commMsg) (any, error) {
	s.log("comm_msg for the comm %q, which is not open", c.ID)
	return nil, nil
}

// commClose has nothing to close.
func (s *Server) commClose(*request, commMsg) (any, error) { return nil, nil }
