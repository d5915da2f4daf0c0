package protocoltest

import (
	"encoding/json"
	"testing"
)

// FuzzRequests sends signed messages of every type with arbitrary content and
// metadata; each gets its idle, and the kernel lives on.
func FuzzRequests(f *testing.F) {
	for i, content := range oddContents {
		f.Add(uint(i), content, "{}", i%2 == 0)
	}
	f.Add(uint(0), `{"code":"print 1"}`, `{"cellId":5,"tags":"x"}`, true)
	k := Start(f, &Script{})
	f.Fuzz(func(t *testing.T, kind uint, content, metadata string, shell bool) {
		c := Dial(t, k.Connection())
		defer c.Close()
		m := c.message(requestTypes[kind%uint(len(requestTypes))], json.RawMessage(content))
		m.Metadata = json.RawMessage(metadata)
		channel := "control"
		if shell {
			channel = "shell"
		}
		c.send(c.channel(channel), m)
		c.Outputs(m.Header.MsgID)
		if failures := c.Failures(); len(failures) > 0 {
			t.Error(failures)
		}
	})
}
