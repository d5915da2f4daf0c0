package post

import (
	"bufio"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"
)

// A Host listens on a private socket. Who connects must be the same user and
// know the address, which holds a secret of 128 bits.
type Host struct {
	ln      net.Listener
	address string
	secret  string
	serve   func(net.Conn)
	wg      sync.WaitGroup

	mu     sync.Mutex
	conns  map[net.Conn]bool // guarded by mu
	closed bool              // guarded by mu
}

// helloLimit is the time to tell the secret.
const helloLimit = 5 * time.Second

// Listen starts a host that calls serve, in a goroutine, for each connection. The
// connection is closed when serve returns.
func Listen(serve func(net.Conn)) (*Host, error) {
	ln, err := listen()
	if err != nil {
		return nil, fmt.Errorf("processes: no socket: %w", err)
	}
	h := &Host{ln: ln, secret: random(), serve: serve, conns: map[net.Conn]bool{}}
	h.address = ln.Addr().String() + " " + h.secret
	h.wg.Go(h.accept)
	return h, nil
}

// Address is what Dial needs. It is a secret.
func (h *Host) Address() string { return h.address }

// Close stops listening, closes all connections and waits for their ends.
func (h *Host) Close() error {
	h.mu.Lock()
	h.closed = true
	for c := range h.conns {
		c.Close()
	}
	h.mu.Unlock()
	err := h.ln.Close()
	h.wg.Wait()
	return err
}

func (h *Host) accept() {
	for {
		c, err := h.ln.Accept()
		if err != nil {
			return // closed: a listening unix socket has no other reason
		}
		h.mu.Lock()
		if h.closed {
			c.Close()
		} else {
			h.conns[c] = true
			h.wg.Go(func() { h.greet(c) })
		}
		h.mu.Unlock()
	}
}

func (h *Host) greet(c net.Conn) {
	defer func() {
		c.Close()
		h.mu.Lock()
		delete(h.conns, c)
		h.mu.Unlock()
	}()
	c.SetDeadline(time.Now().Add(helloLimit))
	said := make([]byte, len(h.secret))
	for n := 0; n < len(said); {
		k, err := c.Read(said[n:])
		if err != nil {
			return
		}
		n += k
	}
	if subtle.ConstantTimeCompare(said, []byte(h.secret)) != 1 || !sameUser(c) {
		return
	}
	c.SetDeadline(time.Time{})
	h.serve(c)
}

// Dial connects to a host.
func Dial(address string) (net.Conn, error) {
	path, secret, ok := strings.Cut(address, " ")
	if !ok {
		return nil, fmt.Errorf("%q is no address", address)
	}
	c, err := net.Dial("unix", path)
	if err != nil {
		return nil, fmt.Errorf("its creator has closed it or ended: %w", err)
	}
	if _, err := c.Write([]byte(secret)); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

func random() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// stream is a connection with buffers.
type stream struct {
	net.Conn
	r *bufio.Reader
	w *bufio.Writer
}

func newStream(c net.Conn) *stream {
	return &stream{c, bufio.NewReader(c), bufio.NewWriter(c)}
}
