package zmtp

import "fmt"

// maxReplies is how many bytes may wait for one client of a router, which
// sends requests and does not read the replies, before it is cut off.
const maxReplies = 256 << 20

// A RouterSocket receives messages with the identity of their sender in front
// and sends each to the client its first frame names.
type RouterSocket struct{ *server }

// ListenRouter opens a ROUTER socket. receive gets every message, with the
// sender's identity as first frame; it is called on a goroutine of that
// connection, so a slow receive holds back that client only. sec may be nil.
func ListenRouter(endpoint string, sec *Security, log func(string, ...any), receive func(frames [][]byte)) (*RouterSocket, error) {
	s, err := newServer(endpoint, Router, sec, log, func(p *peer, frames [][]byte) {
		receive(append([][]byte{[]byte(p.id)}, frames...))
	})
	if err != nil {
		return nil, err
	}
	return &RouterSocket{s}, nil
}

// ListenEcho opens a socket that sends every message back to where it came
// from: Jupyter's heartbeat.
func ListenEcho(endpoint string, sec *Security, log func(string, ...any)) (*RouterSocket, error) {
	s, err := newServer(endpoint, Router, sec, log, func(p *peer, frames [][]byte) {
		if n, _ := p.load(); n < 1<<20 {
			p.send(frames)
		}
	})
	if err != nil {
		return nil, err
	}
	return &RouterSocket{s}, nil
}

// Send queues a message for the client frames[0] names. It never blocks; it
// fails when there is no such client, or that client reads nothing.
func (r *RouterSocket) Send(frames [][]byte) error {
	if len(frames) == 0 {
		return fmt.Errorf("zmtp: a message to a client needs its identity")
	}
	p := r.peer(frames[0])
	if p == nil {
		return errGone
	}
	if n, _ := p.load(); n > maxReplies {
		p.close()
		return fmt.Errorf("zmtp: the client does not read its replies; its connection was ended")
	}
	return p.send(frames[1:])
}

// Connected tells whether a client with this identity is there.
func (r *RouterSocket) Connected(id []byte) bool { return r.peer(id) != nil }
