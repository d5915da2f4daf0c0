package jupyter

import (
	"context"
	"sync"

	"songsong/kernel/internal/session"
)

// A sink hands what a cell produces to the front ends. It implements
// [session.Sink], and stays usable after the cell has ended.
type sink struct {
	*output
	r      *request
	silent bool
	stdin  bool // the front end can answer requests for input

	state   sync.Mutex // guards what follows
	started bool
	ended   bool
	count   int
	result  string // the value of the cell as text, for the history
}

type inputContent struct {
	Code  string `json:"code"`
	Count int    `json:"execution_count"`
}

func newSink(ctx context.Context, s *Server, r *request, c executeRequest) *sink {
	return &sink{output: newOutput(ctx, s, r.Message), r: r, silent: c.Silent, stdin: c.AllowStdin}
}

// start notes the count and says once which cell runs.
func (k *sink) start(code string, count int) {
	k.state.Lock()
	first := !k.started
	k.started, k.count = true, count
	k.state.Unlock()
	if !first || k.silent {
		return
	}
	k.s.count.set(count)
	k.publish("execute_input", inputContent{code, count})
}

// end returns the text of the result, and refuses input from now on.
func (k *sink) end() (result string) {
	k.flush()
	k.state.Lock()
	defer k.state.Unlock()
	k.ended = true
	return k.result
}

// A cellSink is the sink with the code of its cell.
type cellSink struct {
	*sink
	code string
}

var _ session.Sink = cellSink{}

func (k cellSink) Started(count int) { k.start(k.code, count) }

func (k cellSink) Stream(name, text string) {
	if name != "stderr" {
		name = "stdout"
	}
	k.print(name, text)
}

func (k cellSink) Display(b session.Bundle) {
	if b.Update {
		k.update(b.DisplayID, display(b))
		return
	}
	k.publish("display_data", display(b))
}

func (k cellSink) Result(b session.Bundle) {
	if k.silent {
		return
	}
	k.state.Lock()
	n := k.count
	if t, ok := b.Data["text/plain"].(string); ok {
		k.result = t
	}
	k.state.Unlock()
	k.publish("execute_result", resultContent{n, display(b)})
}

type clearContent struct {
	Wait bool `json:"wait"`
}

func (k cellSink) Clear(wait bool) { k.publish("clear_output", clearContent{wait}) }

func (k cellSink) Input(ctx context.Context, prompt string, password bool) (string, error) {
	k.state.Lock()
	ended := k.ended
	k.state.Unlock()
	switch {
	case ended:
		return "", &session.Error{Name: "StdinNotAvailable", Value: "the cell that asks for input has ended, so nobody can answer"}
	case !k.stdin:
		return "", &session.Error{Name: "StdinNotImplemented", Value: "this front end can't be asked for input (allow_stdin is false)"}
	}
	k.flush()
	return k.s.stdin.ask(ctx, k.r.Message, prompt, password)
}
