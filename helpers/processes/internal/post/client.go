package post

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"

	"songsong/helpers/processes/internal/wire"
)

// A Client reaches the boxes of another process. Its methods are those of Box.
type Client struct {
	address string

	mu     sync.Mutex
	idle   []*stream // guarded by mu
	closed bool      // guarded by mu
	attach *stream   // guarded by mu
}

// NewClient makes a client; it connects when it is used.
func NewClient(address string) *Client { return &Client{address: address} }

func (c *Client) take() (*stream, error) {
	c.mu.Lock()
	if n := len(c.idle); n > 0 {
		s := c.idle[n-1]
		c.idle = c.idle[:n-1]
		c.mu.Unlock()
		return s, nil
	}
	c.mu.Unlock()
	conn, err := Dial(c.address)
	if err != nil {
		return nil, err
	}
	return newStream(conn), nil
}

func (c *Client) give(s *stream) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		s.Close()
		return
	}
	c.idle = append(c.idle, s)
}

// call makes one request, on a connection of its own while it lasts. When ctx
// ends the connection is closed, which tells the other side.
func (c *Client) call(ctx context.Context, kind byte, box int, arg []byte) (m []byte, ok bool, err error) {
	if ctx.Err() != nil {
		return nil, false, context.Cause(ctx)
	}
	s, err := c.take()
	if err != nil {
		return nil, false, err
	}
	stop := context.AfterFunc(ctx, func() { s.Close() })
	say, m, err := exchange(s, kind, box, arg)
	if !stop() && err == nil { // closed too late to matter, but closed
		s.Close()
		return answer(say, m)
	}
	if err != nil {
		s.Close()
		if ctx.Err() != nil {
			return nil, false, context.Cause(ctx)
		}
		return nil, false, fmt.Errorf("its creator has closed it or ended: %w", err)
	}
	c.give(s)
	return answer(say, m)
}

func exchange(s *stream, kind byte, box int, arg []byte) (say byte, m []byte, err error) {
	if err := wire.WriteFrame(s.w, kind, []byte{byte(box)}, arg); err != nil {
		return 0, nil, err
	}
	say, m, err = wire.ReadFrame(s.r)
	if err == nil && say == sayYes && (kind == askGet || kind == askTry) {
		err = wire.WriteFrame(s.w, askTook, []byte{byte(box)})
	}
	return say, m, err
}

func answer(say byte, m []byte) ([]byte, bool, error) {
	switch say {
	case sayYes:
		return m, true, nil
	case sayNo:
		return nil, false, nil
	case sayClosed:
		return nil, false, ErrClosed
	}
	return nil, false, errors.New(string(m))
}

// Put is as Box.Put.
func (c *Client) Put(ctx context.Context, box int, m []byte) error {
	_, _, err := c.call(ctx, askPut, box, m)
	return err
}

// Get is as Box.Get.
func (c *Client) Get(ctx context.Context, box int) ([]byte, error) {
	m, _, err := c.call(ctx, askGet, box, nil)
	return m, err
}

// TryGet is as Box.TryGet.
func (c *Client) TryGet(box int) ([]byte, bool, error) {
	return c.call(context.Background(), askTry, box, nil)
}

// Finish is as Box.Finish.
func (c *Client) Finish(box, n int) error {
	_, _, err := c.call(context.Background(), askFinish, box, binary.AppendUvarint(nil, uint64(n)))
	return err
}

// Join is as Box.Join.
func (c *Client) Join(ctx context.Context, box int) error {
	_, _, err := c.call(ctx, askJoin, box, nil)
	return err
}

// Len is as Box.Len.
func (c *Client) Len(box int) (int, error) {
	m, _, err := c.call(context.Background(), askLen, box, nil)
	n, _ := binary.Uvarint(m)
	return int(n), err
}

// CloseBox is as Box.Close.
func (c *Client) CloseBox(box int) error {
	_, _, err := c.call(context.Background(), askClose, box, nil)
	return err
}

// Attach tells the host that this process is there, until it ends or closes the client.
func (c *Client) Attach(end int) error {
	s, err := c.take()
	if err != nil {
		return err
	}
	if _, _, err := exchange(s, askAttach, end, nil); err != nil {
		s.Close()
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.attach = s
	return nil
}

// Close closes the connections. Calls that wait fail.
func (c *Client) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	for _, s := range c.idle {
		s.Close()
	}
	c.idle = nil
	if c.attach != nil {
		c.attach.Close()
	}
}

// Address is the address given to NewClient.
func (c *Client) Address() string { return c.address }

// Closed reports whether Close was called.
func (c *Client) Closed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closed
}
