// Package frame is the wire between the kernel and its executor: length-prefixed
// frames over a socket pair that only the two hold. Text of cells is sent raw,
// everything else as gob.
package frame

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/gob"
	"fmt"
	"io"
	"sync"

	"songsong/kernel/internal/rt"
)

// A Command is what the kernel asks of the executor.
type Command struct {
	Kind      CommandKind
	Cell      int
	Plugins   []string    // Run: to open, in order
	Body      string      // Run: key of the body to run
	Text      string      // Run without a toolchain: the cell itself; InputReply; Chdir
	Plain     *rt.Plain   // Run: instead of plugins and body, a cell for the interpreter
	Alias     [][2]string // Run: slots that share a heap cell: new, old
	Drop      []string    // Run: slots to empty
	ID        int         // InputReply, Values
	Err       string      // InputReply
	Env       [][2]string // Setenv
	Args      []string    // Run: os.Args without the program's name, nil to leave it
	Flags     []string    // Run: flags that the cell defines, maybe again
	Goroutine uint64      // Kill
	Keys      []string    // Values: slots to describe
}

// CommandKind says what a Command asks.
type CommandKind int

const (
	Run         CommandKind = iota // run a cell
	Interrupt                      // stop the running cell
	InputReply                     // the line a cell asked for
	Values                         // describe variables
	Goroutines                     // list goroutines that cells left
	Chdir                          // change the working folder
	Setenv                         // set environment variables
	Kill                           // ask goroutine Goroutine to end
	Interpreter                    // load the interpreter from the plugin Text
)

// limit on one frame: a cell may show a large picture, never this much.
const limit = 1 << 30

// A Writer writes frames; its methods may be called concurrently.
type Writer struct {
	mu  sync.Mutex
	w   io.Writer
	buf []byte
}

// NewWriter returns a Writer to w.
func NewWriter(w io.Writer) *Writer { return &Writer{w: w} }

func (w *Writer) write(kind byte, head []byte, body []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	b := binary.LittleEndian.AppendUint32(w.buf[:0], uint32(1+len(head)+len(body)))
	b = append(append(append(b, kind), head...), body...)
	_, err := w.w.Write(b)
	if w.buf = b; cap(b) > 1<<20 {
		w.buf = nil
	}
	return err
}

const (
	kindText = 't'
	kindGob  = 'g'
)

// Event writes e.
func (w *Writer) Event(e rt.Event) error {
	if e.Kind == rt.Stream {
		head := binary.LittleEndian.AppendUint32(make([]byte, 0, 8), uint32(e.Cell))
		return w.write(kindText, append(head, e.Name[len("std")]), e.Text)
	}
	return w.Gob(e)
}

// Gob writes v.
func (w *Writer) Gob(v any) error {
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(v); err != nil {
		return err
	}
	return w.write(kindGob, nil, b.Bytes())
}

// A Reader reads frames.
type Reader struct{ r *bufio.Reader }

// NewReader returns a Reader from r.
func NewReader(r io.Reader) *Reader { return &Reader{bufio.NewReaderSize(r, 1<<16)} }

func (r *Reader) next() (kind byte, body []byte, err error) {
	var n [5]byte
	if _, err := io.ReadFull(r.r, n[:]); err != nil {
		return 0, nil, err
	}
	size := binary.LittleEndian.Uint32(n[:])
	if size == 0 || size > limit {
		return 0, nil, fmt.Errorf("frame of %d bytes", size)
	}
	body = make([]byte, size-1)
	_, err = io.ReadFull(r.r, body)
	return n[4], body, err
}

// Event reads the next event.
func (r *Reader) Event() (e rt.Event, err error) {
	kind, body, err := r.next()
	switch {
	case err != nil:
	case kind == kindText && len(body) >= 5:
		e = rt.Event{Kind: rt.Stream, Cell: int(binary.LittleEndian.Uint32(body)), Name: "stdout", Text: body[5:]}
		if body[4] == 'e' {
			e.Name = "stderr"
		}
	case kind == kindGob:
		err = gob.NewDecoder(bytes.NewReader(body)).Decode(&e)
	default:
		err = fmt.Errorf("frame of unknown kind %q", kind)
	}
	return e, err
}

// Command reads the next command.
func (r *Reader) Command() (c Command, err error) {
	_, body, err := r.next()
	if err == nil {
		err = gob.NewDecoder(bytes.NewReader(body)).Decode(&c)
	}
	return c, err
}
