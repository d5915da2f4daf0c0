package post

import (
	"context"
	"encoding/binary"
	"errors"
	"net"

	"songsong/helpers/processes/internal/wire"
)

// An Office serves boxes to other processes.
type Office struct {
	*Host
	boxes []*Box
	gone  func(end int) // called when a process that attached as end is gone
}

// What a process asks for. The body is the number of the box in one byte, then
// what the request needs.
const (
	askPut    = 'p' // message
	askGet    = 'g'
	askTry    = 't'
	askTook   = 'a' // after askGet or askTry: the message has arrived
	askFinish = 'd' // how many, as uvarint
	askJoin   = 'j'
	askLen    = 'l'
	askClose  = 'c'
	askAttach = 'A' // here the byte is the end
)

// What it gets.
const (
	sayYes    = 'y' // message or number
	sayNo     = 'n' // nothing there
	sayClosed = 'z'
	sayError  = 'e' // text
)

// Open serves boxes. gone may be nil.
func Open(gone func(end int), boxes ...*Box) (*Office, error) {
	o := &Office{boxes: boxes, gone: gone}
	host, err := Listen(o.serve)
	o.Host = host
	return o, err
}

type request struct {
	kind byte
	body []byte
}

// serve answers the requests of one connection, one after the other. A second
// goroutine reads, so that a request that waits ends when the other side is gone.
func (o *Office) serve(c net.Conn) {
	ctx, cancel := context.WithCancel(context.Background())
	s, requests := newStream(c), make(chan request)
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer close(requests)
		defer cancel()
		for {
			kind, body, err := wire.ReadFrame(s.r)
			if err != nil || len(body) == 0 {
				return
			}
			select {
			case requests <- request{kind, body}:
			case <-ctx.Done():
				return
			}
		}
	}()
	for r := range requests {
		if o.answer(ctx, s, r, requests) != nil {
			break
		}
	}
	cancel()
	c.Close()
	<-done
}

var errProtocol = errors.New("unknown request")

func (o *Office) answer(ctx context.Context, s *stream, r request, more <-chan request) error {
	if r.kind == askAttach {
		return o.attach(ctx, s, int(r.body[0]))
	}
	if int(r.body[0]) >= len(o.boxes) {
		return errProtocol
	}
	box, arg := o.boxes[r.body[0]], r.body[1:]
	switch r.kind {
	case askPut:
		return reply(s, nil, box.Put(ctx, arg))
	case askGet:
		m, err := box.Get(ctx)
		return o.hand(s, box, m, err, more)
	case askTry:
		m, ok, err := box.TryGet()
		if !ok && err == nil {
			return wire.WriteFrame(s.w, sayNo)
		}
		return o.hand(s, box, m, err, more)
	case askFinish:
		n, _ := binary.Uvarint(arg)
		if !box.Finish(int(n)) {
			return reply(s, nil, errors.New("more tasks were finished than were put"))
		}
		return reply(s, nil, nil)
	case askJoin:
		return reply(s, nil, box.Join(ctx))
	case askLen:
		return reply(s, binary.AppendUvarint(nil, uint64(box.Len())), nil)
	case askClose:
		box.Close()
		return reply(s, nil, nil)
	}
	return errProtocol
}

// hand gives a message away. If it does not arrive it goes back into its box.
func (o *Office) hand(s *stream, box *Box, m []byte, err error, more <-chan request) error {
	if err != nil {
		return reply(s, nil, err)
	}
	if err := reply(s, m, nil); err != nil {
		box.Unget(m)
		return err
	}
	if r, ok := <-more; !ok || r.kind != askTook {
		box.Unget(m)
		return errProtocol
	}
	return nil
}

// attach holds the connection until the process at its other end is gone.
func (o *Office) attach(ctx context.Context, s *stream, end int) error {
	if err := reply(s, nil, nil); err != nil {
		return err
	}
	<-ctx.Done()
	if o.gone != nil {
		o.gone(end)
	}
	return ctx.Err()
}

// reply sends an answer; its error ends the connection.
func reply(s *stream, m []byte, err error) error {
	switch {
	case err == nil:
		return wire.WriteFrame(s.w, sayYes, m)
	case errors.Is(err, ErrClosed):
		return wire.WriteFrame(s.w, sayClosed)
	case errors.Is(err, context.Canceled):
		return err // nobody is there
	}
	return wire.WriteFrame(s.w, sayError, []byte(err.Error()))
}
