package source

import (
	"fmt"
	"strings"

	"github.com/rivo/uniseg"
)

// An Error is something wrong in a cell, with its place.
type Error struct {
	Msg    string
	Cell   *Cell // nil if it has no place
	Offset int   // in the cell's text
	Soft   bool  // a notice: the cell runs all the same
}

func (e *Error) Error() string { return e.where() + e.Msg }

func (e *Error) where() string {
	if e.Cell == nil {
		return ""
	}
	line, col := e.Cell.line(e.Offset)
	return fmt.Sprintf("%s, line %d, column %d: ", e.Cell.Label, line, col)
}

// Lines shows the error as the reader sees it: place and message, the line, a caret.
func (e *Error) Lines() []string {
	if e.Cell == nil {
		return []string{e.Msg}
	}
	line, _ := e.Cell.line(e.Offset)
	before, after := e.Cell.around(e.Offset)
	return []string{
		"\x1b[1m" + e.where() + "\x1b[0m" + e.Msg,
		fmt.Sprintf("%4d │ ", line) + before + after,
		strings.Repeat(" ", 5) + "│ " + padding(before) + "\x1b[31m^\x1b[0m",
	}
}

// Of a long line, what is farther from the error is left out.
const lettersBefore, lettersAfter = 100, 60

// around returns the line at an offset, parted there.
func (c *Cell) around(offset int) (before, after string) {
	offset = min(max(offset, 0), len(c.Text))
	before = c.Text[strings.LastIndexByte(c.Text[:offset], '\n')+1 : offset]
	after, _, _ = strings.Cut(c.Text[offset:], "\n")
	after = strings.TrimSuffix(after, "\r")
	if r := []rune(before); len(r) > lettersBefore {
		before = "… " + string(r[len(r)-lettersBefore+20:])
	}
	if r := []rune(after); len(r) > lettersAfter {
		after = string(r[:lettersAfter]) + " …"
	}
	return before, after
}

// padding is as wide as text is in a terminal: tabs stay, letters of Chinese and
// emoji take two columns, combining marks none.
func padding(text string) string {
	var b strings.Builder
	for i, part := range strings.Split(text, "\t") {
		if i > 0 {
			b.WriteByte('\t')
		}
		b.WriteString(strings.Repeat(" ", uniseg.StringWidth(part)))
	}
	return b.String()
}
