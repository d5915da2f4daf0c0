package runner

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"strings"
	"sync"

	"songsong/kernel/internal/notebook"
	"songsong/kernel/internal/session"
)

// maxText is how many bytes of text one cell may put into a notebook.
const maxText = 1 << 20

// displays knows which outputs of a notebook have a display_id.
type displays struct {
	mu   sync.Mutex // guards the outputs of all collectors, since an update reaches into other cells
	byID map[string][]*notebook.Output
}

// A collector is the sink of one cell: it makes nbformat outputs of what the
// cell and its goroutines produce. It may be used until the notebook is written.
type collector struct {
	all     *displays
	outputs []*notebook.Output // guarded by all.mu, as are the fields below
	count   int
	text    int // bytes of text so far
	cut     int // bytes of text left out
	clear   bool
	watch   func(text string)
}

var _ session.Sink = (*collector)(nil)

func (c *collector) Started(count int) {
	c.all.mu.Lock()
	defer c.all.mu.Unlock()
	c.count = count
}

func (c *collector) Stream(name, text string) {
	if text == "" {
		return
	}
	c.all.mu.Lock()
	c.streamLocked(name, text)
	c.all.mu.Unlock()
	if c.watch != nil {
		c.watch(text)
	}
}

func (c *collector) streamLocked(name, text string) {
	c.clearLocked()
	if room := maxText - c.text; len(text) > room {
		c.cut += len(text) - room
		text = strings.ToValidUTF8(text[:room], "")
	}
	c.text += len(text)
	if text == "" {
		return
	}
	if n := len(c.outputs); n > 0 && c.outputs[n-1].Type == notebook.Stream && c.outputs[n-1].Name == name {
		c.outputs[n-1].Text += text
		return
	}
	c.outputs = append(c.outputs, &notebook.Output{Type: notebook.Stream, Name: name, Text: text})
}

func (c *collector) Display(b session.Bundle) {
	if text, _ := b.Data["text/plain"].(string); text != "" && c.watch != nil {
		defer c.watch(text) // also what a first start waits for
	}
	c.all.mu.Lock()
	defer c.all.mu.Unlock()
	data, meta := stored(b)
	if b.DisplayID != "" && b.Update {
		for _, o := range c.all.byID[b.DisplayID] {
			o.Data, o.Metadata = data, meta
		}
		return
	}
	c.addLocked(&notebook.Output{Type: notebook.Display, Data: data, Metadata: meta}, b.DisplayID)
}

func (c *collector) Result(b session.Bundle) {
	c.all.mu.Lock()
	defer c.all.mu.Unlock()
	data, meta := stored(b)
	c.addLocked(&notebook.Output{Type: notebook.Result, Data: data, Metadata: meta, Count: c.count}, b.DisplayID)
}

func (c *collector) addLocked(o *notebook.Output, id string) {
	c.clearLocked()
	c.outputs = append(c.outputs, o)
	if id != "" {
		c.all.byID[id] = append(c.all.byID[id], o)
	}
}

func (c *collector) Clear(wait bool) {
	c.all.mu.Lock()
	defer c.all.mu.Unlock()
	c.clear = true
	if !wait {
		c.clearLocked()
	}
}

func (c *collector) clearLocked() {
	if c.clear {
		c.outputs, c.text, c.cut, c.clear = nil, 0, 0, false
	}
}

// errNoReader answers input requests: nobody sits at a headless run.
var errNoReader = errors.New("there is no reader to ask: the notebook runs headlessly")

func (c *collector) Input(context.Context, string, bool) (string, error) { return "", errNoReader }

func (c *collector) fail(e *session.Error) {
	c.all.mu.Lock()
	defer c.all.mu.Unlock()
	c.clearLocked()
	c.outputs = append(c.outputs, &notebook.Output{Type: notebook.Error, ErrName: e.Name, ErrValue: e.Value, Traceback: e.Traceback})
}

// store puts what was collected into the cell.
func (c *collector) store(cell *notebook.Cell) {
	c.all.mu.Lock()
	defer c.all.mu.Unlock()
	cell.Count = c.count
	cell.Outputs = make([]*notebook.Output, 0, len(c.outputs))
	for _, o := range c.outputs {
		kept := *o
		if o.Type == notebook.Stream {
			kept.Text = overwrite(o.Text)
		}
		cell.Outputs = append(cell.Outputs, &kept)
	}
	if c.cut > 0 {
		note := fmt.Sprintf("[the cell printed %d more bytes, which the notebook does not keep]\n", c.cut)
		cell.Outputs = append(cell.Outputs, &notebook.Output{Type: notebook.Stream, Name: "stderr", Text: note})
	}
}

// stored brings a bundle into the form in which notebooks hold it.
func stored(b session.Bundle) (data, meta map[string]any) {
	data = maps.Clone(b.Data)
	for mime, v := range data {
		if bytes, ok := v.([]byte); ok {
			if strings.HasPrefix(mime, "text/") || strings.HasSuffix(mime, "+xml") {
				data[mime] = string(bytes)
			} else {
				data[mime] = base64.StdEncoding.EncodeToString(bytes)
			}
		}
	}
	return data, b.Metadata
}

var overwritten = regexp.MustCompile(`(?m)[^\n]*\r+([^\r\n])`)

// overwrite keeps of each line what a terminal would show after carriage returns.
func overwrite(text string) string {
	if !strings.Contains(text, "\r") {
		return text
	}
	text = strings.ReplaceAll(text, "\r\n", "\n")
	return overwritten.ReplaceAllString(text, "$1")
}
