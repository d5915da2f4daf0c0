package protocoltest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// A kind is the JSON type of a member: "string", "number", "bool", "array",
// "strings" (an array of them), "object", "bundle" (MIME type → value) or "any".
// A name that ends in ? may be missing; all others must be there.
type fields map[string]string

// contents says for each message a kernel sends which members its content has,
// as the protocol's specification lists them. What is not listed is refused.
var contents = map[string]fields{
	"execute_reply":     {"execution_count": "number", "user_expressions": "object", "payload": "array"},
	"inspect_reply":     {"found": "bool", "data": "bundle", "metadata": "object"},
	"complete_reply":    {"matches": "strings", "cursor_start": "number", "cursor_end": "number", "metadata": "object"},
	"history_reply":     {"history": "array"},
	"is_complete_reply": {"indent?": "string"},
	"connect_reply":     {"shell_port": "number", "iopub_port": "number", "stdin_port": "number", "hb_port": "number", "control_port": "number"},
	"comm_info_reply":   {"comms": "object"},
	"kernel_info_reply": {"protocol_version": "string", "implementation": "string", "implementation_version": "string",
		"language_info": "object", "banner": "string", "help_links": "array", "debugger": "bool", "supported_features": "strings"},
	"shutdown_reply":  {"restart": "bool"},
	"interrupt_reply": {},

	"usage_reply": {"hostname": "string", "pid": "number", "kernel_cpu": "number", "kernel_memory": "number",
		"host_cpu_percent": "number", "cpu_count": "number", "host_virtual_memory": "object"},

	"debug_reply": {"seq": "number", "type": "string", "request_seq": "number", "success": "bool",
		"command": "string", "message": "string", "body": "object"},

	"iopub_welcome":       {"subscription": "string"},
	"stream":              {"name": "string", "text": "string"},
	"display_data":        {"data": "bundle", "metadata": "object", "transient": "object"},
	"update_display_data": {"data": "bundle", "metadata": "object", "transient": "object"},
	"execute_input":       {"code": "string", "execution_count": "number"},
	"execute_result":      {"execution_count": "number", "data": "bundle", "metadata": "object", "transient": "object"},
	"error":               {"ename": "string", "evalue": "string", "traceback": "strings"},
	"status":              {"execution_state": "string"},
	"clear_output":        {"wait": "bool"},
	"comm_close":          {"comm_id": "string", "data": "object"},

	"input_request": {"prompt": "string", "password": "bool"},
}

// failed is the content of a reply whose status is error or aborted.
var failed = fields{"status": "string", "ename": "string", "evalue": "string", "traceback": "strings", "execution_count?": "number"}

// channels says where each message that is no reply belongs.
var channels = map[string]string{"input_request": "stdin"}

// Check compares a message with the specification.
func Check(m *Message) error {
	if err := checkHeader(m); err != nil {
		return fmt.Errorf("%s on %s: %w", m.Header.MsgType, m.Channel, err)
	}
	if err := checkContent(m); err != nil {
		return fmt.Errorf("%s on %s: %w: %.300s", m.Header.MsgType, m.Channel, err, m.Content)
	}
	return nil
}

func checkHeader(m *Message) error {
	var header map[string]json.RawMessage
	if err := json.Unmarshal(m.RawHeader, &header); err != nil {
		return fmt.Errorf("header: %w", err)
	}
	for name, kind := range map[string]string{"msg_id": "string", "session": "string", "username": "string",
		"date": "string", "msg_type": "string", "version": "string"} {
		if err := member(header, name, kind); err != nil {
			return fmt.Errorf("header: %w", err)
		}
	}
	if _, err := time.Parse(time.RFC3339Nano, m.Header.Date); err != nil {
		return fmt.Errorf("header: %w", err)
	}
	for name, part := range map[string]json.RawMessage{"parent_header": m.Parent, "metadata": m.Metadata, "content": m.Content} {
		if kindOf(part) != "object" {
			return fmt.Errorf("the %s is no object", name)
		}
	}
	parentless := m.State() == "starting" || m.Header.MsgType == "iopub_welcome"
	if (m.ParentID() == "") != parentless {
		return fmt.Errorf("its parent is %q", m.ParentID())
	}
	return nil
}

func checkContent(m *Message) error {
	t := m.Header.MsgType
	isReply := strings.HasSuffix(t, "_reply")
	var status string
	if isReply {
		// A debug_reply is a message of another protocol, unless it is an error.
		if err := m.Field("status", &status); err != nil && t != "debug_reply" {
			return err
		}
	}
	if status == "error" || status == "aborted" {
		return checkMembers(m.Content, failed)
	}
	want, ok := contents[t]
	if !ok {
		return fmt.Errorf("the protocol has no such message")
	}
	if status != "" {
		want = with(want, "status", "string")
	}
	if err := checkPlace(m, isReply, status); err != nil {
		return err
	}
	return checkMembers(m.Content, want)
}

func with(f fields, name, kind string) fields {
	out := fields{name: kind}
	for k, v := range f {
		out[k] = v
	}
	return out
}

var complete = regexp.MustCompile(`^(complete|incomplete|invalid|unknown)$`)

// checkPlace checks the channel, and the words a member may be.
func checkPlace(m *Message, isReply bool, status string) error {
	place := channels[m.Header.MsgType]
	switch {
	case isReply && (m.Channel == "shell" || m.Channel == "control"), m.Header.MsgType == "shutdown_reply":
	case place == "" && !isReply && m.Channel == "iopub", place == m.Channel:
	default:
		return fmt.Errorf("it does not belong on %s", m.Channel)
	}
	switch m.Header.MsgType {
	case "is_complete_reply":
		if !complete.MatchString(status) {
			return fmt.Errorf("its status is %q", status)
		}
	case "stream":
		if n := m.Text("name"); n != "stdout" && n != "stderr" {
			return fmt.Errorf("its name is %q", n)
		}
	case "status":
		if s := m.State(); s != "busy" && s != "idle" && s != "starting" {
			return fmt.Errorf("its state is %q", s)
		}
	default:
		if isReply && status != "ok" && m.Header.MsgType != "debug_reply" {
			return fmt.Errorf("its status is %q", status)
		}
	}
	return nil
}

func checkMembers(content json.RawMessage, want fields) error {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(content, &all); err != nil {
		return err
	}
	for name := range all {
		if want[name] == "" && want[name+"?"] == "" {
			return fmt.Errorf("%q is not in the specification", name)
		}
	}
	for name, kind := range want {
		bare, optional := strings.CutSuffix(name, "?")
		if _, ok := all[bare]; !ok && optional {
			continue
		}
		if err := member(all, bare, kind); err != nil {
			return err
		}
	}
	return nil
}

// member checks one member of an object.
func member(object map[string]json.RawMessage, name, kind string) error {
	v, ok := object[name]
	if !ok {
		return fmt.Errorf("%q is missing", name)
	}
	switch kind {
	case "strings":
		var list []string
		if kindOf(v) != "array" || json.Unmarshal(v, &list) != nil {
			return fmt.Errorf("%q is no list of strings", name)
		}
	case "bundle":
		return bundle(name, v)
	default:
		if kindOf(v) != kind {
			return fmt.Errorf("%q is a %s, not a %s", name, kindOf(v), kind)
		}
	}
	return nil
}

var mimeType = regexp.MustCompile(`^[\w\-+.]+/[\w\-+.]+$`)

func bundle(name string, v json.RawMessage) error {
	var data map[string]json.RawMessage
	if kindOf(v) != "object" || json.Unmarshal(v, &data) != nil {
		return fmt.Errorf("%q is no MIME bundle", name)
	}
	for mime := range data {
		if !mimeType.MatchString(mime) {
			return fmt.Errorf("%q has the MIME type %q", name, mime)
		}
	}
	return nil
}

// kindOf tells the type of a valid JSON value by its first byte.
func kindOf(v json.RawMessage) string {
	v = bytes.TrimLeft(v, " \t\r\n")
	if len(v) == 0 {
		return "nothing"
	}
	switch v[0] {
	case 'n':
		return "null"
	case 't', 'f':
		return "bool"
	case '"':
		return "string"
	case '[':
		return "array"
	case '{':
		return "object"
	}
	return "number"
}
