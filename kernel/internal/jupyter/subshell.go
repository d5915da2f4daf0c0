package jupyter

// subshell refuses: cells share one session and run one after another, and
// what front ends want subshells for (comms, completion while a cell runs)
// works without.
func (s *Server) subshell(r *request, _ struct{}) (any, error) {
	return nil, &protocolError{"NotSupported", "songsong has no subshells"}
}
