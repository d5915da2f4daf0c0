package runner

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"songsong/kernel/internal/notebook"
	"songsong/kernel/internal/session"
)

// A Status says how a cell ended.
type Status string

const (
	Passed   Status = "passed"
	Failed   Status = "failed"
	Expected Status = "expected error" // it has the tag raises-exception
	Skipped  Status = "skipped"
)

// A Report says how a notebook's run went.
type Report struct {
	Path        string
	Start       time.Time
	Duration    time.Duration
	Cells       []*CellReport // of the code cells that were reached
	Figures     []string      // files of figures that changed
	Err         error         // nil if all went well; a [CellError] if a cell failed
	Differences []string      // from the stored outputs, where that was asked
}

// A CellReport says how a cell's run went.
type CellReport struct {
	Number   int // place among the code cells, from 1
	Count    int // execution count, 0 if it did not run
	ID       string
	Label    string
	Status   Status
	Start    time.Time
	Duration time.Duration
	Tier     string // "native", "interp", "command" or ""
	Notice   string // something the author may want to know
	Err      *session.Error
	Line     int // of the error in the cell; 0 if it isn't known
}

// A CellError is an error of a cell that no tag expects.
type CellError struct {
	Path string
	Cell *CellReport
}

// ownPlace is the place that a compile error's value begins with.
var ownPlace = regexp.MustCompile(`^cell \[\d+\], line \d+(, column \d+)?: `)

// Error names notebook, cell and line in one sentence.
func (e *CellError) Error() string {
	place := fmt.Sprintf("%s: cell %d", e.Path, e.Cell.Number)
	if e.Cell.Count > 0 { // what the notebook shows beside it
		place = fmt.Sprintf("%s: cell [%d]", e.Path, e.Cell.Count)
	}
	if e.Cell.Label != "" {
		place += " (" + e.Cell.Label + ")"
	}
	if e.Cell.Line > 0 {
		place += fmt.Sprintf(", line %d", e.Cell.Line)
	}
	value, _, _ := strings.Cut(e.Cell.Err.Value, "\n")
	value = ownPlace.ReplaceAllString(value, "")
	return fmt.Sprintf("%s: %s: %s", place, e.Cell.Err.Name, value)
}

// Traceback is what the cell shows the reader, without colours.
func (e *CellError) Traceback() string { return Plain(e.Cell.Err.Traceback) }

func (e *CellError) Unwrap() error { return e.Cell.Err }

type nobody struct{}

func (nobody) NotebookStarted(string, int)                  {}
func (nobody) CellStarted(string, int, int, *notebook.Cell) {}
func (nobody) Printed(string, string)                       {}
func (nobody) CellDone(string, int, int, *CellReport)       {}
func (nobody) NotebookDone(*Report)                         {}
