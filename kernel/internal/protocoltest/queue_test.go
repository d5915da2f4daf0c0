package protocoltest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"songsong/kernel/internal/wire"
)

// sleeping runs a cell that sleeps until interrupted and waits until it runs.
func sleeping(c *Client) string {
	id := c.Submit("print asleep\nsleep 1h")
	c.WaitFor(id, "execute_input", func(m *Message) bool { return m.Header.MsgType == "execute_input" })
	return id
}

// While a cell runs, all but cells is answered at once.
func TestAnswersWhileCellRuns(t *testing.T) {
	_, _, c := start(t)
	id := sleeping(c)
	limit := 100 * time.Millisecond
	for name, ask := range map[string]func(){
		"kernel_info on control": func() { c.KernelInfo("control") },
		"kernel_info on shell":   func() { c.KernelInfo("shell") },
		"complete":               func() { c.Complete("pa", 2) },
		"inspect":                func() { c.Inspect("print", 1, 0) },
		"is_complete":            func() { c.IsComplete("print") },
		"comm_info":              func() { c.Ask("shell", "comm_info_request", map[string]any{}) },
		"history":                func() { c.Ask("shell", "history_request", map[string]any{"hist_access_type": "tail", "n": 3}) },
	} {
		var slowest time.Duration
		for range 20 {
			began := time.Now()
			ask()
			slowest = max(slowest, time.Since(began))
		}
		t.Logf("%s: at most %v", name, slowest)
		if slowest > limit {
			t.Errorf("%s took %v, more than %v", name, slowest, limit)
		}
	}
	began := time.Now()
	c.Interrupt()
	e := c.Finish(id)
	want(t, "ename", e.Reply.Text("ename"), "interrupted")
	if d := time.Since(began); d > limit {
		t.Errorf("the interrupt took %v", d)
	}
	want(t, "next", c.Execute("print 1").Status, "ok")
}

// The last status a front end sees is busy as long as a cell runs, whatever
// was answered meanwhile.
func TestStatusWhileCellRuns(t *testing.T) {
	_, _, c := start(t)
	id := sleeping(c)
	c.Complete("pa", 2)
	c.KernelInfo("control")
	busy := 0
	c.WaitFor(id, "second busy again", func(m *Message) bool {
		if m.State() == "busy" {
			busy++
		}
		return busy == 3
	})
	c.Interrupt()
	types := c.Finish(id).Types()
	want(t, "last", types[len(types)-1], "idle")
	time.Sleep(50 * time.Millisecond)
	want(t, "messages after idle", len(c.Seen(id)), len(types))
}

func TestAbortQueue(t *testing.T) {
	s, _, c := start(t)
	var ids []string
	ids = append(ids, c.Submit("sleep 100ms\nfail first"))
	for i := range 20 {
		ids = append(ids, c.Submit(fmt.Sprint("print ", i)))
	}
	want(t, "first", c.Finish(ids[0]).Status, "error")
	for _, id := range ids[1:] {
		e := c.Finish(id)
		want(t, "queued", e.Status, "aborted")
		want(t, "messages", e.Types(), []string{"busy", "idle"})
	}
	want(t, "executed", len(s.Requests()), 1)
	want(t, "sent after the error", c.Execute("print 1").Status, "ok")
}

// Cells that were sent before the error was known, and arrive after it, are
// aborted too.
func TestAbortStragglers(t *testing.T) {
	_, _, c := start(t)
	late := c.message("execute_request", executeContent("print late", nil))
	other := c.message("execute_request", executeContent("print other", nil))
	other.Header.Session = "another client"
	want(t, "first", c.Execute("fail first").Status, "error")
	c.send(c.shell, late)
	want(t, "late", c.Finish(late.Header.MsgID).Status, "aborted")
	c.send(c.shell, other)
	want(t, "another client's", c.Finish(other.Header.MsgID).Status, "ok")
	now := c.message("execute_request", executeContent("print now", nil))
	now.Header.Date = wire.Timestamp(time.Now())
	c.send(c.shell, now)
	want(t, "sent after the error", c.Finish(now.Header.MsgID).Status, "ok")
}

func TestNoAbortWithoutStopOnError(t *testing.T) {
	_, _, c := start(t)
	a := c.Submit("sleep 50ms\nfail first", Options{"stop_on_error": false})
	b := c.Submit("print b")
	want(t, "first", c.Finish(a).Status, "error")
	want(t, "second", c.Finish(b).Status, "ok")
}

func TestCellsRunInOrder(t *testing.T) {
	_, _, c := start(t)
	var ids []string
	for i := range 200 {
		ids = append(ids, c.Submit(fmt.Sprint("print ", i)))
	}
	for i, id := range ids {
		e := c.Finish(id)
		want(t, "count", e.Count, i+1)
		want(t, "stdout", e.Stream("stdout"), fmt.Sprintln(i))
	}
}

func TestInput(t *testing.T) {
	_, _, c := start(t)
	var asked []string
	c.OnInput = func(prompt string, password bool) string {
		asked = append(asked, fmt.Sprint(prompt, password))
		return "Nguyễn 🙂"
	}
	e := c.Execute("print before\ninput your name?\npassword word?")
	want(t, "stdout", e.Stream("stdout"), "before\n\"Nguyễn 🙂\"\n\"Nguyễn 🙂\"\n")
	want(t, "asked", asked, []string{"your name?false", "word?true"})
	e = c.Execute("input x", Options{"allow_stdin": false})
	want(t, "not allowed", e.Reply.Text("ename"), "StdinNotImplemented")
}

func TestInputInterrupted(t *testing.T) {
	_, _, c := start(t)
	asked := make(chan bool)
	c.OnInput = func(string, bool) string { asked <- true; select {} }
	id := c.Submit("input forever?")
	<-asked
	c.Interrupt()
	want(t, "ename", c.Finish(id).Reply.Text("ename"), "interrupted")
	// An answer to the question that was given up is dropped, not taken for the next.
	c.OnInput = func(string, bool) string { return "right" }
	late := c.message("input_reply", map[string]string{"value": "late"})
	c.send(c.stdin, late)
	want(t, "next", c.Execute("sleep 20ms\ninput now?").Stream("stdout"), "\"right\"\n")
}

// A client without a stdin channel can't be asked, and another's answer does
// not count.
func TestInputOfOtherClient(t *testing.T) {
	_, k, c := start(t)
	deaf := k.Client()
	deaf.stdin.Close()
	time.Sleep(20 * time.Millisecond)
	want(t, "no stdin", deaf.Execute("input x").Reply.Text("ename"), "StdinNotImplemented")

	asked, answer := make(chan bool), make(chan string)
	c.OnInput = func(string, bool) string { asked <- true; return <-answer }
	id := c.Submit("input mine?")
	<-asked
	other := k.Client()
	other.send(other.stdin, other.message("input_reply", map[string]string{"value": "theirs"}))
	other.KernelInfo("shell")
	answer <- "mine"
	want(t, "stdout", c.Finish(id).Stream("stdout"), "\"mine\"\n")
}

func TestTwoClients(t *testing.T) {
	_, k, a := start(t)
	b := k.Client()
	ida, idb := a.Submit("print from a\nsleep 20ms"), b.Submit("print from b")
	ea, eb := a.Finish(ida), b.Finish(idb)
	want(t, "a", ea.Stream("stdout"), "from a\n")
	want(t, "b", eb.Stream("stdout"), "from b\n")
	// Each also sees the other's output, under the same session of the kernel.
	oa := a.Outputs(idb)
	want(t, "a's view of b", (&Execution{Messages: oa}).Stream("stdout"), "from b\n")
	sessions := map[string]bool{}
	for _, m := range append(append(ea.Messages, eb.Messages...), oa...) {
		sessions[m.Header.Session] = true
	}
	want(t, "session ids of the kernel", len(sessions), 1)
	if sessions[a.Session] || sessions[b.Session] {
		t.Error("the kernel took a client's session id")
	}
}

// A client that reconnects under its old identity gets its replies.
func TestReconnect(t *testing.T) {
	_, k, a := start(t)
	id := a.Submit("sleep 200ms\nprint done")
	a.WaitFor(id, "busy", func(m *Message) bool { return m.State() == "busy" })
	b := dialAs(t, k.Connection(), a.Session)
	b.count = 1000 // its msg_ids are its own
	want(t, "reply", b.Reply(id).Text("status"), "ok")
	a.Close()
	if s := b.Execute("print again").Stream("stdout"); !strings.Contains(s, "again") {
		t.Errorf("stdout is %q", s)
	}
}
