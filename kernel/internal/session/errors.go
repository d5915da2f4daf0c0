package session

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"songsong/kernel/internal/native"
	"songsong/kernel/internal/rt"
	"songsong/kernel/internal/source"
)

func problem(name, value string) *Error {
	return &Error{Name: name, Value: clean(value), Traceback: []string{red(name+": ") + clean(value)}}
}

func red(s string) string  { return "\x1b[31m" + s + "\x1b[0m" }
func dim(s string) string  { return "\x1b[2m" + s + "\x1b[0m" }
func bold(s string) string { return "\x1b[1m" + s + "\x1b[0m" }

// clean turns invented names back.
func clean(s string) string {
	if !strings.ContainsAny(s, "Ꞩꞩ") && !strings.Contains(s, "cell/") {
		return s
	}
	return invented.ReplaceAllString(unitPath.ReplaceAllString(s, "main."), "")
}

var unitPath = regexp.MustCompile(`cell/[0-9a-f]{20}\.`)

var invented = regexp.MustCompile(`Ꞩ(old_)?|ꞩ(t_|u[0-9]+\.|p[0-9]+\.)?`)

func compileError(errs []*source.Error) *Error {
	e := &Error{Name: "compile error", Value: clean(errs[0].Error())}
	if len(errs) > 1 {
		e.Value += fmt.Sprintf(" (and %d more)", len(errs)-1)
	}
	for i, x := range errs {
		if i == 20 {
			e.Traceback = append(e.Traceback, fmt.Sprintf("… and %d more", len(errs)-i))
			break
		}
		for _, line := range x.Lines() {
			e.Traceback = append(e.Traceback, clean(line))
		}
	}
	return e
}

func notice(n *source.Error) string {
	return "notice: " + clean(n.Error()) + "\n"
}

func interrupted(frames []string) *Error {
	return &Error{Name: "interrupted", Value: "the cell was interrupted", Traceback: append([]string{red("interrupted")}, frames...)}
}

// A label is what the reader calls a cell, and how many of its lines stand before
// the first that counts.
type label struct {
	text  string
	shift int
}

// place turns /Ꞩ/KEY/cell.go:LINE into "cell [3], line 4".
func (s *session) place(file string, line int) string {
	s.mu.Lock()
	l := s.labels[file]
	s.mu.Unlock()
	if l.text == "" {
		l.text = "a cell"
	}
	return fmt.Sprintf("%s, line %d", l.text, line+l.shift)
}

func (s *session) frameLine(f rt.Frame) string {
	fn := strings.TrimPrefix(clean(f.Func), "main.")
	switch {
	case fn == "main" || strings.HasPrefix(fn, "main.func"): // the cell's own statements
		fn = ""
	case fn != "":
		fn = dim(" in ") + fn
	}
	return "    " + s.place(f.File, f.Line) + fn
}

// failure turns what the executor says of a cell's end into an error.
func (s *session) failure(f *rt.Failure) *Error {
	e := &Error{Name: f.Kind, Value: clean(f.Value)}
	switch f.Kind {
	case "panic":
		head := red("panic: ") + e.Value
		if f.Goroutine {
			head = red("panic in a goroutine: ") + e.Value
		}
		e.Traceback = []string{head}
	case "interrupted":
		e.Traceback = nil
	case "interpreter":
		e.Name = "interpreter error"
		e.Traceback = []string{red("the interpreter: ") + e.Value, dim("There is no compiler here (" + s.aloneWhy + "), and the interpreter lacks parts of Go.")}
	case "load":
		e.Name = "load error"
		e.Traceback = []string{red("the compiled cell can't be loaded: ") + e.Value}
	default:
		e.Traceback = []string{red(e.Value)}
	}
	for _, w := range f.Waiting {
		e.Traceback = append(e.Traceback, s.frameLine(w.Frame)+dim(" waits: ")+w.State)
	}
	for _, fr := range f.Frames {
		e.Traceback = append(e.Traceback, s.frameLine(fr))
	}
	return e
}

// nameLeft tells the reader which goroutines an interrupted or failed cell left behind.
func (c *run) nameLeft(left []rt.Left) {
	if len(left) == 0 {
		return
	}
	var b strings.Builder
	fmt.Fprintf(&b, "notice: %d goroutine(s) of cells still run:\n", len(left))
	for i, l := range left {
		if i == 5 {
			b.WriteString("    …\n")
			break
		}
		fmt.Fprintf(&b, "    %s (%s)\n", c.place(l.Frame.File, l.Frame.Line), l.State)
	}
	c.out.Stream("stderr", b.String())
}

var cellPlace = regexp.MustCompile(`(/Ꞩ/[0-9a-f]+/[^/:\s]+):(\d+)`)

// readable names the cells in a text of the runtime, such as a race report.
func (s *session) readable(text string) string {
	if !strings.Contains(text, rt.CellFile) {
		return clean(text)
	}
	return clean(cellPlace.ReplaceAllStringFunc(text, func(at string) string {
		m := cellPlace.FindStringSubmatch(at)
		line, _ := strconv.Atoi(m[2])
		return s.place(m[1], line)
	}))
}

var (
	saidPlace = regexp.MustCompile(rt.CellFile + `[0-9a-f]+/[^/:\s]+:\d+:\d+`)
	saidOurs  = regexp.MustCompile(`(?m)^(` + saidPlace.String() + `): inlining call to rt\.`)
)

// said is what the compiler printed of cells' lines, without what it says of the
// calls that the session adds, and without columns: those are the lowered code's.
func (s *session) said(text string) string {
	ours := map[string]bool{}
	for _, m := range saidOurs.FindAllStringSubmatch(text, -1) {
		ours[m[1]] = true
	}
	var b strings.Builder
	last := ""
	for line := range strings.Lines(text) {
		if at := saidPlace.FindString(line); ours[at] || !strings.Contains(line, rt.CellFile) {
			continue
		} else if at != "" {
			line = strings.Replace(line, at, at[:strings.LastIndexByte(at, ':')], 1)
		}
		if line = strings.ReplaceAll(line, " main.", " "); line != last {
			b.WriteString(s.readable(line))
		}
		last = line
	}
	return b.String()
}

// deathError explains the end of the executor by the runtime's last words.
func (c *run) deathError(text, death string, lost []string) *Error {
	e := &Error{Name: "executor died"}
	first, _, _ := strings.Cut(text, "\n")
	switch {
	case strings.Contains(text, "signal arrived during cgo execution"):
		e.Value = "C code read or wrote memory that is not its own, such as through a nil pointer (" + clean(first) + ")"
	case strings.HasPrefix(first, "runtime: goroutine stack exceeds"):
		e.Value = "stack overflow: a function calls itself without end"
	case strings.HasPrefix(first, "runtime/cgo: pthread_create failed"), strings.HasPrefix(first, "runtime: program exceeds"):
		e.Value = "too many threads: goroutines that wait in system calls, in C, or locked to their thread"
	case first != "":
		e.Value = clean(first)
	default:
		e.Value = "the process that runs the cells ended: " + death
	}
	e.Traceback = []string{red("fatal: ") + strings.TrimPrefix(e.Value, "fatal error: ")}
	seen := map[string]bool{}
	for _, m := range cellPlace.FindAllStringSubmatch(firstStack(text), -1) {
		line, _ := strconv.Atoi(m[2])
		at := "    " + c.place(m[1], line)
		if !seen[at] && len(seen) < 8 {
			seen[at] = true
			e.Traceback = append(e.Traceback, at)
		}
	}
	e.Traceback = append(e.Traceback, lostLines(lost)...)
	return e
}

// firstStack is the stack of the goroutine that died, the first in a dump that leads through a cell.
func firstStack(text string) string {
	for stack := range strings.SplitSeq(text, "\n\n") {
		if cellPlace.MatchString(stack) {
			return stack
		}
	}
	return ""
}

func lostLines(lost []string) []string {
	out := []string{"The kernel goes on in a new process; types and functions are kept."}
	if len(lost) > 0 {
		names := strings.Join(lost, ", ")
		if len(lost) > 12 {
			names = strings.Join(lost[:12], ", ") + fmt.Sprintf(" and %d more", len(lost)-12)
		}
		out = append(out, "These variables are gone: "+names+". Run their cells again, or %restore.")
	}
	return out
}

var toolLine = regexp.MustCompile(`(?m)^(/Ꞩ/[0-9a-f]+/[^/:\s]+):(\d+)(?::(\d+))?: (.*)$`)

// toolError turns the compiler's words into errors of cells.
func (c *run) toolError(cell *source.Cell, t *native.ToolError) *Error {
	e := &Error{Name: "compile error"}
	for _, m := range toolLine.FindAllStringSubmatch(t.Text, -1) {
		line, _ := strconv.Atoi(m[2])
		e.Traceback = append(e.Traceback, bold(c.place(m[1], line)+": ")+clean(m[4]))
	}
	if len(e.Traceback) == 0 {
		e.Traceback = []string{red("the Go "+t.Tool+" tool refuses this cell: ") + clean(strings.TrimSpace(t.Text))}
	}
	e.Value = strings.TrimSpace(ansi.ReplaceAllString(e.Traceback[0], ""))
	if c.opts.Log != nil {
		c.opts.Log("lowered code refused: %s", t.Text)
	}
	return e
}

var ansi = regexp.MustCompile("\x1b\\[[0-9;]*m")
