package jupyter

type shutdownRequest struct {
	Restart bool `json:"restart"`
}

type shutdownReply struct {
	Status  string `json:"status"`
	Restart bool   `json:"restart"`
}

// shutdown tells every front end, and then ends Serve. To restart, Jupyter
// starts a new process.
func (s *Server) shutdown(r *request, c shutdownRequest) (any, error) {
	reply := shutdownReply{"ok", c.Restart}
	if err := s.sockets.IOPub.Publish(r.Message, "shutdown_reply", reply, nil); err != nil {
		s.log("shutdown: %v", err)
	}
	r.after = s.Shutdown
	return reply, nil
}
