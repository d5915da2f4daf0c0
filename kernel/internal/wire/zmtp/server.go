package zmtp

import (
	"crypto/rand"
	"errors"
	"net"
	"sync"
	"time"
)

// maxPeers bounds the connections of one server, those in a handshake included.
const maxPeers = 1024

// A server accepts connections on one endpoint and hands their messages to
// receive, each connection's in order, on a goroutine of that connection.
type server struct {
	kind    Kind
	sec     *Security
	l       net.Listener
	receive func(*peer, [][]byte)
	log     func(format string, args ...any)

	mu     sync.Mutex
	peers  map[string]*peer      // by routing identity
	conns  map[net.Conn]struct{} // all that are open
	closed bool
	wg     sync.WaitGroup
}

func newServer(endpoint string, kind Kind, sec *Security, log func(string, ...any), receive func(*peer, [][]byte)) (*server, error) {
	l, err := listen(endpoint)
	if err != nil {
		return nil, err
	}
	s := &server{kind: kind, sec: sec, l: l, receive: receive, log: log,
		peers: map[string]*peer{}, conns: map[net.Conn]struct{}{}}
	s.wg.Go(s.accept)
	return s, nil
}

// accept starts a goroutine for each connection. An error other than the end
// of the listener (no file descriptor left, say) is waited out.
func (s *server) accept() {
	for {
		nc, err := s.l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			s.log("accept: %v", err)
			time.Sleep(50 * time.Millisecond)
			continue
		}
		if !s.admit(nc) {
			nc.Close()
		}
	}
}

// admit registers nc and starts its reader, unless there are too many.
func (s *server) admit(nc net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || len(s.conns) >= maxPeers {
		return false
	}
	s.conns[nc] = struct{}{}
	s.wg.Go(func() { s.serve(nc) })
	return true
}

// serve is the life of one connection.
func (s *server) serve(nc net.Conn) {
	defer s.forget(nc)
	nc.SetDeadline(time.Now().Add(handshakeTime))
	c, err := handshake(nc, s.kind, nil, s.sec)
	if err != nil {
		s.log("connection refused: %v", err)
		return
	}
	nc.SetDeadline(time.Time{})
	p := s.join(c)
	if p == nil {
		return
	}
	var writer sync.WaitGroup
	writer.Go(p.writeLoop)
	for {
		frames, err := c.ReadMessage()
		if err != nil {
			break
		}
		s.receive(p, frames)
	}
	s.leave(p)
	writer.Wait()
}

func (s *server) forget(nc net.Conn) {
	nc.Close()
	s.mu.Lock()
	delete(s.conns, nc)
	s.mu.Unlock()
}

// join gives the connection its routing identity. A client that comes back
// with the identity it had takes over from its old connection, as ipykernel's
// ROUTER_HANDOVER does.
func (s *server) join(c *Conn) *peer {
	id := string(c.Identity)
	if id == "" || id[0] == 0 || len(id) > 255 {
		id = "\x00" + rand.Text()
	}
	p := newPeer(c, id)
	s.mu.Lock()
	old := s.peers[id]
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.peers[id] = p
	s.mu.Unlock()
	if old != nil {
		old.close()
	}
	return p
}

func (s *server) leave(p *peer) {
	p.close()
	s.mu.Lock()
	if s.peers[p.id] == p {
		delete(s.peers, p.id)
	}
	s.mu.Unlock()
}

func (s *server) peer(id []byte) *peer {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.peers[string(id)]
}

// all returns the peers there are now.
func (s *server) all() []*peer {
	s.mu.Lock()
	defer s.mu.Unlock()
	ps := make([]*peer, 0, len(s.peers))
	for _, p := range s.peers {
		ps = append(ps, p)
	}
	return ps
}

// Addr is the address the server listens on.
func (s *server) Addr() net.Addr { return s.l.Addr() }

// Close stops listening, waits up to linger for queued messages to be written,
// and ends every connection.
func (s *server) Close(linger time.Duration) {
	s.l.Close()
	s.drain(linger)
	s.mu.Lock()
	s.closed = true
	for nc := range s.conns {
		nc.Close()
	}
	s.mu.Unlock()
	for _, p := range s.all() {
		p.close()
	}
	s.wg.Wait()
}

// drain waits until no peer has anything queued, or for at most d.
func (s *server) drain(d time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		busy := false
		for _, p := range s.all() {
			n, _ := p.load()
			busy = busy || n > 0
		}
		if !busy {
			return
		}
	}
}
