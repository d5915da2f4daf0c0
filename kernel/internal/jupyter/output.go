package jupyter

import (
	"context"
	"sync"
	"time"
	"unicode/utf8"

	"songsong/kernel/internal/wire"
)

// How long printed text waits for more, how much is gathered and how much is
// sent in one message, in bytes.
const (
	gatherTime = 50 * time.Millisecond
	gatherSize = 64 << 10
	maxStream  = 2 * gatherSize
)

// maxSwitches is how often the text gathered may go from one stream to the
// other. Beyond it the text of each stream is joined: front ends show each piece
// as an output of its own, JupyterLab 50 of them at most.
const maxSwitches = 16

// output sends what one cell produces, in order. Text is gathered: a message
// per line would exceed the limits of a Jupyter server at once (see [pace]).
type output struct {
	s      *Server
	ctx    context.Context // of the server: ends the waiting for a front end
	parent *wire.Message

	mu      sync.Mutex
	pieces  []piece           // printed and not yet sent, neighbours of different streams
	size    int               // bytes in pieces
	partial map[string][]byte // stream → first bytes of a character whose rest has not come
	updates []update          // of displays, not yet sent, each display once
	timer   *time.Timer
	waiting bool // the timer runs
}

// A piece is text of one stream, "stdout" or "stderr".
type piece struct {
	name string
	text []byte
}

// An update replaces what a display shows.
type update struct {
	display string
	content displayContent
}

func newOutput(ctx context.Context, s *Server, parent *wire.Message) *output {
	return &output{s: s, ctx: ctx, parent: parent, partial: map[string][]byte{}}
}

type streamContent struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// print adds text to a stream. It blocks while front ends are too far behind.
func (o *output) print(name, text string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.gatherLocked(name, o.wholeLocked(name, text))
	if o.size >= gatherSize {
		o.flushLocked()
		return
	}
	o.startTimerLocked()
}

// wholeLocked holds back the first bytes of a character at the end of text,
// and puts those held back before in front of it.
func (o *output) wholeLocked(name, text string) string {
	if len(o.partial[name]) > 0 {
		text = string(o.partial[name]) + text
		o.partial[name] = nil
	}
	n := len(text) - incomplete(text)
	if n < len(text) {
		o.partial[name] = []byte(text[n:])
	}
	return text[:n]
}

func (o *output) gatherLocked(name, text string) {
	if text == "" {
		return
	}
	o.size += len(text)
	if n := len(o.pieces); n > 0 && o.pieces[n-1].name == name {
		o.pieces[n-1].text = append(o.pieces[n-1].text, text...)
		return
	}
	o.pieces = append(o.pieces, piece{name, []byte(text)})
}

// update replaces a display. Of updates that follow each other within
// gatherTime the last is sent: a loop may update as often as it likes.
func (o *output) update(display string, content displayContent) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.startTimerLocked()
	for i := range o.updates {
		if o.updates[i].display == display {
			o.updates[i].content = content
			return
		}
	}
	o.updates = append(o.updates, update{display, content})
}

func (o *output) startTimerLocked() {
	if o.waiting {
		return
	}
	o.waiting = true
	if o.timer == nil {
		o.timer = time.AfterFunc(gatherTime, o.late)
		return
	}
	o.timer.Reset(gatherTime)
}

// late is called when text has waited for gatherTime.
func (o *output) late() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.waiting = false
	o.flushLocked()
	o.sendUpdatesLocked()
}

func (o *output) sendUpdatesLocked() {
	for _, u := range o.updates {
		o.publishLocked("update_display_data", u.content)
	}
	o.updates = nil
}

// flushLocked sends the text that was gathered.
func (o *output) flushLocked() {
	pieces := o.pieces
	if len(pieces) > maxSwitches {
		pieces = joined(pieces)
	}
	o.pieces, o.size = nil, 0
	for _, p := range pieces {
		for len(p.text) > 0 {
			n := len(p.text)
			if n > maxStream {
				n = maxStream - incomplete(p.text[:maxStream])
			}
			o.publishLocked("stream", streamContent{p.name, string(p.text[:n])})
			p.text = p.text[n:]
		}
	}
}

// joined joins the text of each stream.
func joined(pieces []piece) []piece {
	var out []piece
	at := map[string]int{}
	for _, p := range pieces {
		i, ok := at[p.name]
		if !ok {
			at[p.name] = len(out)
			out = append(out, p)
			continue
		}
		out[i].text = append(out[i].text, p.text...)
	}
	return out
}

// incomplete is the number of bytes at the end of text that begin a character
// and do not finish it.
func incomplete[T string | []byte](text T) int {
	for n := 1; n < utf8.UTFMax && n <= len(text); n++ {
		c := text[len(text)-n]
		if c < utf8.RuneSelf {
			return 0
		}
		if utf8.RuneStart(c) {
			if utf8.FullRune([]byte(text[len(text)-n:])) {
				return 0
			}
			return n
		}
	}
	return 0
}

// flush sends everything, the beginnings of characters too.
func (o *output) flush() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, name := range []string{"stdout", "stderr"} {
		o.gatherLocked(name, string(o.partial[name]))
		o.partial[name] = nil
	}
	o.flushLocked()
	o.sendUpdatesLocked()
}

// publish sends another message, after the text printed before it.
func (o *output) publish(msgType string, content any) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.flushLocked()
	o.sendUpdatesLocked()
	o.publishLocked(msgType, content)
}

// publishLocked sends a message when front ends are ready for it.
func (o *output) publishLocked(msgType string, content any) {
	m, err := o.s.sockets.IOPub.Prepare(o.parent, msgType, content, nil)
	if err != nil {
		o.s.log("output lost: %v", err)
		return
	}
	if msgType != "execute_input" {
		size := 0
		if msgType == "stream" {
			size = m.Size
		}
		o.s.pace.take(o.ctx, size)
		o.s.sockets.IOPub.Flow(o.ctx)
	}
	o.s.sockets.IOPub.Send(m)
}
