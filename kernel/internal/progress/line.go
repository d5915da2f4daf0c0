package progress

import (
	"fmt"
	"os"
	"strings"

	"github.com/rivo/uniseg"
	"golang.org/x/term"
)

// A Line is one line of a terminal that is written over. The zero Line of a file
// that is a terminal is ready; it is not safe for concurrent use.
type Line struct {
	File  *os.File
	shown bool
}

// Show writes text in place of what the line showed, cut to the terminal's width.
func (l *Line) Show(text string) {
	width, _, err := term.GetSize(int(l.File.Fd()))
	if err != nil || width < 10 {
		width = 80
	}
	fmt.Fprint(l.File, "\r", Fit(text, width-1), "\x1b[K")
	l.shown = true
}

// Clear empties the line.
func (l *Line) Clear() {
	if l.shown {
		fmt.Fprint(l.File, "\r\x1b[K")
		l.shown = false
	}
}

// Bar draws count of size as width columns.
func Bar(count, size, width int) string {
	full := 0
	if size > 0 {
		full = min(max(count*width/size, 0), width)
	}
	return strings.Repeat("━", full) + strings.Repeat("┄", width-full)
}

// Fit cuts text at a width in columns; what is cut leaves an ellipsis.
func Fit(text string, width int) string {
	if uniseg.StringWidth(text) <= width {
		return text
	}
	var b strings.Builder
	at := 0
	for g := uniseg.NewGraphemes(text); g.Next() && at+g.Width() < width; at += g.Width() {
		b.WriteString(g.Str())
	}
	return b.String() + "…"
}

// FitPath is Fit for paths: it cuts at the left.
func FitPath(path string, width int) string {
	for uniseg.StringWidth(path) > width {
		_, rest, ok := strings.Cut(strings.TrimPrefix(path, "…/"), "/")
		if !ok {
			return Fit(path, width)
		}
		path = "…/" + rest
	}
	return path
}
