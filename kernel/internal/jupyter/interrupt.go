package jupyter

type okReply struct {
	Status string `json:"status"`
}

// interruptRequest stops the running cell; the reply does not wait for it.
func (s *Server) interruptRequest(*request, struct{}) (any, error) {
	s.Interrupt()
	return okReply{"ok"}, nil
}
