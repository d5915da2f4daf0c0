package protocoltest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"songsong/kernel/internal/wire"
	"songsong/kernel/internal/wire/zmtp"
)

// patience is how long a client waits for an answer before the test fails.
const patience = 30 * time.Second

// A Client is a front end: it has the five channels of a kernel.
type Client struct {
	// OnInput answers requests for input; nil answers with "".
	OnInput func(prompt string, password bool) string
	// Patience is how long the client waits for an answer before the test fails.
	Patience time.Duration
	// Loose turns the check of received messages off.
	Loose bool

	Session string // in the headers of what it sends
	Signer  *wire.Signer

	t                           testing.TB
	key                         string
	security                    *zmtp.Security
	shell, control, stdin, iopb *zmtp.Conn
	heartbeat                   *zmtp.Conn

	mu       sync.Mutex
	cond     *sync.Cond
	replies  map[string]*Message   // by msg_id of the request
	iopub    map[string][]*Message // by msg_id of the request
	idle     map[string]bool
	orphans  []*Message // iopub messages without a parent
	failures []error    // of the connection
	count    int
}

// A Message is a message the client received.
type Message struct {
	*wire.Message
	Channel string
	At      time.Time
}

// Dial connects to a kernel. It returns when the kernel has welcomed the
// client on iopub, so that no output is missed, and closes with the test.
func Dial(t testing.TB, c wire.Connection) *Client {
	t.Helper()
	return dialAs(t, c, uuid.NewString())
}

// dialAs connects with a given session id, which is also the identity.
func dialAs(t testing.TB, c wire.Connection, session string) *Client {
	t.Helper()
	k := &Client{Patience: patience, t: t, key: c.Key, Session: session, Signer: wire.NewSigner(c.Key),
		replies: map[string]*Message{}, iopub: map[string][]*Message{}, idle: map[string]bool{}}
	k.cond = sync.NewCond(&k.mu)
	shell, control, stdin, iopub, hb := c.Endpoints()
	identity := []byte(k.Session)
	sec, err := c.ClientSecurity()
	if err != nil {
		t.Fatal(err)
	}
	k.security = sec
	k.shell = k.dial(shell, zmtp.Dealer, identity)
	k.control = k.dial(control, zmtp.Dealer, identity)
	k.stdin = k.dial(stdin, zmtp.Dealer, identity)
	k.iopb = k.dial(iopub, zmtp.Sub, nil)
	k.heartbeat = k.dial(hb, zmtp.Req, nil)
	t.Cleanup(k.Close)
	go k.read("shell", k.shell)
	go k.read("control", k.control)
	go k.read("stdin", k.stdin)
	go k.read("iopub", k.iopb)
	if err := k.iopb.WriteMessage([]byte{1}); err != nil {
		t.Fatalf("iopub: %v", err)
	}
	k.wait("iopub_welcome", func() bool { return len(k.orphans) > 0 })
	return k
}

func (c *Client) dial(endpoint string, kind zmtp.Kind, identity []byte) *zmtp.Conn {
	c.t.Helper()
	conn, err := zmtp.Dial(endpoint, kind, identity, c.security)
	if err != nil {
		c.t.Fatalf("can't connect to %s: %v", endpoint, err)
	}
	return conn
}

// Close ends the connections.
func (c *Client) Close() {
	for _, conn := range []**zmtp.Conn{&c.shell, &c.control, &c.stdin, &c.iopb, &c.heartbeat} {
		if *conn != nil {
			(*conn).Close()
			*conn = nil // its buffer is not kept until the test ends
		}
	}
}

// DialDeaf subscribes to a kernel's output and never reads it.
func DialDeaf(t testing.TB, c wire.Connection) *zmtp.Conn {
	t.Helper()
	security, err := c.ClientSecurity()
	if err != nil {
		t.Fatal(err)
	}
	_, _, _, iopub, _ := c.Endpoints()
	conn, err := zmtp.Dial(iopub, zmtp.Sub, nil, security)
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.WriteMessage([]byte{1}); err != nil {
		t.Fatal(err)
	}
	return conn
}

// read takes in what comes on a channel.
func (c *Client) read(channel string, conn *zmtp.Conn) {
	for {
		frames, err := conn.ReadMessage()
		if err != nil {
			return
		}
		m, err := c.Signer.Decode(frames)
		if err != nil {
			c.fail(fmt.Errorf("the kernel sent a bad message on %s: %w", channel, err))
			continue
		}
		msg := &Message{m, channel, time.Now()}
		if err := Check(msg); err != nil && !c.Loose {
			c.fail(err)
		}
		c.store(msg)
	}
}

func (c *Client) fail(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failures = append(c.failures, err)
	c.cond.Broadcast()
}

func (c *Client) store(m *Message) {
	if m.Channel == "stdin" {
		go c.answer(m)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	defer c.cond.Broadcast()
	parent := m.ParentID()
	switch {
	case m.Channel != "iopub":
		c.replies[parent] = m
	case parent == "":
		c.orphans = append(c.orphans, m)
	default:
		c.iopub[parent] = append(c.iopub[parent], m)
		if m.State() == "idle" {
			c.idle[parent] = true
		}
	}
}

// answer replies to an input_request.
func (c *Client) answer(m *Message) {
	var q struct {
		Prompt   string `json:"prompt"`
		Password bool   `json:"password"`
	}
	if err := m.DecodeContent(&q); err != nil {
		c.fail(err)
		return
	}
	value := ""
	if c.OnInput != nil {
		value = c.OnInput(q.Prompt, q.Password)
	}
	reply := c.message("input_reply", map[string]any{"value": value})
	reply.Parent = m.RawHeader
	c.send(c.stdin, reply)
}

// State is the execution_state of a status message, "" for others.
func (m *Message) State() string {
	if m.Header.MsgType != "status" {
		return ""
	}
	var s struct {
		State string `json:"execution_state"`
	}
	_ = json.Unmarshal(m.Content, &s)
	return s.State
}

// Field decodes one member of the content into v.
func (m *Message) Field(name string, v any) error {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(m.Content, &all); err != nil {
		return err
	}
	raw, ok := all[name]
	if !ok {
		return fmt.Errorf("the %s has no %q", m.Header.MsgType, name)
	}
	return json.Unmarshal(raw, v)
}

// Text is a member of the content that is a string.
func (m *Message) Text(name string) string {
	var s string
	_ = m.Field(name, &s)
	return s
}

// message makes a request. content is marshalled unless it is json.RawMessage.
func (c *Client) message(msgType string, content any) *wire.Message {
	b, ok := content.(json.RawMessage)
	if !ok {
		var err error
		if b, err = json.Marshal(content); err != nil {
			c.t.Fatal(err)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.count++
	return &wire.Message{Content: b, Header: wire.Header{
		MsgID: fmt.Sprintf("%s_%d", c.Session, c.count), Session: c.Session, Username: "reader",
		Date: wire.Timestamp(time.Now()), MsgType: msgType, Version: wire.ProtocolVersion,
	}}
}

func (c *Client) send(conn *zmtp.Conn, m *wire.Message) {
	frames, err := c.Signer.Encode(m)
	if err == nil {
		err = conn.WriteMessage(frames...)
	}
	if err != nil {
		c.fail(fmt.Errorf("can't send a %s: %w", m.Header.MsgType, err))
	}
}

// Send sends a request on "shell" or "control" and returns its msg_id.
func (c *Client) Send(channel, msgType string, content any) string {
	m := c.message(msgType, content)
	c.send(c.channel(channel), m)
	return m.Header.MsgID
}

// SendFrames sends frames as they are.
func (c *Client) SendFrames(channel string, frames ...[]byte) error {
	return c.channel(channel).WriteMessage(frames...)
}

func (c *Client) channel(name string) *zmtp.Conn {
	switch name {
	case "control":
		return c.control
	case "stdin":
		return c.stdin
	}
	return c.shell
}

// wait waits until done, which is called with the lock held.
func (c *Client) wait(what string, done func() bool) {
	c.t.Helper()
	timer := time.AfterFunc(c.Patience, func() { c.fail(fmt.Errorf("no %s within %v", what, c.Patience)) })
	defer timer.Stop()
	c.mu.Lock()
	defer c.mu.Unlock()
	for !done() {
		if len(c.failures) > 0 {
			c.t.Fatalf("waiting for %s: %v", what, c.failures[0])
		}
		c.cond.Wait()
	}
}

// Reply waits for the reply to a request.
func (c *Client) Reply(id string) *Message {
	c.t.Helper()
	c.wait("reply", func() bool { return c.replies[id] != nil })
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.replies[id]
}

// Outputs waits for the idle of a request and returns what came on iopub.
func (c *Client) Outputs(id string) []*Message {
	c.t.Helper()
	c.wait("idle", func() bool { return c.idle[id] })
	return c.Seen(id)
}

// Seen returns what has come on iopub for a request until now.
func (c *Client) Seen(id string) []*Message {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]*Message(nil), c.iopub[id]...)
}

// WaitFor waits for an iopub message of a request that ok accepts.
func (c *Client) WaitFor(id, what string, ok func(*Message) bool) *Message {
	c.t.Helper()
	var found *Message
	c.wait(what, func() bool {
		for _, m := range c.iopub[id] {
			if ok(m) {
				found = m
				return true
			}
		}
		return false
	})
	return found
}

// Forget drops what came for requests that are done with.
func (c *Client) Forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.replies)
	clear(c.iopub)
	clear(c.idle)
	c.orphans = nil
}

// Failures are the bad messages that were received.
func (c *Client) Failures() []error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]error(nil), c.failures...)
}

// Ask sends a request and waits for its reply and idle.
func (c *Client) Ask(channel, msgType string, content any) *Message {
	c.t.Helper()
	id := c.Send(channel, msgType, content)
	reply := c.Reply(id)
	c.Outputs(id)
	return reply
}

// Heartbeat sends a payload and checks that it comes back.
func (c *Client) Heartbeat(payload []byte) error {
	if err := c.heartbeat.WriteMessage(nil, payload); err != nil {
		return err
	}
	c.heartbeat.SetReadDeadline(time.Now().Add(patience))
	back, err := c.heartbeat.ReadMessage()
	if err != nil {
		return err
	}
	if len(back) != 2 || !bytes.Equal(back[1], payload) {
		return fmt.Errorf("the heartbeat sent %q back for %q", back, payload)
	}
	return nil
}
