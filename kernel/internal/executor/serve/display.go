package serve

import (
	"encoding/json"
	"errors"

	"songsong/kernel/display"
	"songsong/kernel/internal/executor/frame"
	"songsong/kernel/internal/rt"
)

type reply struct {
	text string
	err  error
}

// connectDisplay sends what cells show to the kernel, each thing to the cell
// whose goroutine shows it.
func connectDisplay(h *host) {
	display.Connect(display.Host{Send: show, Input: h.ask, Context: rt.Context})
}

func show(e display.Event) error {
	cell := rt.Current().ID
	switch e.Kind {
	case display.KindClear:
		rt.Out(rt.Event{Kind: rt.Clear, Cell: cell, Wait: e.Wait})
	default:
		b, err := rt.Bundled(e.Data)
		if err != nil {
			return err
		}
		b.ID, b.Upd = e.ID, e.Kind == display.KindUpdate
		rt.Out(rt.Event{Kind: rt.Display, Cell: cell, Bundle: b})
	}
	return nil
}

// ask asks the reader for a line and waits for it, or for the end of the cell.
func (h *host) ask(prompt string, password bool) (string, error) {
	cell := rt.Current()
	ch := make(chan reply, 1)
	h.mu.Lock()
	h.inputs++
	id := h.inputs
	h.replies[id] = ch
	h.mu.Unlock()
	rt.Out(rt.Event{Kind: rt.Input, Cell: cell.ID, ID: id, Name: prompt, Hidden: password})
	select {
	case r := <-ch:
		return r.text, r.err
	case <-cell.Ctx.Done():
		h.mu.Lock()
		delete(h.replies, id)
		h.mu.Unlock()
		rt.Halt()
		return "", rt.Interrupt{}
	}
}

// asking reports whether a cell waits for the reader's answer.
func (h *host) asking() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.replies) > 0
}

func (h *host) answer(c frame.Command) {
	h.mu.Lock()
	ch := h.replies[c.ID]
	delete(h.replies, c.ID)
	h.mu.Unlock()
	if ch == nil {
		return
	}
	r := reply{text: c.Text}
	if c.Err != "" {
		r.err = errors.New(c.Err)
	}
	ch <- r
}

// describe returns the variables with the given slot keys as JSON: for each its
// Go syntax, cut at 200 bytes, or nothing if it has no value.
func describe(keys []string) string {
	out := make([]string, len(keys))
	for i, key := range keys {
		out[i] = rt.Describe(key)
	}
	b, _ := json.Marshal(out)
	return string(b)
}
