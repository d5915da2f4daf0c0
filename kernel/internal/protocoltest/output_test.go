package protocoltest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"songsong/kernel/internal/jupyter"
)

// numbered is "line 0\n" to "line n-1\n".
func numbered(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "line %d\n", i)
	}
	return b.String()
}

func TestManyLines(t *testing.T) {
	_, _, c := start(t)
	const n = 100_000
	began := time.Now()
	e := c.Execute(fmt.Sprint("lines ", n))
	took := time.Since(began)
	if e.Stream("stdout") != numbered(n) {
		t.Error("lines were lost or out of order")
	}
	messages := len(e.Of("stream"))
	t.Logf("%d lines in %v, in %d messages", n, took, messages)
	if took > 600*time.Millisecond && !raceEnabled {
		t.Errorf("%d lines took %v, more than 0.6 s", n, took)
	}
	if messages > 100 {
		t.Errorf("%d lines came in %d messages", n, messages)
	}
}

// A server is what drops output: it counts messages and bytes of the last 3 s
// as jupyter_server's _limit_rate does, by the times of arrival.
type server struct {
	at       []time.Time
	bytes    []int
	dropped  int
	messages int
}

func (s *server) see(m *Message) {
	switch m.Header.MsgType {
	case "status":
		if m.State() == "idle" {
			s.at, s.bytes = nil, nil
		}
		return
	case "comm_open", "execute_input":
		return
	}
	s.at = append(s.at, m.At)
	size := 0
	if m.Header.MsgType == "stream" {
		size = 64 + len(m.RawHeader) + len(m.Parent) + len(m.Metadata) + len(m.Content)
	}
	s.bytes = append(s.bytes, size)
	for m.At.Sub(s.at[0]) > 3*time.Second {
		s.at, s.bytes = s.at[1:], s.bytes[1:]
	}
	sum := 0
	for _, b := range s.bytes {
		sum += b
	}
	s.messages++
	if sum > 3_000_000 || len(s.at) > 3000 {
		s.dropped++
	}
}

// 5 MB do not fit a server's window; the rest is paced so that it drops none.
func TestFloodIsPaced(t *testing.T) {
	if testing.Short() {
		t.Skip("takes 7 s")
	}
	t.Parallel()
	_, _, c := start(t)
	const n = 5_000_000
	began := time.Now()
	e := c.Execute(fmt.Sprint("flood ", n))
	took := time.Since(began)
	want(t, "bytes", len(e.Stream("stdout")), n)
	var s server
	for _, m := range e.Messages {
		s.see(m)
	}
	t.Logf("%d bytes in %v, %d messages", n, took, s.messages)
	want(t, "messages a server would drop", s.dropped, 0)
	if took > 14*time.Second {
		t.Errorf("it took %v", took)
	}
}

// Text that goes back and forth between the streams keeps its order, unless
// that would make more outputs than a front end shows: then it is joined.
func TestAlternatingStreams(t *testing.T) {
	_, _, c := start(t)
	e := c.Execute(strings.Repeat("print out\neprint err\n", 5))
	for i, m := range e.Of("stream") {
		if name := m.Text("name"); (name == "stdout") != (i%2 == 0) {
			t.Errorf("message %d is of %s", i, name)
		}
	}
	want(t, "messages", len(e.Of("stream")), 10)
	const n = 5000
	began := time.Now()
	var code strings.Builder
	for i := range n {
		fmt.Fprintf(&code, "print line %d\neprint line %d\n", i, i)
	}
	e = c.Execute(code.String())
	want(t, "stdout", e.Stream("stdout"), numbered(n))
	want(t, "stderr", e.Stream("stderr"), numbered(n))
	if d := time.Since(began); d > 2*time.Second || len(e.Of("stream")) > 100 {
		t.Errorf("%d messages in %v", len(e.Of("stream")), d)
	}
}

// Displays can't be joined; they are paced by their number.
func TestManyDisplaysArePaced(t *testing.T) {
	if testing.Short() {
		t.Skip("takes 5 s")
	}
	t.Parallel()
	_, _, c := start(t)
	const n = 3500
	e := c.Execute(strings.Repeat("show x\n", n))
	var s server
	for _, m := range e.Messages {
		s.see(m)
	}
	want(t, "displays", len(e.Of("display_data")), n)
	want(t, "messages a server would drop", s.dropped, 0)
}

func TestUnlimited(t *testing.T) {
	_, _, c := start(t, jupyter.Options{Unlimited: true})
	began := time.Now()
	n := megabytes(20)
	e := c.Execute(fmt.Sprint("flood ", n))
	want(t, "bytes", len(e.Stream("stdout")), n)
	if d := time.Since(began); d > 5*time.Second {
		t.Errorf("it took %v", d)
	}
}

// What a goroutine prints after its cell has ended appears under that cell,
// also while another runs.
func TestOutputAfterCell(t *testing.T) {
	_, _, c := start(t)
	first := c.Execute("print now\nlater 100ms 50")
	want(t, "stdout of the first cell", first.Stream("stdout"), "now\n")
	second := c.Execute("print second\nsleep 300ms")
	want(t, "stdout of the second cell", second.Stream("stdout"), "second\n")
	late := Execution{Messages: c.Seen(first.ID)}
	want(t, "stdout of the first cell, later", late.Stream("stdout"), "now\n"+numbered(50))
}

// Characters that are printed in pieces arrive whole.
func TestSplitCharacters(t *testing.T) {
	_, _, c := start(t)
	e := c.Execute(`raw "a\xf0\x9f"` + "\nsleep 80ms\n" + `raw "\x99\x82b\xe1\xbb"` + "\neprint between\n" + `raw "\x85\n"`)
	want(t, "stdout", e.Stream("stdout"), "a🙂bễ\n")
	e = c.Execute(`raw "cut \xf0\x9f"`)
	want(t, "cut off", e.Stream("stdout"), "cut \ufffd\ufffd")
	e = c.Execute(`raw "not \xff\xfe UTF-8"`)
	want(t, "not UTF-8", e.Stream("stdout"), "not \ufffd\ufffd UTF-8")
	e = c.Execute(strings.Repeat(`raw "`+strings.Repeat("ễ🙂", 5000)+`"`+"\n", 10))
	want(t, "long", e.Stream("stdout"), strings.Repeat("ễ🙂", 50000))
}

// A front end that reads nothing must not stop the others, or the kernel.
func TestDeafSubscriber(t *testing.T) {
	_, k, c := start(t, jupyter.Options{Unlimited: true})
	deaf := DialDeaf(t, k.Connection())
	defer deaf.Close()
	n := megabytes(30)
	e := c.Execute(fmt.Sprint("flood ", n))
	want(t, "bytes", len(e.Stream("stdout")), n)
}

func TestManyCellsPrintAtOnce(t *testing.T) {
	_, _, c := start(t)
	var ids []string
	for range 20 {
		ids = append(ids, c.Submit("later 50ms 1000"))
	}
	for _, id := range ids {
		c.Finish(id)
	}
	c.Execute("sleep 500ms")
	for i, id := range ids {
		if got := (&Execution{Messages: c.Seen(id)}).Stream("stdout"); got != numbered(1000) {
			t.Errorf("cell %d printed %d bytes, not %d", i, len(got), len(numbered(1000)))
		}
	}
}

// A loop that updates a display is not slowed down, and its last update shows.
func TestManyUpdates(t *testing.T) {
	_, _, c := start(t)
	began := time.Now()
	e := c.Execute("show first\nupdates 20000\nprint done")
	if d := time.Since(began); d > 3*time.Second {
		t.Errorf("it took %v", d)
	}
	updates := e.Of("update_display_data")
	if len(updates) == 0 || len(updates) > 100 {
		t.Fatalf("%d updates", len(updates))
	}
	var data map[string]string
	updates[len(updates)-1].Field("data", &data)
	want(t, "last update", data["text/plain"], "19999")
	want(t, "stdout", e.Stream("stdout"), "done\n")
	e = c.Execute("update early\nshow after")
	want(t, "order", e.Types(), []string{"busy", "execute_input", "update_display_data", "display_data", "idle"})
}
