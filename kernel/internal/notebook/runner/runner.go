// Package runner executes notebooks without a front end. Start with [Batch],
// which runs many, or [Runner], which runs one in a session that is given.
//
// It keeps Jupyter's conventions: streams are joined, display updates reach the
// outputs they name, the tags skip-execution, raises-exception and parameters
// mean what nbclient and papermill mean by them. It draws nothing and compiles
// nothing: the session does.
package runner

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"songsong/kernel/internal/notebook"
	"songsong/kernel/internal/session"
)

// stopGrace is how long a cell may take to end after it was interrupted.
const stopGrace = 15 * time.Second

// A Runner runs one notebook.
type Runner struct {
	Session session.Session
	Timeout time.Duration // of one cell; 0 means none
	Params  []Param
	GoOn    bool   // run the cells after one that failed, but for one that took too long
	From    string // id, number or label of the first cell whose outputs are replaced; "" means the first
	Watch   Watcher
}

// A Watcher is told how a run goes on. Calls come from several goroutines.
type Watcher interface {
	NotebookStarted(path string, cells int)
	CellStarted(path string, n, of int, cell *notebook.Cell)
	Printed(path, text string)
	CellDone(path string, n, of int, r *CellReport)
	NotebookDone(r *Report)
}

// Run runs the code cells in order and stores their outputs in nb. It stops at
// the first error that no tag raises-exception expects, unless it is to go on;
// the cells after it keep the outputs they had. The report's Err is the first
// error then, and set when ctx ends.
func (r *Runner) Run(ctx context.Context, nb *notebook.Notebook) *Report {
	rep := &Report{Path: nb.Path, Start: time.Now()}
	if err := inject(nb, r.Params); err != nil {
		rep.Err = err
		return rep
	}
	cells := nb.CodeCells()
	from, err := fromCell(nb, cells, r.From)
	if err != nil {
		rep.Err = err
		return rep
	}
	shown := &displays{byID: map[string][]*notebook.Output{}}
	sinks := make([]*collector, len(cells))
	for i, cell := range cells {
		r.watch().CellStarted(nb.Path, i+1, len(cells), cell)
		sinks[i] = &collector{all: shown, watch: func(text string) { r.watch().Printed(nb.Path, text) }}
		cr := r.cell(ctx, cell, next(cells[i:]), sinks[i])
		cr.Number = i + 1
		rep.Cells = append(rep.Cells, cr)
		r.watch().CellDone(nb.Path, i+1, len(cells), cr)
		if cr.Status != Failed {
			continue
		}
		if rep.Err == nil {
			rep.Err = &CellError{Path: nb.Path, Cell: cr}
		}
		if !r.GoOn || cr.Err.Name == timeoutName || ctx.Err() != nil {
			break
		}
	}
	for i, cr := range rep.Cells { // now, so that what goroutines said meanwhile is there
		if i >= from && cr.Status != Skipped {
			sinks[i].store(cells[i])
		}
	}
	rep.Duration = time.Since(rep.Start)
	return rep
}

func (r *Runner) watch() Watcher {
	if r.Watch == nil {
		return nobody{}
	}
	return r.Watch
}

// fromCell finds the place among the code cells that --from names.
func fromCell(nb *notebook.Notebook, cells []*notebook.Cell, from string) (int, error) {
	if from == "" {
		return 0, nil
	}
	n, _ := strconv.Atoi(from)
	for i, c := range cells {
		if c.ID == from || c.Header()["label"] == from || i+1 == n {
			return i, nil
		}
	}
	return 0, fmt.Errorf("%s has no code cell %q; --from wants the number, id or label of one", nb.Path, from)
}

// next is what the session may compile while the first cell runs: the text of the
// next one that will run, "" if none will. Nothing is compiled beside a
// measurement, which needs the processors.
func next(cells []*notebook.Cell) string {
	if cells[0].HasTag("timing") {
		return ""
	}
	for _, c := range cells[1:] {
		if !skipped(c) {
			return c.Source
		}
	}
	return ""
}

func skipped(c *notebook.Cell) bool {
	return c.HasTag("skip-execution") || strings.TrimSpace(c.Source) == ""
}

// cell runs one cell. The session may compile the next one meanwhile.
func (r *Runner) cell(ctx context.Context, cell *notebook.Cell, next string, out *collector) *CellReport {
	cr := &CellReport{ID: cell.ID, Label: cell.Label(), Start: time.Now()}
	if skipped(cell) {
		cr.Status = Skipped
		return cr
	}
	expected := cell.HasTag("raises-exception")
	reply := r.execute(ctx, session.Request{
		Code: cell.Source, Next: next, CellID: cell.ID, Tags: cell.Tags(), StoreHistory: true, StopOnError: !expected,
	}, out)
	cr.Duration = time.Since(cr.Start)
	cr.Tier, cr.Count = reply.Tier, reply.Count
	cr.Status = Passed
	if reply.Status == "ok" {
		if expected {
			cr.Notice = "the tag raises-exception expects an error, and there was none"
		}
		return cr
	}
	cr.Err = reply.Err
	if cr.Err == nil {
		cr.Err = &session.Error{Name: reply.Status, Value: "the cell did not run"}
	}
	cr.Line = errorLine(cr.Err)
	out.fail(cr.Err)
	if cr.Status = Failed; expected && ctx.Err() == nil && cr.Err.Name != timeoutName {
		cr.Status = Expected
	}
	return cr
}

const timeoutName = "timeout"

// execute runs one request and ends it when its time is over or ctx is done.
func (r *Runner) execute(ctx context.Context, req session.Request, out *collector) session.Reply {
	if ctx.Err() != nil {
		return interrupted("the run was stopped before this cell")
	}
	cellCtx, cancel := context.WithCancel(ctx)
	defer cancel()
	if r.Timeout > 0 {
		cellCtx, cancel = context.WithTimeout(ctx, r.Timeout)
		defer cancel()
	}
	// The session itself is not given the deadline: the interrupt is the
	// cooperative way, and keeps what the cell has printed.
	replies := make(chan session.Reply, 1)
	go func() { replies <- r.Session.Execute(context.WithoutCancel(ctx), req, out) }()
	select {
	case reply := <-replies:
		return reply
	case <-cellCtx.Done():
	}
	r.Session.Interrupt()
	reply := interrupted("the cell was interrupted")
	select {
	case reply = <-replies:
	case <-time.After(stopGrace):
		r.Session.Close() // ends the executor; Execute returns in its own time
	}
	if ctx.Err() == nil {
		said := fmt.Sprintf("the cell ran longer than %v and was stopped (--timeout sets the limit)", r.Timeout)
		return session.Reply{Status: "error", Count: reply.Count, Err: &session.Error{Name: timeoutName, Value: said, Traceback: []string{said}}}
	}
	if reply.Status == "ok" {
		return reply // it was ready in the same moment
	}
	return reply
}

func interrupted(said string) session.Reply {
	return session.Reply{Status: "error", Err: &session.Error{Name: "interrupted", Value: said, Traceback: []string{said}}}
}

var (
	ansi      = regexp.MustCompile("\x1b\\[[0-9;?]*[A-Za-z]")
	linePlace = regexp.MustCompile(`(?i)\bline (\d+)|\bcell[ _]?\[?\d+\]?[:,]\s?(\d+)`)
)

// errorLine finds the line of the cell in what the error says, 0 if it says none.
func errorLine(e *session.Error) int {
	for _, text := range append([]string{e.Value}, e.Traceback...) {
		if m := linePlace.FindStringSubmatch(ansi.ReplaceAllString(text, "")); m != nil {
			n, _ := strconv.Atoi(m[1] + m[2])
			return n
		}
	}
	return 0
}

// Plain removes the colours of a traceback.
func Plain(traceback []string) string {
	return ansi.ReplaceAllString(strings.Join(traceback, "\n"), "")
}

// IsInterrupt reports whether err says that the run was stopped from outside.
func IsInterrupt(err error) bool {
	var ce *CellError
	return errors.Is(err, context.Canceled) || errors.As(err, &ce) && ce.Cell.Err.Name == "interrupted"
}
