package protocoltest

import (
	"encoding/json"
	"strings"
)

// An Execution is what came of one cell.
type Execution struct {
	ID       string
	Reply    *Message
	Status   string // "ok", "error" or "aborted"
	Count    int
	Messages []*Message // on iopub, in order
}

// Options of an execute_request, with JupyterLab's values where they are not set.
type Options map[string]any

// Submit sends a cell and returns its msg_id.
func (c *Client) Submit(code string, options ...Options) string {
	return c.Send("shell", "execute_request", executeContent(code, options))
}

func executeContent(code string, options []Options) map[string]any {
	content := map[string]any{"code": code, "silent": false, "store_history": true,
		"user_expressions": map[string]string{}, "allow_stdin": true, "stop_on_error": true}
	for _, o := range options {
		for k, v := range o {
			content[k] = v
		}
	}
	return content
}

// Execute runs a cell and waits for its reply and idle.
func (c *Client) Execute(code string, options ...Options) *Execution {
	c.t.Helper()
	return c.Finish(c.Submit(code, options...))
}

// Finish waits for a cell that was submitted.
func (c *Client) Finish(id string) *Execution {
	c.t.Helper()
	e := &Execution{ID: id, Reply: c.Reply(id), Messages: c.Outputs(id)}
	e.Status = e.Reply.Text("status")
	_ = e.Reply.Field("execution_count", &e.Count)
	return e
}

// Stream is all text of "stdout" or "stderr".
func (e *Execution) Stream(name string) string {
	var b strings.Builder
	for _, m := range e.Messages {
		if m.Header.MsgType == "stream" && m.Text("name") == name {
			b.WriteString(m.Text("text"))
		}
	}
	return b.String()
}

// Of returns the messages of a type.
func (e *Execution) Of(msgType string) []*Message {
	var found []*Message
	for _, m := range e.Messages {
		if m.Header.MsgType == msgType {
			found = append(found, m)
		}
	}
	return found
}

// Types lists the types of the messages, with states of status in place of it.
func (e *Execution) Types() []string {
	var types []string
	for _, m := range e.Messages {
		t := m.Header.MsgType
		if s := m.State(); s != "" {
			t = s
		}
		types = append(types, t)
	}
	return types
}

// Result is the value of the cell in a format, "" if it showed none.
func (e *Execution) Result(mime string) string {
	for _, m := range e.Of("execute_result") {
		var data map[string]json.RawMessage
		var text string
		if m.Field("data", &data) == nil && json.Unmarshal(data[mime], &text) == nil {
			return text
		}
	}
	return ""
}

// Complete asks for completions at a cursor in code points.
func (c *Client) Complete(code string, cursor int) *Message {
	c.t.Helper()
	return c.Ask("shell", "complete_request", map[string]any{"code": code, "cursor_pos": cursor})
}

// Inspect asks about the name at a cursor in code points.
func (c *Client) Inspect(code string, cursor, level int) *Message {
	c.t.Helper()
	return c.Ask("shell", "inspect_request", map[string]any{"code": code, "cursor_pos": cursor, "detail_level": level})
}

// IsComplete asks whether a cell is complete.
func (c *Client) IsComplete(code string) *Message {
	c.t.Helper()
	return c.Ask("shell", "is_complete_request", map[string]any{"code": code})
}

// KernelInfo asks who the kernel is, on "shell" or "control".
func (c *Client) KernelInfo(channel string) *Message {
	c.t.Helper()
	return c.Ask(channel, "kernel_info_request", map[string]any{})
}

// Interrupt interrupts the cell that runs.
func (c *Client) Interrupt() *Message {
	c.t.Helper()
	return c.Ask("control", "interrupt_request", map[string]any{})
}

// Shutdown asks the kernel to end, on "shell" or "control".
func (c *Client) Shutdown(channel string, restart bool) *Message {
	c.t.Helper()
	return c.Reply(c.Send(channel, "shutdown_request", map[string]any{"restart": restart}))
}
