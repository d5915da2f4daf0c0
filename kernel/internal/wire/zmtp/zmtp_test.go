package zmtp

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func quiet(string, ...any) {}

// echo starts a router that answers every message with itself.
func echo(t *testing.T, endpoint string) (*RouterSocket, string) {
	t.Helper()
	var r *RouterSocket
	ready := make(chan struct{})
	r, err := ListenRouter(endpoint, nil, quiet, func(frames [][]byte) {
		<-ready
		r.Send(frames)
	})
	if err != nil {
		t.Fatal(err)
	}
	close(ready)
	t.Cleanup(func() { r.Close(0) })
	if strings.HasPrefix(endpoint, "ipc") {
		return r, endpoint
	}
	return r, "tcp://" + r.Addr().String()
}

func dial(t *testing.T, endpoint string, kind Kind, identity string) *Conn {
	t.Helper()
	c, err := Dial(endpoint, kind, []byte(identity), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetReadDeadline(time.Now().Add(10 * time.Second))
	return c
}

// same sends a message to an echo and checks that it comes back.
func same(t *testing.T, c *Conn, frames ...[]byte) {
	t.Helper()
	if err := c.WriteMessage(frames...); err != nil {
		t.Fatal(err)
	}
	back, err := c.ReadMessage()
	if err != nil {
		t.Fatal(err)
	}
	if len(back) != len(frames) {
		t.Fatalf("%d frames came back for %d", len(back), len(frames))
	}
	for i := range back {
		if !bytes.Equal(back[i], frames[i]) {
			t.Errorf("frame %d of %d bytes came back as %d bytes", i, len(frames[i]), len(back[i]))
		}
	}
}

func TestRouter(t *testing.T) {
	for _, endpoint := range []string{"tcp://127.0.0.1:0", "ipc://" + filepath.Join(t.TempDir(), "s-1")} {
		_, at := echo(t, endpoint)
		c := dial(t, at, Dealer, "")
		same(t, c, []byte("hello"))
		same(t, c, nil, []byte{}, []byte("x"), make([]byte, 255), make([]byte, 256), make([]byte, 3<<20))
		same(t, c, make([][]byte, MaxFrames)...)
	}
}

func TestManyClients(t *testing.T) {
	_, at := echo(t, "tcp://127.0.0.1:0")
	var wg sync.WaitGroup
	for i := range 50 {
		c := dial(t, at, Dealer, "")
		wg.Go(func() {
			for j := range 100 {
				same(t, c, fmt.Append(nil, i, j))
			}
		})
	}
	wg.Wait()
}

// The newest connection with an identity has it.
func TestHandover(t *testing.T) {
	r, at := echo(t, "tcp://127.0.0.1:0")
	a := dial(t, at, Dealer, "me")
	same(t, a, []byte("a"))
	b := dial(t, at, Dealer, "me")
	same(t, b, []byte("b"))
	if _, err := a.ReadMessage(); err == nil {
		t.Error("the old connection was not ended")
	}
	same(t, b, []byte("b again"))
	if !r.Connected([]byte("me")) || r.Connected([]byte("you")) {
		t.Error("Connected is wrong")
	}
	if err := r.Send([][]byte{[]byte("you"), nil}); err == nil {
		t.Error("a message to nobody was taken")
	}
	if err := r.Send(nil); err == nil {
		t.Error("a message without frames was taken")
	}
}

func TestPing(t *testing.T) {
	_, at := echo(t, "tcp://127.0.0.1:0")
	c := dial(t, at, Dealer, "")
	c.writeCommand("PING", []byte("\x00\x00context"))
	f, err := readFrame(c.r, 100)
	if err != nil || !f.command || string(f.body) != "\x04PONGcontext" {
		t.Errorf("PING was answered with %q, %v", f.body, err)
	}
	c.writeCommand("SOMETHING", nil)
	same(t, c, []byte("and on"))
}

func TestTooManyFrames(t *testing.T) {
	_, at := echo(t, "tcp://127.0.0.1:0")
	c := dial(t, at, Dealer, "")
	c.WriteMessage(make([][]byte, MaxFrames+1)...)
	if _, err := c.ReadMessage(); err == nil {
		t.Error("a message with too many frames was taken")
	}
}

func publisher(t *testing.T, welcome func(string) [][]byte) (*PublisherSocket, string) {
	t.Helper()
	p, err := ListenPublisher("tcp://127.0.0.1:0", nil, quiet, welcome)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close(0) })
	return p, "tcp://" + p.Addr().String()
}

func read(t *testing.T, c *Conn) string {
	t.Helper()
	m, err := c.ReadMessage()
	if err != nil {
		t.Fatal(err)
	}
	return string(bytes.Join(m, []byte("|")))
}

func TestSubscriptions(t *testing.T) {
	p, at := publisher(t, func(topic string) [][]byte { return [][]byte{[]byte(topic), []byte("welcome")} })
	c := dial(t, at, Sub, "")
	c.WriteMessage([]byte("\x01a.")) // as ZMTP 3.0
	if got := read(t, c); got != "a.|welcome" {
		t.Errorf("welcome is %q", got)
	}
	c.writeCommand("SUBSCRIBE", []byte("b")) // as ZMTP 3.1
	if got := read(t, c); got != "b|welcome" {
		t.Errorf("welcome is %q", got)
	}
	c.WriteMessage([]byte("\x01b"))        // again: no welcome, but two to cancel
	c.WriteMessage([]byte("\x07nonsense")) // dropped
	c.WriteMessage(nil)
	for _, topic := range []string{"c", "a", "a.1", "b2"} {
		p.Send([][]byte{[]byte(topic), []byte("x")})
	}
	if got := read(t, c) + " " + read(t, c); got != "a.1|x b2|x" {
		t.Errorf("got %q", got)
	}
	c.writeCommand("CANCEL", []byte("b"))
	c.WriteMessage([]byte("\x00b"))
	c.WriteMessage([]byte("\x01d"))
	read(t, c)
	p.Send([][]byte{[]byte("b"), nil})
	p.Send([][]byte{[]byte("d"), nil})
	if got := read(t, c); got != "d|" {
		t.Errorf("got %q after cancelling b", got)
	}
}

// Flow waits for a slow subscriber, and cuts off one that reads nothing.
func TestFlow(t *testing.T) {
	p, at := publisher(t, func(string) [][]byte { return [][]byte{nil} })
	p.backlog, p.stall = 1<<20, 3*time.Second
	slow, deaf := dial(t, at, Sub, ""), dial(t, at, Sub, "")
	for _, c := range []*Conn{slow, deaf} {
		c.WriteMessage([]byte{1})
		read(t, c)
	}
	const n = 200
	done := make(chan int)
	go func() {
		got := 0
		for got < n {
			if _, err := slow.ReadMessage(); err != nil {
				break
			}
			got++
			time.Sleep(time.Millisecond)
		}
		done <- got
	}()
	body := make([]byte, 100_000)
	for range n {
		p.Flow(context.Background())
		p.Send([][]byte{nil, body})
	}
	if got := <-done; got != n {
		t.Errorf("the slow subscriber got %d of %d messages", got, n)
	}
	if len(p.all()) != 1 {
		t.Errorf("%d subscribers are left", len(p.all()))
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	p.Flow(ctx)
}

func TestEcho(t *testing.T) {
	r, err := ListenEcho("tcp://127.0.0.1:0", nil, quiet)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close(0)
	c := dial(t, "tcp://"+r.Addr().String(), Req, "")
	same(t, c, nil, []byte("ping"))
}

func TestUnixSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kernel-1")
	stale, err := net.ListenUnix("unix", &net.UnixAddr{Name: path})
	if err != nil {
		t.Fatal(err)
	}
	stale.SetUnlinkOnClose(false)
	stale.Close()
	r, at := echo(t, "ipc://"+path)
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the socket is %v, %v", info, err)
	}
	same(t, dial(t, at, Dealer, ""), []byte("x"))
	if _, err := ListenRouter(at, nil, quiet, func([][]byte) {}); err == nil {
		t.Error("a socket that is in use was taken over")
	}
	r.Close(0)
	if _, err := os.Stat(path); err == nil {
		t.Error("the socket was left behind")
	}
	os.WriteFile(path, []byte("a file"), 0o600)
	if _, err := ListenRouter(at, nil, quiet, func([][]byte) {}); err == nil {
		t.Error("a file was replaced by a socket")
	}
}

// Close lets what was sent leave.
func TestLinger(t *testing.T) {
	r, at := echo(t, "tcp://127.0.0.1:0")
	c := dial(t, at, Dealer, "me")
	same(t, c, []byte("x"))
	big := make([]byte, 10<<20)
	if err := r.Send([][]byte{[]byte("me"), big}); err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() {
		m, err := c.ReadMessage()
		if err == nil && len(m[0]) != len(big) {
			err = fmt.Errorf("%d bytes came", len(m[0]))
		}
		done <- err
	}()
	r.Close(5 * time.Second)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestBadEndpoints(t *testing.T) {
	for _, e := range []string{"", "udp://x", "tcp://127.0.0.1:99999", "ipc:///no/such/folder/s"} {
		if _, err := ListenRouter(e, nil, quiet, nil); err == nil {
			t.Errorf("listening on %q worked", e)
		}
		if _, err := Dial(e, Dealer, nil, nil); err == nil {
			t.Errorf("dialling %q worked", e)
		}
	}
	_, at := echo(t, "tcp://127.0.0.1:0")
	if _, err := Dial(at, Sub, nil, nil); err == nil {
		t.Error("a SUB socket talks to a ROUTER")
	}
}
