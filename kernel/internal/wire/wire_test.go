package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// file writes a connection file.
func file(t *testing.T, mode os.FileMode, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "kernel.json")
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestReadConnection(t *testing.T) {
	const good = `{"transport":"tcp","ip":"127.0.0.1","shell_port":1,"control_port":2,"stdin_port":3,"iopub_port":4,"hb_port":5,
		"key":"k","signature_scheme":"hmac-sha256","kernel_name":"go","jupyter_session":"/a/b.ipynb","unknown":{}}`
	for _, c := range []struct {
		name, content string
		mode          os.FileMode
		warnings      int
		err           string
	}{
		{"good", good, 0o600, 0, ""},
		{"readable by others", good, 0o644, 1, ""},
		{"readable by the group, no key", strings.Replace(good, `"key":"k"`, `"key":""`, 1), 0o640, 2, ""},
		{"another scheme", strings.Replace(good, "sha256", "md5", 1), 0o600, 0, "signature_scheme"},
		{"another transport", strings.Replace(good, "tcp", "udp", 1), 0o600, 0, "transport"},
		{"no port", strings.Replace(good, `"shell_port":1`, `"shell_port":70000`, 1), 0o600, 0, "not a port"},
		{"bad keys", strings.Replace(good, `"key"`, `"curve_publickey":"x","key"`, 1), 0o600, 0, "CURVE keys"},
		{"secret key only", strings.Replace(good, `"key"`, `"curve_secretkey":"`+strings.Repeat("0", 40)+`","key"`, 1), 0o600, 0, "CURVE keys"},
		{"wrong type", strings.Replace(good, `"shell_port":1`, `"shell_port":"1"`, 1), 0o600, 0, "not what Jupyter writes"},
		{"not JSON", "hello", 0o600, 0, "not what Jupyter writes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			warnings := 0
			conn, err := ReadConnection(file(t, c.mode, c.content), func(string) { warnings++ })
			if c.err != "" {
				if err == nil || !strings.Contains(err.Error(), c.err) {
					t.Errorf("the error is %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if warnings != c.warnings {
				t.Errorf("%d warnings, want %d", warnings, c.warnings)
			}
			if shell, _, _, _, hb := conn.Endpoints(); shell != "tcp://127.0.0.1:1" || hb != "tcp://127.0.0.1:5" {
				t.Errorf("endpoints %s, %s", shell, hb)
			}
		})
	}
	if _, err := ReadConnection(filepath.Join(t.TempDir(), "none"), nil); err == nil {
		t.Error("a file that is not there was read")
	}
}

func TestEndpoints(t *testing.T) {
	for want, c := range map[string]Connection{
		"tcp://[::1]:7":     {Transport: "tcp", IP: "::1", ShellPort: 7},
		"tcp://:7":          {Transport: "tcp", IP: "*", ShellPort: 7},
		"ipc:///run/k-7":    {Transport: "ipc", IP: "/run/k", ShellPort: 7},
		"tcp://localhost:7": {Transport: "tcp", IP: "localhost", ShellPort: 7},
	} {
		if got, _, _, _, _ := c.Endpoints(); got != want {
			t.Errorf("endpoint is %s, want %s", got, want)
		}
	}
}

// A port that is taken is an error, whichever of the five it is.
func TestListenTaken(t *testing.T) {
	first, err := Listen(Connection{Transport: "tcp", IP: "127.0.0.1"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close(0)
	c := first.Connection
	for _, taken := range []Connection{{ShellPort: c.ShellPort}, {ControlPort: c.ControlPort}, {StdinPort: c.StdinPort},
		{IOPubPort: c.IOPubPort}, {HBPort: c.HBPort}} {
		taken.Transport, taken.IP = c.Transport, c.IP
		if s, err := Listen(taken, nil); err == nil {
			s.Close(0)
			t.Errorf("%+v was opened twice", taken)
		}
	}
}

func message() *Message {
	return &Message{
		Identities: [][]byte{[]byte("id")},
		Header:     Header{MsgID: "1", Session: "s", Username: "u", Date: "2026-01-02T03:04:05Z", MsgType: "execute_request", Version: "5.4"},
		Parent:     json.RawMessage(`{"msg_id":"0"}`), Metadata: json.RawMessage(`{}`), Content: json.RawMessage(`{"code":"1"}`),
		Buffers: [][]byte{[]byte("buffer")},
	}
}

func TestRoundTrip(t *testing.T) {
	for _, key := range []string{"", "a key"} {
		frames, err := NewSigner(key).Encode(message())
		if err != nil {
			t.Fatal(err)
		}
		got, err := NewSigner(key).Decode(frames)
		if err != nil {
			t.Fatal(err)
		}
		want := message()
		want.RawHeader = got.RawHeader
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
		if got.ParentID() != "0" {
			t.Errorf("the parent is %q", got.ParentID())
		}
	}
}

// The signature of a message from the specification's recipe, computed with
// Python's hmac: hmac.new(b"key", b'{"a":1}{}{}{}', "sha256").hexdigest().
func TestSignature(t *testing.T) {
	s := NewSigner("key")
	got := string(s.sign([][]byte{[]byte(`{"a":1}`), []byte("{}"), []byte("{}"), []byte("{}")}))
	if want := "f1128388193e4dd1aa760827bd756a1b40b627676b5efe22c0e8297919bfa218"; got != want {
		t.Errorf("signature %s, want %s", got, want)
	}
}

func TestReplay(t *testing.T) {
	s := NewSigner("key")
	frames, _ := s.Encode(message())
	if _, err := s.Decode(frames); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Decode(frames); err != errReplayed {
		t.Errorf("a replay gives %v", err)
	}
	for i := range remembered {
		s.remember([32]byte{byte(i), byte(i >> 8), byte(i >> 16), 1})
	}
	if len(s.seen) != remembered || len(s.ring) != remembered {
		t.Errorf("%d signatures are remembered", len(s.seen))
	}
	if _, err := s.Decode(frames); err != nil {
		t.Errorf("a signature that was forgotten gives %v", err)
	}
}

func TestDecodeContent(t *testing.T) {
	var v struct {
		Code string `json:"code"`
	}
	for _, bad := range []string{"", "null", "[]", `"x"`, `{"code":1}`, `{`, `{"code":"x"}x`, "\xff"} {
		m := message()
		m.Content = json.RawMessage(bad)
		if m.DecodeContent(&v) == nil {
			t.Errorf("%q was taken", bad)
		}
	}
	m := message()
	m.Content = json.RawMessage(" \n{\"code\":\"ok\",\"more\":null}")
	if err := m.DecodeContent(&v); err != nil || v.Code != "ok" {
		t.Error(err, v)
	}
}

func TestLimitedLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var lines []string
		log := limited(func(f string, a ...any) { lines = append(lines, fmt.Sprintf(f, a...)) })
		for range 1000 {
			log("forged")
		}
		time.Sleep(2 * time.Second)
		log("last")
		if len(lines) != linesPerSecond+2 || !strings.Contains(lines[linesPerSecond], "980 more") {
			t.Errorf("%d lines: %q", len(lines), lines)
		}
	})
	limited(nil)("nothing")
}

// FuzzDecode takes messages of arbitrary frames apart, signed right or not.
func FuzzDecode(f *testing.F) {
	frames, _ := NewSigner("").Encode(message())
	f.Add(bytes.Join(frames, []byte{0}), "")
	f.Add([]byte("<IDS|MSG>\x00\x00{}\x00{}\x00{}\x00{}"), "")
	f.Add([]byte("<IDS|MSG>\x00\x00null\x00[]\x001\x00\"x\""), "key")
	f.Fuzz(func(t *testing.T, b []byte, key string) {
		s := NewSigner(key)
		m, err := s.Decode(bytes.Split(b, []byte{0}))
		if err != nil {
			return
		}
		if m.Header.MsgID == "" || m.Header.MsgType == "" {
			t.Error("a message without a header was taken")
		}
		m.ParentID()
		m.DecodeContent(&struct{ Code string }{})
		if again, err := NewSigner(key).Encode(m); err != nil || len(again) < 6 {
			t.Errorf("it can't be written again: %v", err)
		}
	})
}
