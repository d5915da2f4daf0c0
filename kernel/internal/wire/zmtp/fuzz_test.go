package zmtp

import (
	"bufio"
	"bytes"
	"net"
	"testing"
)

// FuzzFrames reads messages from arbitrary bytes: no panic, no more memory than
// bytes that came, and what was read is written the same way.
func FuzzFrames(f *testing.F) {
	f.Add(appendMessage(nil, [][]byte{nil, []byte("x"), make([]byte, 300)}))
	f.Add(appendCommand(nil, "PING", []byte("\x00\x01ctx")))
	f.Add(appendCommand(nil, "SUBSCRIBE", []byte("topic")))
	f.Add([]byte{2, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 'x'})
	f.Add([]byte{4, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		ours, theirs := net.Pipe()
		defer ours.Close()
		go func() { // takes the PONGs
			buf := make([]byte, 1024)
			for {
				if _, err := theirs.Read(buf); err != nil {
					return
				}
			}
		}()
		defer theirs.Close()
		c := &Conn{nc: ours, r: bufio.NewReader(bytes.NewReader(b))}
		total := 0
		for {
			frames, err := c.ReadMessage()
			if err != nil {
				return
			}
			for _, fr := range frames {
				total += len(fr)
			}
			if total > len(b) {
				t.Fatalf("%d bytes were read from %d", total, len(b))
			}
			again := &Conn{r: bufio.NewReader(bytes.NewReader(appendMessage(nil, frames)))}
			back, err := again.ReadMessage()
			if err != nil || len(back) != len(frames) {
				t.Fatalf("%d frames became %d: %v", len(frames), len(back), err)
			}
		}
	})
}

// FuzzHandshake feeds arbitrary bytes to the server's side of a handshake.
func FuzzHandshake(f *testing.F) {
	ready := appendProperty(nil, property{"Socket-Type", "DEALER"})
	f.Add(append(greeting(nil), appendCommand(nil, "READY", ready)...))
	f.Add(append(greeting(nil), appendCommand(nil, "READY", []byte("\x0bSocket-Type\xff\xff\xff\xffD"))...))
	f.Add([]byte("GET / HTTP/1.0\r\n\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		c := &Conn{r: bufio.NewReader(bytes.NewReader(b))}
		if c.readGreeting("NULL") == nil {
			c.readReady()
		}
		parseProperties(b)
		splitCommand(b)
	})
}
