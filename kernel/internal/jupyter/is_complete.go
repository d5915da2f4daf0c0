package jupyter

type isCompleteRequest struct {
	Code string `json:"code"`
}

type isCompleteReply struct {
	Status string  `json:"status"`
	Indent *string `json:"indent,omitempty"` // for incomplete code only
}

func (s *Server) isComplete(_ *request, c isCompleteRequest) (any, error) {
	status, indent := s.sess.IsComplete(c.Code)
	reply := isCompleteReply{Status: status}
	if status == "incomplete" {
		reply.Indent = &indent
	}
	return reply, nil
}
