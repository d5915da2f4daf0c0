package display

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
)

// A Kind says what an [Event] asks of the front end.
type Kind int

const (
	KindDisplay Kind = iota // show Data below what is there
	KindUpdate              // show Data in place of the output named ID
	KindClear               // remove the cell's output; with Wait, when the next comes
)

// An Event is one request to the front end.
type Event struct {
	Kind Kind
	Data Data
	ID   string // display_id, "" for none
	Wait bool   // for KindClear
}

// A Host is where events go: the kernel's executor in a notebook. Its
// functions are called on the goroutine that shows something, from several at
// once, so that the host can tell which cell started that goroutine.
type Host struct {
	Send  func(Event) error
	Input func(prompt string, password bool) (string, error)
	// Context is for the calling goroutine, see [Context].
	Context func() context.Context
}

var host atomic.Pointer[Host]

// Connect sends everything shown from now on to h; the executor calls it
// before the first cell. Without a function in h its default is kept:
// standard output and standard input.
func Connect(h Host) { host.Store(&h) }

// Connected reports whether a notebook shows what this program displays.
func Connected() bool { h := host.Load(); return h != nil && h.Send != nil }

// Context returns a context for the calling goroutine: it ends when the cell
// that started the goroutine is interrupted, and when the command %kill ends the
// goroutine. In a plain program it never ends.
func Context() context.Context {
	if h := host.Load(); h != nil && h.Context != nil {
		return h.Context()
	}
	return context.Background()
}

// Display shows d. It fails when the notebook is gone.
func Display(d Data) error {
	id, _ := d.Transient["display_id"].(string)
	return send(Event{Kind: KindDisplay, Data: d, ID: id})
}

// Show shows values one below the other, each in its richest form: figures,
// images, Data, values with a method such as HTML or MIMEBundle; any other
// value as fmt.Sprint prints it. Slices and maps become tables only through
// [Table].
func Show(values ...any) {
	for _, v := range values {
		_ = send(Event{Kind: KindDisplay, Data: rendered(v)})
	}
}

// ShowID shows v as an output named id, which [Update] can replace.
func ShowID(id string, v any) {
	_ = send(Event{Kind: KindDisplay, Data: rendered(v), ID: id})
}

// Update puts v in the place of every output named id, also those of earlier
// cells. It does nothing if there is none.
func Update(id string, v any) {
	_ = send(Event{Kind: KindUpdate, Data: rendered(v), ID: id})
}

// Clear removes the output of the cell: at once, or, if wait is true, when the
// next output comes, so that an animation does not flicker.
func Clear(wait bool) { _ = send(Event{Kind: KindClear, Wait: wait}) }

// UniqueID returns an id for [ShowID] that nothing else in this program uses.
// The ids are numbered, not random, so that a re-run gives the same ones.
func UniqueID(prefix string) string { return fmt.Sprintf("%s-%d", prefix, lastID.Add(1)) }

var lastID atomic.Int64

func rendered(v any) Data {
	if d, ok := Render(v); ok {
		return d
	}
	return Data{Data: MIMEMap{MIMETypeText: fmt.Sprint(v)}}
}

func send(e Event) error {
	if e.Kind != KindClear && len(e.Data.Data) == 0 {
		return errors.New("display: there is nothing to show: Data holds no format")
	}
	if h := host.Load(); h != nil && h.Send != nil {
		return h.Send(e)
	}
	return printEvent(e)
}

var stdout sync.Mutex // keeps the lines of two events apart

// printEvent is the host of a plain program: the text form on standard output.
func printEvent(e Event) error {
	if e.Kind == KindClear {
		return nil
	}
	text, ok := e.Data.Data[MIMETypeText]
	if !ok {
		text = textOf(e.Data.Data, e.Data)
	}
	stdout.Lock()
	defer stdout.Unlock()
	_, err := fmt.Fprintln(os.Stdout, strings.TrimSuffix(fmt.Sprint(text), "\n"))
	return err
}
