package zmtp

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Bits of the flags byte that starts a frame.
const (
	flagMore    = 1
	flagLong    = 2
	flagCommand = 4
)

// Limits on what a peer may send.
const (
	MaxMessage = 256 << 20 // bytes of one message, all its frames together
	MaxFrames  = 4096      // frames of one message
	maxCommand = 64 << 10  // bytes of one command
)

// ErrTooLarge says that a peer announced more than the limits allow.
var ErrTooLarge = errors.New("zmtp: message is larger than the limit")

// A frame is one unit on the wire: a command, or a part of a message.
type frame struct {
	command, more bool
	body          []byte
}

// readFrame reads one frame of at most limit bytes. It allocates as bytes
// arrive, so a header that lies about its length costs the reader nothing.
func readFrame(r *bufio.Reader, limit int) (frame, error) {
	flags, err := r.ReadByte()
	if err != nil {
		return frame{}, err
	}
	if flags&^(flagMore|flagLong|flagCommand) != 0 || flags&flagCommand != 0 && flags&flagMore != 0 {
		return frame{}, fmt.Errorf("zmtp: frame flags %#x are not defined", flags)
	}
	size, err := readSize(r, flags&flagLong != 0)
	if err != nil {
		return frame{}, err
	}
	f := frame{command: flags&flagCommand != 0, more: flags&flagMore != 0}
	if f.command && limit > maxCommand {
		limit = maxCommand
	}
	if size > uint64(limit) {
		return frame{}, fmt.Errorf("%w: %d bytes", ErrTooLarge, size)
	}
	f.body, err = readBody(r, int(size))
	return f, err
}

func readSize(r *bufio.Reader, long bool) (uint64, error) {
	if !long {
		b, err := r.ReadByte()
		return uint64(b), truncated(err)
	}
	var b [8]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		return 0, truncated(err)
	}
	return binary.BigEndian.Uint64(b[:]), nil
}

func readBody(r *bufio.Reader, size int) ([]byte, error) {
	const chunk = 64 << 10
	if size <= chunk {
		body := make([]byte, size)
		_, err := io.ReadFull(r, body)
		return body, truncated(err)
	}
	var buf bytes.Buffer
	buf.Grow(chunk)
	_, err := io.CopyN(&buf, r, int64(size))
	return buf.Bytes(), truncated(err)
}

// truncated turns the end of the stream inside a frame into an error of its own.
func truncated(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// appendHeader appends the header of a frame of size bytes.
func appendHeader(dst []byte, flags byte, size int) []byte {
	if size <= 255 {
		return append(dst, flags, byte(size))
	}
	dst = append(dst, flags|flagLong)
	return binary.BigEndian.AppendUint64(dst, uint64(size))
}

// appendMessage appends the frames of one message in wire form.
func appendMessage(dst []byte, frames [][]byte) []byte {
	for i, f := range frames {
		var flags byte
		if i < len(frames)-1 {
			flags = flagMore
		}
		dst = append(appendHeader(dst, flags, len(f)), f...)
	}
	return dst
}

// messageSize is the length of a message in wire form, in bytes.
func messageSize(frames [][]byte) int {
	n := 0
	for _, f := range frames {
		n += len(f) + 2
		if len(f) > 255 {
			n += 7
		}
	}
	return n
}
