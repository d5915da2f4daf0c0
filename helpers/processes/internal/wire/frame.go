// Package wire is what a pool and its worker processes say to each other:
// frames on a pair of pipes, the handshake, and the encodings of arguments,
// results and failures. It knows nothing of processes or functions.
package wire

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
)

// Version is the version of the protocol. A worker with another one is refused.
const Version = 1

// MaxFrame bounds one frame, in bytes; a longer length means a broken stream.
const MaxFrame = 1 << 30

// The kinds of frame.
const (
	KindHello  = 'h' // worker → pool: Hello
	KindSetup  = 's' // pool → worker: Setup
	KindReady  = 'r' // worker → pool: Ready
	KindRun    = 'R' // pool → worker: Run
	KindRecall = 'B' // pool → worker: give a piece back if it has not started
	KindCancel = 'C' // pool → worker: cancel one task of a piece
	KindQuit   = 'q' // pool → worker: leave after the pieces already sent
	KindDone   = 'D' // worker → pool: Done
)

// WriteFrame writes one frame and flushes w.
func WriteFrame(w *bufio.Writer, kind byte, parts ...[]byte) error {
	if err := BufferFrame(w, kind, parts...); err != nil {
		return err
	}
	return w.Flush()
}

// BufferFrame writes one frame: length, kind, body (the parts in order). Without
// a flush it may stay in w.
func BufferFrame(w *bufio.Writer, kind byte, parts ...[]byte) error {
	n := 0
	for _, p := range parts {
		n += len(p)
	}
	if n > MaxFrame {
		return fmt.Errorf("a message of %d bytes is over the limit of %d", n, MaxFrame)
	}
	var head [5]byte
	binary.LittleEndian.PutUint32(head[:4], uint32(n))
	head[4] = kind
	w.Write(head[:]) // an error stays in w
	for _, p := range parts {
		w.Write(p)
	}
	_, err := w.Write(nil)
	return err
}

// ReadFrame reads one frame. The body is new memory.
func ReadFrame(r *bufio.Reader) (kind byte, body []byte, err error) {
	var head [5]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, nil, err
	}
	n := binary.LittleEndian.Uint32(head[:4])
	if n > MaxFrame {
		return 0, nil, fmt.Errorf("a message of %d bytes is over the limit of %d", n, MaxFrame)
	}
	body = make([]byte, n)
	_, err = io.ReadFull(r, body)
	return head[4], body, err
}

// WriteJSON writes v as the body of a frame.
func WriteJSON(w *bufio.Writer, kind byte, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return WriteFrame(w, kind, b)
}

// ReadJSON reads a frame that must be of the given kind into v.
func ReadJSON(r *bufio.Reader, kind byte, v any) error {
	k, body, err := ReadFrame(r)
	if err != nil {
		return err
	}
	if k != kind {
		return fmt.Errorf("got a message of kind %q where %q was due", k, kind)
	}
	return json.Unmarshal(body, v)
}
