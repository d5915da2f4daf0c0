package jupyter

type connectReply struct {
	Status  string `json:"status"`
	Shell   int    `json:"shell_port"`
	IOPub   int    `json:"iopub_port"`
	Stdin   int    `json:"stdin_port"`
	HB      int    `json:"hb_port"`
	Control int    `json:"control_port"`
}

// connect tells the ports. The request is deprecated.
func (s *Server) connect(*request, struct{}) (any, error) {
	c := s.Connection()
	return connectReply{"ok", c.ShellPort, c.IOPubPort, c.StdinPort, c.HBPort, c.ControlPort}, nil
}
