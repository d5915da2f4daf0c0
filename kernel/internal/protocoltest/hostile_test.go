package protocoltest

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"runtime"
	"testing"
	"time"

	"songsong/kernel/internal/jupyter"
	"songsong/kernel/internal/wire"
)

// alive checks that the kernel still does everything, for its client and for a
// new one.
func alive(t *testing.T, k *Kernel, c *Client) {
	t.Helper()
	want(t, "status", c.Execute("print alive").Status, "ok")
	want(t, "status", c.KernelInfo("control").Text("status"), "ok")
	if err := c.Heartbeat([]byte("alive")); err != nil {
		t.Error(err)
	}
	other := k.Client()
	want(t, "status of a new client", other.Execute("print alive").Status, "ok")
	other.Close()
}

// heap is the memory in use, in bytes.
func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// requestTypes are all the messages a client can send.
var requestTypes = []string{"execute_request", "complete_request", "inspect_request", "is_complete_request", "history_request",
	"kernel_info_request", "connect_request", "comm_info_request", "comm_open", "comm_msg", "comm_close", "interrupt_request",
	"debug_request", "usage_request", "create_subshell_request", "input_reply", "made_up_request", "made_up", "execute_reply", "status"}

// oddContents are contents no request has, each valid or invalid JSON.
var oddContents = []string{``, ` `, `null`, `[]`, `{}`, `1`, `"x"`, `true`, `{`, `}`, `{"code"`, "\x00\xff", `{"code":1}`, `{"code":null}`,
	`{"code":"print 1","silent":"yes"}`, `{"code":"print 1","silent":null,"store_history":1}`, `{"code":"print 1"}`,
	`{"code":[],"cursor_pos":"x"}`, `{"code":"x","cursor_pos":1e300}`, `{"code":"x","cursor_pos":-9223372036854775808}`,
	`{"code":"x","cursor_pos":1.5}`, `{"code":"x","cursor_pos":null,"detail_level":99}`, `{"code":"\ud800","cursor_pos":1}`,
	`{"code":"print 1","user_expressions":[]}`, `{"code":"print 1","user_expressions":{"a":1}}`,
	`{"hist_access_type":7}`, `{"hist_access_type":"tail","n":-1}`, `{"hist_access_type":"range","session":-999999999999,"start":-5,"stop":"x"}`,
	`{"hist_access_type":"search","pattern":"[","n":1}`, `{"comm_id":5}`, `{"comm_id":"x","target_name":[]}`, `{"value":5}`, `{"seq":"x"}`, `{"command":{}}`}

// A signed message whose content is not what it should be gets an error where
// its type has a reply, and idle in any case.
func TestOddContents(t *testing.T) {
	_, k, c := start(t)
	for _, msgType := range requestTypes {
		for _, channel := range []string{"shell", "control", "stdin"} {
			for _, content := range oddContents {
				m := c.message(msgType, json.RawMessage(content))
				c.send(c.channel(channel), m)
				if channel == "stdin" {
					continue
				}
				c.Outputs(m.Header.MsgID)
				if len(msgType) > 8 && msgType[len(msgType)-8:] == "_request" {
					c.Reply(m.Header.MsgID)
				}
			}
		}
	}
	deep := make([]byte, 1<<20)
	for i := range deep {
		deep[i] = '['
	}
	m := c.message("execute_request", json.RawMessage(deep))
	c.send(c.shell, m)
	want(t, "a million brackets", c.Reply(m.Header.MsgID).Text("status"), "error")
	alive(t, k, c)
}

// Messages that are not signed right, or have no header, are dropped; 1,000 and
// more of them change nothing.
func TestForgedMessages(t *testing.T) {
	_, k, c := start(t)
	forger := wire.NewSigner("not the key")
	good := func() [][]byte {
		frames, err := c.Signer.Encode(c.message("execute_request", executeContent("print 1", nil)))
		if err != nil {
			t.Fatal(err)
		}
		return frames
	}
	kinds := map[string]func() [][]byte{
		"forged": func() [][]byte {
			f, _ := forger.Encode(c.message("execute_request", executeContent("print forged", nil)))
			return f
		},
		"unsigned":        func() [][]byte { f := good(); f[1] = nil; return f },
		"short signature": func() [][]byte { f := good(); f[1] = f[1][:10]; return f },
		"not hexadecimal": func() [][]byte { f := good(); f[1] = []byte(fmt.Sprintf("%064s", "zz")); return f },
		"changed":         func() [][]byte { f := good(); f[5] = []byte(`{"code":"print changed"}`); return f },
		"truncated":       func() [][]byte { f := good(); return f[:1+rand.IntN(5)] },
		"out of order": func() [][]byte {
			f := good()
			rand.Shuffle(len(f), func(i, j int) { f[i], f[j] = f[j], f[i] })
			return f[:5]
		},
		"no delimiter":    func() [][]byte { return good()[1:] },
		"many identities": func() [][]byte { return append(make([][]byte, 100), good()...) },
		"empty":           func() [][]byte { return [][]byte{nil} },
		"empty frames":    func() [][]byte { return make([][]byte, 50) },
		"garbage": func() [][]byte {
			f := make([][]byte, 1+rand.IntN(10))
			for i := range f {
				f[i] = make([]byte, rand.IntN(500))
				for j := range f[i] {
					f[i][j] = byte(rand.IntN(256))
				}
			}
			return f
		},
		"odd header": func() [][]byte {
			m := c.message("execute_request", executeContent("print 1", nil))
			f, _ := c.Signer.Encode(m)
			return resigned(k, f, 2, []string{`null`, `[]`, `{}`, `{"msg_id":1,"msg_type":[]}`, `{"msg_id":"x"}`, `{`, ``}[rand.IntN(7)])
		},
	}
	replayed := good()
	c.SendFrames("shell", replayed...)
	alive(t, k, c)
	before := heap()
	for name, make := range kinds {
		for range 200 {
			for _, channel := range []string{"shell", "control", "stdin"} {
				if err := c.SendFrames(channel, make()...); err != nil {
					t.Fatalf("%s on %s: %v", name, channel, err)
				}
			}
		}
	}
	c.SendFrames("shell", replayed...)
	alive(t, k, c)
	if grown := int64(heap()) - int64(before); grown > 8<<20 {
		t.Errorf("the heap grew by %d bytes", grown)
	}
}

// resigned replaces one part of a message and signs it anew.
func resigned(k *Kernel, frames [][]byte, part int, value string) [][]byte {
	frames[part] = []byte(value)
	h := hmac.New(sha256.New, []byte(k.Connection().Key))
	for _, f := range frames[2:6] {
		h.Write(f)
	}
	frames[1] = hex.AppendEncode(nil, h.Sum(nil))
	return frames
}

func TestForgedNotExecuted(t *testing.T) {
	s, k, c := start(t)
	frames, _ := c.Signer.Encode(c.message("execute_request", executeContent("print once", nil)))
	for range 5 {
		c.SendFrames("shell", frames...)
	}
	forger := wire.NewSigner("not the key")
	frames, _ = forger.Encode(c.message("execute_request", executeContent("print forged", nil)))
	c.SendFrames("shell", frames...)
	alive(t, k, c)
	var ran []string
	for _, r := range s.Requests() {
		ran = append(ran, r.Code)
	}
	want(t, "cells", ran, []string{"print once", "print alive", "print alive"})
}

// hostilePeers break ZMTP itself, each in its own way.
var hostilePeers = map[string][]byte{
	"nothing":             {},
	"HTTP":                []byte("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
	"zeros":               make([]byte, 200),
	"old version":         append([]byte{0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 1}, make([]byte, 60)...),
	"half a greeting":     greetingBytes()[:20],
	"another mechanism":   replaced(greetingBytes(), 12, "PLAIN"),
	"no handshake":        append(greetingBytes(), 0, 5, 'h', 'e', 'l', 'l', 'o'),
	"command of nothing":  append(greetingBytes(), 4, 0),
	"command too short":   append(greetingBytes(), 4, 3, 200, 'R', 'E'),
	"property too short":  append(greetingBytes(), command("READY", "\x0bSocket-Type\x00\x00\xff\xffDEALER")...),
	"property name only":  append(greetingBytes(), command("READY", "\xffSocket")...),
	"wrong kind":          append(greetingBytes(), command("READY", "\x0bSocket-Type\x00\x00\x00\x03PUB")...),
	"no kind":             append(greetingBytes(), command("READY", "")...),
	"frame of 2^62 bytes": append(ready(), 2, 0x40, 0, 0, 0, 0, 0, 0, 0, 'x'),
	"frame of -1 bytes":   append(ready(), 2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
	"frame of 200 MB":     append(ready(), 2, 0, 0, 0, 0, 0x0c, 0, 0, 0, 'x'),
	"undefined flags":     append(ready(), 0xf8, 1, 'x'),
	"command with more":   append(ready(), 5, 1, 'x'),
	"endless parts":       append(ready(), repeated([]byte{1, 1, 'x'}, 10_000)...),
	"short ping":          append(ready(), command("PING", "")...),
	"long command":        append(ready(), 6, 0, 0, 0, 0, 0, 0x10, 0, 0),
	"cut in a frame":      append(ready(), 0, 100, 'x'),
}

func greetingBytes() []byte {
	g := make([]byte, 64)
	g[0], g[9], g[10] = 0xff, 0x7f, 3
	copy(g[12:], "NULL")
	return g
}

func replaced(b []byte, at int, s string) []byte {
	copy(b[at:], s)
	return b
}

func repeated(b []byte, n int) []byte {
	var out []byte
	for range n {
		out = append(out, b...)
	}
	return out
}

func command(name, data string) []byte {
	body := append([]byte{byte(len(name))}, name+data...)
	if len(body) < 256 {
		return append([]byte{4, byte(len(body))}, body...)
	}
	return append(binary.BigEndian.AppendUint64([]byte{6}, uint64(len(body))), body...)
}

func ready() []byte {
	return append(greetingBytes(), command("READY", "\x0bSocket-Type\x00\x00\x00\x06DEALER\x08Identity\x00\x00\x00\x00")...)
}

// Whatever bytes come, the kernel goes on, and silent connections keep nobody out.
func TestHostilePeers(t *testing.T) {
	_, k, c := start(t)
	conn := k.Connection()
	ports := []int{conn.ShellPort, conn.ControlPort, conn.StdinPort, conn.IOPubPort, conn.HBPort}
	before := heap()
	for name, b := range hostilePeers {
		for _, port := range ports {
			for range 10 {
				nc := raw(t, conn, port)
				nc.SetWriteDeadline(time.Now().Add(5 * time.Second))
				nc.Write(b)
				if name == "cut in a frame" {
					nc.Close()
				}
			}
		}
		if t.Failed() {
			t.Fatal(name)
		}
	}
	alive(t, k, c)
	if grown := int64(heap()) - int64(before); grown > 128<<20 {
		t.Errorf("the heap grew by %d MB", grown>>20)
	}
}

// Random bytes after a right handshake.
func TestRandomFrames(t *testing.T) {
	_, k, c := start(t)
	conn := k.Connection()
	for i := range 300 {
		port := []int{conn.ShellPort, conn.ControlPort, conn.StdinPort, conn.IOPubPort, conn.HBPort}[i%5]
		nc := raw(t, conn, port)
		b := ready()
		if port == conn.IOPubPort {
			b = append(greetingBytes(), command("READY", "\x0bSocket-Type\x00\x00\x00\x03SUB")...)
		}
		for range rand.IntN(2000) {
			b = append(b, byte(rand.IntN(256))&[]byte{0xff, 7, 3}[i%3])
		}
		nc.Write(b)
		nc.Close()
	}
	alive(t, k, c)
}

// A connection that is not spoken on does not keep others out, as it does with
// a server that makes its handshakes one after another.
func TestSilentConnections(t *testing.T) {
	_, k, c := start(t)
	conn := k.Connection()
	var silent []net.Conn
	for range 50 {
		for _, port := range []int{conn.ShellPort, conn.IOPubPort, conn.HBPort} {
			silent = append(silent, raw(t, conn, port))
		}
	}
	began := time.Now()
	alive(t, k, c)
	if d := time.Since(began); d > 2*time.Second {
		t.Errorf("a new client needed %v beside %d silent connections", d, len(silent))
	}
}

// A big message is taken; what it carries is counted, not trusted.
func TestBigMessages(t *testing.T) {
	_, k, c := start(t, jupyter.Options{Unlimited: true})
	big := bytes.Repeat([]byte("x"), megabytes(20))
	e := c.Execute("print " + string(big))
	want(t, "bytes", len(e.Stream("stdout")), len(big)+1)
	m := c.message("comm_msg", map[string]any{"comm_id": "x", "data": map[string]any{}})
	m.Buffers = [][]byte{big, nil, big}
	c.send(c.shell, m)
	c.Outputs(m.Header.MsgID)
	alive(t, k, c)
}
