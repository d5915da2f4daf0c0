package zmtp

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"net"
	"testing"
	"time"
)

func keys(t testing.TB) *KeyPair {
	t.Helper()
	k, err := NewKeyPair()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// The example of the specification, https://rfc.zeromq.org/spec/32/, in 8 of 32
// bytes: 86 4F D2 6F B5 59 F7 5B is HelloWorld.
func TestKeyText(t *testing.T) {
	k, err := ParseKey("HelloWorld" + "000000000000000000000000000000")
	if err != nil || !bytes.Equal(k[:8], []byte{0x86, 0x4f, 0xd2, 0x6f, 0xb5, 0x59, 0xf7, 0x5b}) {
		t.Errorf("%x, %v", k, err)
	}
	for range 100 {
		k := keys(t)
		if back, err := ParseKey(k.Secret.String()); err != nil || back != k.Secret {
			t.Errorf("%v became %v, %v", k.Secret, back, err)
		}
	}
	for _, bad := range []string{"", "HelloWorld", "#####00000000000000000000000000000000000", "00000\x00000000000000000000000000000000000", "é000000000000000000000000000000000000000"} {
		if _, err := ParseKey(bad); err == nil {
			t.Errorf("%q was taken for a key", bad)
		}
	}
}

func TestCurve(t *testing.T) {
	server := keys(t)
	var r *RouterSocket
	up := make(chan struct{})
	r, err := ListenRouter("tcp://127.0.0.1:0", &Security{Keys: server}, quiet, func(f [][]byte) { <-up; r.Send(f) })
	if err != nil {
		t.Fatal(err)
	}
	close(up)
	defer r.Close(0)
	at := "tcp://" + r.Addr().String()
	c, err := Dial(at, Dealer, []byte("me"), &Security{Keys: keys(t), Server: &server.Public})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetReadDeadline(time.Now().Add(10 * time.Second))
	same(t, c, []byte("hello"))
	same(t, c, nil, []byte("x"), make([]byte, 255), make([]byte, 3<<20), nil)
	for range 500 {
		same(t, c, []byte("again"))
	}
	c.writeCommand("PING", []byte("\x00\x00context"))
	f, err := c.readFrame(100)
	if err != nil || !f.command || string(f.body) != "\x04PONGcontext" {
		t.Errorf("PING was answered with %q, %v", f.body, err)
	}

	if _, err := Dial(at, Dealer, nil, nil); err == nil {
		t.Error("a client without keys was let in")
	}
	other := keys(t)
	if _, err := Dial(at, Dealer, nil, &Security{Keys: keys(t), Server: &other.Public}); err == nil {
		t.Error("the server proved a key it does not have")
	}
	_, plain := echo(t, "tcp://127.0.0.1:0")
	if _, err := Dial(plain, Dealer, nil, &Security{Keys: keys(t), Server: &server.Public}); err == nil {
		t.Error("a server without keys was accepted")
	}
}

// What goes over the wire does not show what is said.
func TestCurveHides(t *testing.T) {
	a, b := pipe(t)
	secret := []byte("a secret that must not be read")
	wire := a.encodeLocked(nil, [][]byte{secret})
	if bytes.Contains(wire, secret[:8]) {
		t.Error("the frame can be read")
	}
	f, err := readFrame(bufio.NewReader(bytes.NewReader(wire)), 1000)
	if err != nil {
		t.Fatal(err)
	}
	changed := frame{body: bytes.Clone(f.body)}
	changed.body[len(changed.body)-1] ^= 1
	if _, err := b.crypt.open(changed); err == nil {
		t.Error("a changed frame was taken")
	}
	b.crypt.seen = 0 // the changed frame counted
	if got, err := b.crypt.open(f); err != nil || !bytes.Equal(got.body, secret) {
		t.Errorf("%q, %v", got.body, err)
	}
	if _, err := b.crypt.open(f); err == nil {
		t.Error("a frame was taken twice")
	}
}

// pipe returns the client's and the server's end of an encrypted connection.
func pipe(t testing.TB) (client, server *Conn) {
	t.Helper()
	x, y := net.Pipe()
	t.Cleanup(func() { x.Close(); y.Close() })
	sk := keys(t)
	done := make(chan error, 1)
	go func() {
		var err error
		server = &Conn{nc: y, r: bufio.NewReader(y)}
		_, err = server.curveServer(sk, nil)
		done <- err
	}()
	client = &Conn{nc: x, r: bufio.NewReader(x)}
	if _, err := client.curveClient(keys(t), &sk.Public, nil); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	return client, server
}

// Random and damaged handshakes are refused.
func TestCurveGarbage(t *testing.T) {
	server := keys(t)
	r, err := ListenRouter("tcp://127.0.0.1:0", &Security{Keys: server}, quiet, func([][]byte) {})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close(0)
	for _, name := range []string{"HELLO", "INITIATE", "READY", "MESSAGE"} {
		for _, n := range []int{0, 1, helloSize - 1, helloSize, helloSize + 1, 4000} {
			nc, err := net.Dial("tcp", r.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			data := make([]byte, n)
			rand.Read(data)
			nc.Write(greeting(&Security{Server: &Key{}}))
			nc.Write(appendCommand(nil, name, data))
			nc.SetReadDeadline(time.Now().Add(5 * time.Second))
			buf := make([]byte, 1000)
			for {
				if _, err = nc.Read(buf); err != nil {
					break
				}
			}
			if ne, ok := err.(net.Error); ok && ne.Timeout() {
				t.Errorf("%s of %d bytes was not refused", name, n)
			}
			nc.Close()
		}
	}
}

func FuzzCurve(f *testing.F) {
	server := keys(f)
	f.Add(appendCommand(nil, "HELLO", make([]byte, helloSize)))
	f.Add(appendCommand(nil, "INITIATE", make([]byte, 400)))
	f.Fuzz(func(t *testing.T, b []byte) {
		c := &Conn{r: bufio.NewReader(bytes.NewReader(b))}
		if _, err := c.curveServer(server, nil); err == nil {
			t.Error("a handshake without the keys was taken")
		}
		(&channel{expectPrefix: fromClient}).open(frame{body: b})
	})
}
