package wire

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"time"

	"songsong/kernel/internal/wire/zmtp"
)

// Sockets are the five sockets of a kernel.
type Sockets struct {
	Shell, Control, Stdin *Channel
	IOPub                 *IOPub
	Connection            Connection // with the ports that were given, where 0 was asked for

	heartbeat *zmtp.RouterSocket
}

// Listen opens the sockets of a connection. A port 0 becomes a free one. log
// gets a line for each message or connection that is refused.
func Listen(c Connection, log func(format string, args ...any)) (*Sockets, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	s := &Sockets{Connection: c}
	signer, author := NewSigner(c.Key), newAuthor()
	log = limited(log)
	err := s.open(signer, author, log)
	if err != nil {
		s.Close(0)
		return nil, err
	}
	return s, nil
}

func (s *Sockets) open(signer *Signer, author *author, log func(string, ...any)) (err error) {
	c := &s.Connection
	sec, err := c.security()
	if err != nil {
		return err
	}
	for _, ch := range []struct {
		name string
		port *int
		to   **Channel
	}{{"shell", &c.ShellPort, &s.Shell}, {"control", &c.ControlPort, &s.Control}, {"stdin", &c.StdinPort, &s.Stdin}} {
		if *ch.to, err = listenChannel(ch.name, c.endpoint(*ch.port), sec, signer, author, log); err != nil {
			return fmt.Errorf("can't open the %s socket: %w", ch.name, err)
		}
		setPort(ch.port, (*ch.to).socket.Addr())
	}
	if s.IOPub, err = listenIOPub(c.endpoint(c.IOPubPort), sec, signer, author, log); err != nil {
		return fmt.Errorf("can't open the iopub socket: %w", err)
	}
	setPort(&c.IOPubPort, s.IOPub.socket.Addr())
	s.heartbeat, err = zmtp.ListenEcho(c.endpoint(c.HBPort), sec, func(f string, a ...any) { log("heartbeat: "+f, a...) })
	if err != nil {
		return fmt.Errorf("can't open the heartbeat socket: %w", err)
	}
	setPort(&c.HBPort, s.heartbeat.Addr())
	return nil
}

// setPort notes the port that was given; the number in an ipc path stays.
func setPort(port *int, addr net.Addr) {
	if a, ok := addr.(*net.TCPAddr); ok {
		*port = a.Port
	}
}

// Close waits up to linger for what was sent to leave, and closes the sockets.
func (s *Sockets) Close(linger time.Duration) {
	end := time.Now().Add(linger)
	for _, ch := range []*Channel{s.Shell, s.Control, s.Stdin} {
		if ch != nil {
			ch.close(time.Until(end))
		}
	}
	if s.IOPub != nil {
		s.IOPub.socket.Close(time.Until(end))
	}
	if s.heartbeat != nil {
		s.heartbeat.Close(0)
	}
}

// A Channel is the shell, control or stdin socket.
type Channel struct {
	Name string

	socket *zmtp.RouterSocket
	signer *Signer
	author *author
	in     chan *Message
	done   chan struct{}
}

func listenChannel(name, endpoint string, sec *zmtp.Security, signer *Signer, author *author, log func(string, ...any)) (*Channel, error) {
	ch := &Channel{Name: name, signer: signer, author: author, in: make(chan *Message, 64), done: make(chan struct{})}
	log2 := func(f string, a ...any) { log(name+": "+f, a...) }
	var err error
	ch.socket, err = zmtp.ListenRouter(endpoint, sec, log2, func(frames [][]byte) {
		m, err := signer.Decode(frames)
		if err != nil {
			log2("message dropped: %v", err)
			return
		}
		select {
		case ch.in <- m:
		case <-ch.done:
		}
	})
	if err != nil {
		return nil, err
	}
	return ch, nil
}

func (ch *Channel) close(linger time.Duration) {
	close(ch.done)
	ch.socket.Close(linger)
}

// Receive returns the next message that passed the checks.
func (ch *Channel) Receive(ctx context.Context) (*Message, error) {
	select {
	case m := <-ch.in:
		return m, nil
	case <-ch.done:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Send sends a message of the given type to the sender of parent; content and
// metadata are marshalled (nil stands for {}). It returns the msg_id.
func (ch *Channel) Send(parent *Message, msgType string, content, metadata any) (string, error) {
	m, err := ch.author.write(parent, msgType, content, metadata)
	if err != nil {
		return "", err
	}
	m.Identities = parent.Identities
	frames, err := ch.signer.Encode(m)
	if err != nil {
		return "", err
	}
	return m.Header.MsgID, ch.socket.Send(frames)
}

// Connected tells whether the sender of m is connected to this channel: on
// stdin, whether it can be asked for input.
func (ch *Channel) Connected(m *Message) bool {
	return len(m.Identities) > 0 && ch.socket.Connected(m.Identities[0])
}

// marshal writes v as JSON, nil as the empty object. HTML is not escaped, as
// what a cell prints would grow by it.
func marshal(v any) (json.RawMessage, error) {
	if v == nil {
		return json.RawMessage("{}"), nil
	}
	if raw, ok := v.(json.RawMessage); ok {
		return raw, nil
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
