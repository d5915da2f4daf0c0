package protocoltest

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"songsong/kernel/internal/jupyter"
)

// start serves a script and connects a client to it.
func start(t *testing.T, o ...jupyter.Options) (*Script, *Kernel, *Client) {
	t.Helper()
	s := &Script{}
	k := Start(t, s, o...)
	c := k.Client()
	t.Cleanup(func() {
		for _, err := range c.Failures() {
			t.Error(err)
		}
	})
	return s, k, c
}

func want[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func TestKernelInfo(t *testing.T) {
	_, _, c := start(t)
	for _, channel := range []string{"shell", "control"} {
		r := c.KernelInfo(channel)
		want(t, "channel", r.Channel, channel)
		want(t, "protocol_version", r.Text("protocol_version"), "5.4")
		want(t, "implementation", r.Text("implementation"), "songsong")
		var lang map[string]json.RawMessage
		if err := r.Field("language_info", &lang); err != nil {
			t.Fatal(err)
		}
		for _, f := range []string{"name", "version", "mimetype", "file_extension", "pygments_lexer", "codemirror_mode", "nbconvert_exporter"} {
			if len(lang[f]) < 3 {
				t.Errorf("language_info has no %s: %s", f, lang[f])
			}
		}
	}
}

func TestExecute(t *testing.T) {
	s, _, c := start(t)
	e := c.Execute("print hello, world\neprint oops\nprint again\nvalue 42")
	want(t, "status", e.Status, "ok")
	want(t, "messages", e.Types(), []string{"busy", "execute_input", "stream", "stream", "stream", "execute_result", "idle"})
	want(t, "stdout", e.Stream("stdout"), "hello, world\nagain\n")
	want(t, "stderr", e.Stream("stderr"), "oops\n")
	want(t, "result", e.Result("text/plain"), "42")
	want(t, "count", e.Count, 1)
	var meta map[string]string
	if err := json.Unmarshal(e.Reply.Metadata, &meta); err != nil {
		t.Fatal(err)
	}
	if _, err := time.Parse(time.RFC3339Nano, meta["started"]); err != nil {
		t.Error(err)
	}
	want(t, "tier", meta["tier"], "script")
	if r := s.Requests()[0]; !r.StoreHistory || r.Silent || !r.AllowStdin || !r.StopOnError {
		t.Errorf("the session got %+v", r)
	}
}

func TestExecuteSilent(t *testing.T) {
	_, _, c := start(t)
	c.Execute("print 1")
	e := c.Execute("value 42", Options{"silent": true})
	want(t, "messages", e.Types(), []string{"busy", "idle"})
	want(t, "count", e.Count, 1)
	e = c.Execute("value 42", Options{"store_history": false})
	want(t, "messages", e.Types(), []string{"busy", "execute_input", "execute_result", "idle"})
	want(t, "count", e.Count, 1)
}

func TestExecuteMetadata(t *testing.T) {
	s, _, c := start(t)
	m := c.message("execute_request", executeContent("print 1", nil))
	m.Metadata = json.RawMessage(`{"cellId":"c1","deletedCells":["c0"],"tags":["raises-exception"],"other":[1]}`)
	c.send(c.shell, m)
	c.Finish(m.Header.MsgID)
	r := s.Requests()[0]
	want(t, "cell", r.CellID, "c1")
	want(t, "deleted", r.Deleted, []string{"c0"})
	want(t, "tags", r.Tags, []string{"raises-exception"})
}

func TestExecuteError(t *testing.T) {
	_, _, c := start(t)
	e := c.Execute("print before\nfail boom")
	want(t, "status", e.Status, "error")
	want(t, "messages", e.Types(), []string{"busy", "execute_input", "stream", "error", "idle"})
	for _, m := range []*Message{e.Reply, e.Of("error")[0]} {
		want(t, "ename", m.Text("ename"), "panic")
		want(t, "evalue", m.Text("evalue"), "boom")
		var tb []string
		if m.Field("traceback", &tb); len(tb) != 2 {
			t.Errorf("traceback is %q", tb)
		}
	}
	e = c.Execute("nonsense")
	var tb []string
	if e.Reply.Field("traceback", &tb); len(tb) != 1 {
		t.Errorf("an error without a traceback has the traceback %q", tb)
	}
}

func TestSessionPanic(t *testing.T) {
	_, _, c := start(t)
	e := c.Execute("panic on purpose")
	want(t, "status", e.Status, "error")
	if v := e.Reply.Text("evalue"); !strings.Contains(v, "bug") || !strings.Contains(v, "on purpose") {
		t.Errorf("evalue is %q", v)
	}
	want(t, "next", c.Execute("print 1").Status, "ok")
}

func TestUserExpressions(t *testing.T) {
	_, _, c := start(t)
	e := c.Execute("print 1", Options{"user_expressions": map[string]string{"a": "1+1", "b": "bad"}})
	var exprs map[string]struct {
		Status string
		Data   map[string]string
		Ename  string
	}
	if err := e.Reply.Field("user_expressions", &exprs); err != nil {
		t.Fatal(err)
	}
	want(t, "a", exprs["a"].Data["text/plain"], "1+1")
	want(t, "a", exprs["a"].Status, "ok")
	want(t, "b", exprs["b"].Status, "error")
	want(t, "b", exprs["b"].Ename, "compile error")
}

func TestDisplay(t *testing.T) {
	_, _, c := start(t)
	e := c.Execute("print a\nshow one\nprint b\nupdate two\nclear true\npicture\npage help")
	want(t, "messages", e.Types(), []string{"busy", "execute_input", "stream", "display_data", "stream",
		"update_display_data", "clear_output", "display_data", "idle"})
	var tr map[string]string
	e.Of("update_display_data")[0].Field("transient", &tr)
	want(t, "transient", tr, map[string]string{"display_id": "d"})
	var data map[string]any
	e.Of("display_data")[1].Field("data", &data)
	want(t, "picture", data, map[string]any{"image/svg+xml": "<svg/>", "image/png": "iVBORw==",
		"application/json": map[string]any{"a": 1.0}, "text/plain": "a picture"})
	var payload []map[string]any
	e.Reply.Field("payload", &payload)
	if len(payload) != 1 || payload[0]["source"] != "page" {
		t.Errorf("payload is %v", payload)
	}
}

func TestComplete(t *testing.T) {
	_, _, c := start(t)
	r := c.Complete("𝒜é pa", 5) // 𝒜 is one code point, four bytes, two UTF-16 units
	var got struct {
		Matches    []string `json:"matches"`
		Start, End int
		Metadata   struct {
			Types []struct {
				Text, Type, Signature string
				Start, End            int
			} `json:"_jupyter_types_experimental"`
		}
	}
	json.Unmarshal(r.Content, &got)
	r.Field("cursor_start", &got.Start)
	r.Field("cursor_end", &got.End)
	want(t, "matches", got.Matches, []string{"page", "panic", "password"})
	want(t, "range", [2]int{got.Start, got.End}, [2]int{3, 5})
	for i, ty := range got.Metadata.Types {
		if ty.Text != got.Matches[i] || ty.Type != "keyword" || ty.Start != 3 || ty.End != 5 || ty.Signature == "" {
			t.Errorf("type %d is %+v", i, ty)
		}
	}
	for _, cursor := range []int{-5, 1 << 40, 0} {
		c.Complete("𝒜é pa", cursor)
	}
	r = c.Complete("nothing", 3)
	want(t, "no matches", string(r.Content), `{"status":"ok","matches":[],"cursor_start":0,"cursor_end":3,"metadata":{"_jupyter_types_experimental":[]}}`)
}

func TestInspect(t *testing.T) {
	_, _, c := start(t)
	r := c.Inspect("print é𝒜", 8, 1)
	var data map[string]string
	r.Field("data", &data)
	want(t, "data", data["text/plain"], "print at 12, level 1")
	r = c.Inspect("unknown", 1, 7)
	want(t, "not found", string(r.Content), `{"status":"ok","found":false,"data":{},"metadata":{}}`)
}

func TestIsComplete(t *testing.T) {
	_, _, c := start(t)
	for code, reply := range map[string]string{
		"print 1":  `{"status":"complete"}`,
		"print \\": `{"status":"incomplete","indent":"\t"}`,
		"))":       `{"status":"invalid"}`,
	} {
		want(t, code, string(c.IsComplete(code).Content), reply)
	}
}

func TestComms(t *testing.T) {
	_, _, c := start(t)
	for _, content := range []map[string]any{{}, {"target_name": "jupyter.widget"}, {"target_name": nil}} {
		r := c.Ask("shell", "comm_info_request", content)
		want(t, "comms", string(r.Content), `{"status":"ok","comms":{}}`)
	}
	id := c.Send("shell", "comm_open", map[string]any{"comm_id": "x", "target_name": "jupyter.widget.control", "data": map[string]any{}})
	e := Execution{Messages: c.Outputs(id)}
	want(t, "comm_open", e.Types(), []string{"busy", "comm_close", "idle"})
	want(t, "comm_id", e.Messages[1].Text("comm_id"), "x")
	for _, m := range []string{"comm_msg", "comm_close"} {
		id := c.Send("shell", m, map[string]any{"comm_id": "y", "data": map[string]any{}})
		e := Execution{Messages: c.Outputs(id)}
		want(t, m, e.Types(), []string{"busy", "idle"})
	}
}

func TestConnect(t *testing.T) {
	_, k, c := start(t)
	r := c.Ask("shell", "connect_request", map[string]any{})
	var port int
	r.Field("iopub_port", &port)
	want(t, "port", port, k.Connection().IOPubPort)
}

func TestUsage(t *testing.T) {
	_, _, c := start(t)
	for range 2 { // what is counted since the last request is there from the second on
		r := c.Ask("control", "usage_request", map[string]any{})
		var pid, count int
		var kernel uint64
		var host struct{ Total, Available uint64 }
		r.Field("pid", &pid)
		r.Field("cpu_count", &count)
		r.Field("kernel_memory", &kernel)
		r.Field("host_virtual_memory", &host)
		if pid != os.Getpid() || count < 1 || kernel < 1<<20 || host.Total < kernel || host.Available == 0 {
			t.Errorf("usage_reply is %s", r.Content)
		}
	}
}

func TestRefusals(t *testing.T) {
	_, _, c := start(t)
	r := c.Ask("control", "debug_request", map[string]any{"seq": 3, "type": "request", "command": "initialize"})
	var ok bool
	if r.Field("success", &ok); ok || !strings.Contains(r.Text("message"), "debugger") {
		t.Errorf("debug_reply is %s", r.Content)
	}
	for _, m := range []string{"create_subshell_request", "delete_subshell_request", "list_subshell_request", "made_up_request"} {
		want(t, m, c.Ask("control", m, map[string]any{}).Text("status"), "error")
	}
	want(t, "wrong channel", c.Ask("control", "execute_request", map[string]any{"code": "print 1"}).Text("ename"), "WrongChannel")
	m := c.message("complete_request", map[string]any{"code": "p", "cursor_pos": 1})
	m.Header.Subshell = "nobody"
	c.send(c.shell, m)
	want(t, "subshell", c.Reply(m.Header.MsgID).Text("ename"), "UnknownSubshell")
}

func TestHeartbeat(t *testing.T) {
	_, _, c := start(t)
	for _, p := range []string{"ping", "", strings.Repeat("x", 100_000)} {
		if err := c.Heartbeat([]byte(p)); err != nil {
			t.Error(err)
		}
	}
}

func TestShutdown(t *testing.T) {
	for _, channel := range []string{"control", "shell"} {
		for _, restart := range []bool{true, false} {
			t.Run(fmt.Sprint(channel, restart), func(t *testing.T) {
				s, k, c := start(t)
				c.Submit("sleep 1h")
				r := c.Shutdown(channel, restart)
				var got bool
				if r.Field("restart", &got); got != restart {
					t.Errorf("restart is %v", got)
				}
				if err := k.Wait(); err != nil {
					t.Error(err)
				}
				if !s.closed {
					t.Error("the session was not closed")
				}
			})
		}
	}
}
