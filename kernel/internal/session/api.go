// Package session is one notebook session: its names, its history of cells and
// the executor that runs them. Front ends (the Jupyter server in
// kernel/internal/jupyter, the headless runner in kernel/internal/notebook)
// speak to it through [Session] and receive what cells produce through [Sink].
package session

import (
	"context"
	"encoding/json"
)

// A Request is one cell to run.
type Request struct {
	Code         string
	CellID       string            // front end's id of the cell, "" if it has none
	Tags         []string          // cell tags (parameters, raises-exception, skip-execution …)
	Silent       bool              // no execute_input, no result, no history, no count
	StoreHistory bool              // count the cell and keep it in the history
	AllowStdin   bool              // the front end can answer input requests
	StopOnError  bool              // queued cells are aborted when this one fails
	UserExprs    map[string]string // name → Go expression, evaluated after the cell
	Next         string            // the cell that will come next, if that is known: it is compiled meanwhile
	Deleted      []string          // ids of cells the reader has deleted (JupyterLab's deletedCells)
}

// A Sink receives what a cell produces, in order. It stays valid after the
// cell has ended: a goroutine that the cell started may go on printing.
// Methods are safe for concurrent use.
type Sink interface {
	// Started is called once, before anything else, with the execution count.
	Started(count int)
	// Stream receives text; name is "stdout" or "stderr".
	Stream(name, text string)
	// Display shows a bundle: display_data, or update_display_data if b.Update.
	Display(b Bundle)
	// Result shows the cell's value (execute_result).
	Result(b Bundle)
	// Clear clears the cell's output, at once or when the next output comes.
	Clear(wait bool)
	// Input asks the reader for a line; it ends early when ctx is done.
	Input(ctx context.Context, prompt string, password bool) (string, error)
}

// A Bundle is one output in several formats.
type Bundle struct {
	Data      map[string]any // MIME type → string, []byte (sent as base64) or JSON value
	Metadata  map[string]any
	DisplayID string // "" for none
	Update    bool   // replaces the earlier output with the same DisplayID
}

// A Reply ends a request.
type Reply struct {
	Status    string // "ok", "error" or "aborted"
	Count     int    // execution count of the cell
	Err       *Error // set when Status is "error"
	UserExprs map[string]UserExpr
	Payload   []map[string]any // page, set_next_input …
	Tier      string           // "native", "interp", "command" or ""
}

// A UserExpr is the value or the error of one user expression.
type UserExpr struct {
	Bundle Bundle
	Err    *Error
}

// An Error is what went wrong in a cell, for the reader.
type Error struct {
	Name      string   // "compile error", "panic", "interrupted", "executor died" …
	Value     string   // one line
	Traceback []string // what the reader sees, line by line, with ANSI colours
}

func (e *Error) Error() string { return e.Name + ": " + e.Value }

// Completions answers a completion request. Start and End are byte offsets in the code.
type Completions struct {
	Start, End int
	Items      []Completion
}

// A Completion is one proposal.
type Completion struct {
	Text      string // what replaces code[Start:End]
	Kind      string // function, variable, type, constant, field, method, module, keyword
	Signature string
}

// Info says what the session can do, for kernel_info.
type Info struct {
	GoVersion string // "1.26.8"
	Tiers     string // "native and interp", or "interp only (no Go toolchain found)"
	Banner    string
}

// Session is what a front end needs of a session. Execute calls are serialised
// by the caller; every other method may be called while a cell runs.
type Session interface {
	Info() Info
	Execute(ctx context.Context, req Request, out Sink) Reply
	// Interrupt stops the running cell, if any, and returns at once; Execute then returns.
	Interrupt()
	// Complete proposes text for the cursor, a byte offset in code.
	Complete(ctx context.Context, code string, cursor int) Completions
	// Inspect describes the name at the cursor (a byte offset): MIME bundle, or found == false.
	// level is 0 or 1 (1 adds source or full documentation).
	Inspect(ctx context.Context, code string, cursor, level int) (b Bundle, found bool)
	// IsComplete returns "complete", "incomplete", "invalid" or "unknown", and the
	// white space that the next line of an incomplete cell starts with.
	IsComplete(code string) (status, indent string)
	// Restart drops all state and starts afresh.
	Restart() error
	// Close ends the executor and frees what the session holds.
	Close() error
}

// Meta decodes the metadata JupyterLab sends with an execute_request into req.
func (req *Request) Meta(metadata json.RawMessage) {
	var m struct {
		CellID  string   `json:"cellId"`
		Deleted []string `json:"deletedCells"`
		Tags    []string `json:"tags"`
	}
	if json.Unmarshal(metadata, &m) == nil {
		req.CellID, req.Deleted, req.Tags = m.CellID, m.Deleted, m.Tags
	}
}
