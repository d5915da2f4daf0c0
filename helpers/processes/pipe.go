package processes

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"

	"songsong/helpers/processes/internal/post"
	"songsong/helpers/processes/internal/wire"
)

// A Conn is one end of a pipe: what is sent at one end is received at the other,
// in order, in both directions. It travels by reference: send a *Conn[T], and
// leave that end to the process that got it. Values are copies, encoded by
// encoding/gob. Send and Recv cost about 20 µs across processes.
type Conn[T any] struct {
	pipe *pipe        // in the process that made it
	peer *post.Client // in another
	end  int          // 0 or 1: puts into box end, takes from box 1-end
}

// pipe is the two directions.
type pipe struct {
	boxes  [2]*post.Box
	office *post.Office

	mu    sync.Mutex
	given [2]bool // the end was sent to another process; guarded by mu
	ended [2]bool // guarded by mu
}

// pipeRoom is how many values may be under way in one direction before Send waits.
const pipeRoom = 256

// NewPipe makes a pipe. Close each end in the process where it is used; the end
// of a process closes it too. The process that made the pipe must live while it
// is used.
func NewPipe[T any]() (a, b *Conn[T], err error) {
	if err := sendable[T]("gob", "value"); err != nil {
		return nil, nil, err
	}
	p := &pipe{boxes: [2]*post.Box{post.NewBox(pipeRoom), post.NewBox(pipeRoom)}}
	p.office, err = post.Open(p.gone, p.boxes[0], p.boxes[1])
	if err != nil {
		return nil, nil, err
	}
	return &Conn[T]{pipe: p}, &Conn[T]{pipe: p, end: 1}, nil
}

// gone ends one end: the other reads what was sent, then io.EOF, and can send no more.
func (p *pipe) gone(end int) {
	p.boxes[0].Close()
	p.boxes[1].Close()
	p.mu.Lock()
	first := !p.ended[end]
	p.ended[end] = true
	both := p.ended[0] && p.ended[1]
	p.mu.Unlock()
	if first && both {
		go p.office.Close() // in a goroutine: this may be one of those it waits for
	}
}

// close is Conn.Close in the process that made the pipe. An end that was given
// away is for its receiver to close.
func (p *pipe) close(end int) {
	p.mu.Lock()
	given := p.given[end]
	p.mu.Unlock()
	if !given {
		p.gone(end)
	}
}

// Send sends v. It waits while 256 values are under way. The error is
// io.ErrClosedPipe if one of the ends is closed.
func (c *Conn[T]) Send(ctx context.Context, v T) error {
	b, err := wire.Encode("gob", []T{v})
	if err != nil {
		return fmt.Errorf("processes: a %T can't be sent: %w", v, err)
	}
	switch {
	case c.pipe != nil:
		err = c.pipe.boxes[c.end].Put(ctx, b)
	case c.peer != nil:
		err = c.peer.Put(ctx, c.end, b)
	default:
		err = errZero
	}
	return queueError(err, io.ErrClosedPipe)
}

// Recv waits for a value. The error is io.EOF if the other end is closed, or its
// process is gone, and everything it sent was received.
func (c *Conn[T]) Recv(ctx context.Context) (T, error) {
	var b []byte
	err := errZero
	switch {
	case c.pipe != nil:
		b, err = c.pipe.boxes[1-c.end].Get(ctx)
	case c.peer != nil:
		b, err = c.peer.Get(ctx, 1-c.end)
	}
	return decodeOne[T](b, err)
}

// Close closes this end. What was sent can still be received at the other. An end
// that was sent to another process is closed there, and Close does nothing here.
func (c *Conn[T]) Close() error {
	switch {
	case c.pipe != nil:
		c.pipe.close(c.end)
	case c.peer != nil:
		c.peer.Close()
	}
	return nil
}

// GobEncode makes the end travel by reference.
func (c *Conn[T]) GobEncode() ([]byte, error) { return c.MarshalText() }

// GobDecode opens the end in the process that receives it.
func (c *Conn[T]) GobDecode(b []byte) error { return c.UnmarshalText(b) }

// MarshalText returns a handle for another process on this machine.
func (c *Conn[T]) MarshalText() ([]byte, error) {
	switch {
	case c.pipe != nil:
		c.pipe.mu.Lock()
		c.pipe.given[c.end] = true
		c.pipe.mu.Unlock()
		return fmt.Appendf(nil, "%d %s", c.end, c.pipe.office.Address()), nil
	case c.peer != nil:
		return fmt.Appendf(nil, "%d %s", c.end, c.peer.Address()), nil
	}
	return nil, errZero
}

// UnmarshalText opens the end that the handle stands for.
func (c *Conn[T]) UnmarshalText(b []byte) error {
	end, address, ok := strings.Cut(string(b), " ")
	if !ok || end != "0" && end != "1" {
		return fmt.Errorf("processes: %q is no handle of a pipe", b)
	}
	c.end = int(end[0] - '0')
	c.peer = post.NewClient(address)
	if err := c.peer.Attach(c.end); err != nil {
		return fmt.Errorf("processes: the pipe: %w", err)
	}
	return nil
}
