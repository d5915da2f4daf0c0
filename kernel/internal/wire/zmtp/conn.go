package zmtp

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"
)

// A Kind is a ZeroMQ socket type.
type Kind string

// The kinds Jupyter uses.
const (
	Router Kind = "ROUTER"
	Dealer Kind = "DEALER"
	Req    Kind = "REQ"
	Rep    Kind = "REP"
	Pub    Kind = "PUB"
	Sub    Kind = "SUB"
	XPub   Kind = "XPUB"
	XSub   Kind = "XSUB"
)

// partners lists which kinds may talk to which.
var partners = map[Kind]string{
	Router: "ROUTER DEALER REQ",
	Dealer: "ROUTER DEALER REP",
	Req:    "ROUTER REP",
	XPub:   "SUB XSUB",
	Sub:    "PUB XPUB",
}

// A Conn is one ZMTP connection after its handshake. One goroutine may read
// while others write.
type Conn struct {
	PeerKind Kind
	Identity []byte // the peer's own choice of identity, often empty

	nc    net.Conn
	r     *bufio.Reader
	crypt *channel // nil for the mechanism NULL

	wmu sync.Mutex // one message at a time on nc, and the counter of crypt
}

// Security is what a connection is protected with; nil stands for nothing
// (the mechanism NULL).
type Security struct {
	Keys   *KeyPair // our own
	Server *Key     // public key of the server we connect to; nil for a server
}

func (s *Security) mechanism() string {
	if s == nil {
		return "NULL"
	}
	return "CURVE"
}

// handshake exchanges greetings and metadata on nc.
func handshake(nc net.Conn, kind Kind, identity []byte, sec *Security) (*Conn, error) {
	c := &Conn{nc: nc, r: bufio.NewReaderSize(nc, 32<<10)}
	if _, err := nc.Write(greeting(sec)); err != nil {
		return nil, err
	}
	if err := c.readGreeting(sec.mechanism()); err != nil {
		return nil, err
	}
	metadata := appendProperty(nil, property{"Socket-Type", string(kind)})
	metadata = appendProperty(metadata, property{"Identity", string(identity)})
	theirs, err := c.exchange(sec, metadata)
	if err != nil {
		return nil, err
	}
	if err := c.setProperties(theirs); err != nil {
		return nil, err
	}
	if !strings.Contains(" "+partners[kind]+" ", " "+string(c.PeerKind)+" ") {
		return nil, fmt.Errorf("zmtp: a %s socket does not talk to a %q", kind, c.PeerKind)
	}
	return c, nil
}

// exchange sends our metadata and returns the peer's.
func (c *Conn) exchange(sec *Security, metadata []byte) ([]byte, error) {
	switch {
	case sec == nil:
		if err := c.writeBytes(appendCommand(nil, "READY", metadata)); err != nil {
			return nil, err
		}
		return c.readReady()
	case sec.Server == nil:
		return c.curveServer(sec.Keys, metadata)
	}
	return c.curveClient(sec.Keys, sec.Server, metadata)
}

// greeting is what each side sends first: signature, version 3.1, mechanism,
// and whether it is a server, which matters to CURVE only.
func greeting(sec *Security) []byte {
	g := make([]byte, 64)
	g[0], g[9] = 0xff, 0x7f
	g[10], g[11] = 3, 1
	copy(g[12:], sec.mechanism())
	if sec != nil && sec.Server == nil {
		g[32] = 1
	}
	return g
}

func (c *Conn) readGreeting(mechanism string) error {
	g := make([]byte, 64)
	// The signature first: a peer that speaks another protocol is told apart early.
	if _, err := io.ReadFull(c.r, g[:11]); err != nil {
		return truncated(err)
	}
	if g[0] != 0xff || g[9] != 0x7f || g[10] < 3 {
		return fmt.Errorf("zmtp: the peer does not speak ZMTP 3 (it began with % x)", g[:11])
	}
	if _, err := io.ReadFull(c.r, g[11:]); err != nil {
		return truncated(err)
	}
	if m := strings.TrimRight(string(g[12:32]), "\x00"); m != mechanism {
		return fmt.Errorf("zmtp: the peer wants the mechanism %q, this socket %q", m, mechanism)
	}
	return nil
}

func (c *Conn) readReady() ([]byte, error) {
	f, err := readFrame(c.r, maxCommand)
	if err != nil {
		return nil, truncated(err)
	}
	if !f.command {
		return nil, fmt.Errorf("zmtp: the peer sent a message before its handshake")
	}
	name, data, err := splitCommand(f.body)
	if err != nil {
		return nil, err
	}
	if name != "READY" {
		return nil, fmt.Errorf("zmtp: the peer answered the handshake with %q", name)
	}
	return data, nil
}

func (c *Conn) setProperties(metadata []byte) error {
	props, err := parseProperties(metadata)
	if err != nil {
		return err
	}
	for _, p := range props {
		switch strings.ToLower(p.name) {
		case "socket-type":
			c.PeerKind = Kind(p.value)
		case "identity":
			c.Identity = []byte(p.value)
		}
	}
	return nil
}

// readFrame reads a frame of at most limit bytes, and decrypts it.
func (c *Conn) readFrame(limit int) (frame, error) {
	if c.crypt == nil {
		return readFrame(c.r, limit)
	}
	f, err := readFrame(c.r, limit+64) // what encryption adds
	if err != nil {
		return frame{}, err
	}
	return c.crypt.open(f)
}

// ReadMessage returns the next message. It answers PING by itself, and hands
// over SUBSCRIBE and CANCEL as ZMTP 3.0 sends them: one frame, 1 or 0 and the topic.
func (c *Conn) ReadMessage() ([][]byte, error) {
	var frames [][]byte
	left := MaxMessage
	for {
		f, err := c.readFrame(left)
		if err != nil {
			return nil, err
		}
		if f.command {
			m, err := c.command(f.body)
			if err != nil {
				return nil, err
			}
			if m != nil && len(frames) == 0 {
				return m, nil
			}
			continue
		}
		frames = append(frames, f.body)
		left -= len(f.body)
		if !f.more {
			return frames, nil
		}
		if len(frames) == MaxFrames {
			return nil, fmt.Errorf("%w: more than %d frames", ErrTooLarge, MaxFrames)
		}
	}
}

func (c *Conn) command(body []byte) ([][]byte, error) {
	name, data, err := splitCommand(body)
	if err != nil {
		return nil, err
	}
	switch name {
	case "PING": // two bytes of time to live, then a context that PONG repeats
		if len(data) < 2 {
			return nil, errTruncatedCommand
		}
		return nil, c.writeCommand("PONG", data[2:])
	case "SUBSCRIBE":
		return [][]byte{append([]byte{1}, data...)}, nil
	case "CANCEL":
		return [][]byte{append([]byte{0}, data...)}, nil
	case "ERROR":
		return nil, fmt.Errorf("zmtp: the peer reported an error: %q", data)
	}
	return nil, nil // PONG, and commands of later versions
}

// WriteMessage sends the frames as one message.
func (c *Conn) WriteMessage(frames ...[]byte) error {
	c.wmu.Lock()
	defer c.wmu.Unlock()
	_, err := c.nc.Write(c.encodeLocked(nil, frames))
	return err
}

// encodeLocked appends a message as it goes over this connection.
func (c *Conn) encodeLocked(dst []byte, frames [][]byte) []byte {
	if c.crypt == nil {
		return appendMessage(dst, frames)
	}
	for i, f := range frames {
		var flags byte
		if i < len(frames)-1 {
			flags = flagMore
		}
		dst = c.crypt.seal(dst, flags, f)
	}
	return dst
}

func (c *Conn) writeCommand(name string, data []byte) error {
	c.wmu.Lock()
	defer c.wmu.Unlock()
	b := appendCommand(nil, name, data)
	if c.crypt != nil {
		b = c.crypt.seal(nil, flagCommand, append(append([]byte{byte(len(name))}, name...), data...))
	}
	_, err := c.nc.Write(b)
	return err
}

// writeBytes writes a step of the handshake.
func (c *Conn) writeBytes(b []byte) error {
	_, err := c.nc.Write(b)
	return err
}

// SetReadDeadline bounds the reads that follow; the zero time lifts the bound.
func (c *Conn) SetReadDeadline(t time.Time) error { return c.nc.SetReadDeadline(t) }

// Close ends the connection.
func (c *Conn) Close() error { return c.nc.Close() }
