package magic

import (
	"regexp"
	"strings"
)

// A Command is one command of a cell.
type Command struct {
	Name string // without its %: "time"; or "!", "!*", "$"
	Args string // the rest of the line, without space around it
	Line int    // in the cell, from 1
	Body string // what follows in the cell, if the command takes it
	Spec *Spec  // nil if there is no such command
}

// Written is how the reader wrote the command's name.
func (c Command) Written() string {
	switch c.Name {
	case "!", "!*", "$":
		return c.Name
	}
	return "%" + c.Name
}

// A Cell is a cell parted into commands and Go.
type Cell struct {
	Commands  []Command // in order; all are run before the Go
	Go        string    // the cell with spaces for its commands: positions stay true
	Misplaced *Command  // a command below Go that must stand above it, nil if none
}

// Split parts a cell. Commands are its leading lines that start with %, ! or $, or
// ask for documentation (name?);
// blank lines, comments and //| or #| header lines may stand between them. Below
// the first line of Go, lines that start with % are commands too, as in GoNB; an
// exclamation mark there is Go's.
func Split(text string) Cell {
	s := splitter{lines: strings.SplitAfter(text, "\n")}
	s.leading()
	if s.rest { // a command took all there is
		return s.cell
	}
	s.below()
	s.cell.Go = strings.Join(s.lines, "")
	return s.cell
}

type splitter struct {
	cell  Cell
	lines []string // commands are blanked as they are found
	at    int      // first line below the commands
	rest  bool
}

// leading takes the commands at the top of the cell.
func (s *splitter) leading() {
	for ; s.at < len(s.lines); s.at++ {
		line := strings.TrimSpace(s.lines[s.at])
		switch {
		case line == "":
		case strings.HasPrefix(line, "#|"):
			s.blank(s.at)
		case isCommand(line) || strings.HasPrefix(line, "!") || question.MatchString(line):
			if s.take(); s.rest {
				return
			}
		case strings.HasPrefix(line, "//"):
		default:
			return
		}
	}
}

// isCommand reports whether a line can be nothing but a command: no line of Go
// starts with % or $.
func isCommand(line string) bool {
	return strings.HasPrefix(line, "%") || strings.HasPrefix(line, "$") || strings.HasPrefix(line, gonb)
}

const gonb = "//gonb:"

// question is %doc as IPython's readers write it: strings.Split? or ?strings.Split.
var question = regexp.MustCompile(`^(?:\?{1,2}([\pL_][\pL\pN_.]*)|([\pL_][\pL\pN_.]*)\?{1,2})$`)

// take makes a command of the line at s.at, and of those it goes on in.
func (s *splitter) take() {
	first := s.at
	line := strings.TrimSpace(s.lines[first])
	s.blank(first)
	c := parse(line)
	if c.isShell() {
		for strings.HasSuffix(c.Args, "\\") && s.at+1 < len(s.lines) {
			s.at++
			c.Args = strings.TrimSuffix(c.Args, "\\") + "\n" + strings.TrimSpace(s.lines[s.at])
			c.Args = strings.Replace(c.Args, "\n", " ", 1)
			s.blank(s.at)
		}
	}
	c.Line = first + 1
	if c.takesRest() {
		c.Body = strings.Join(s.lines[s.at+1:], "")
		if c.Spec.Takes != Text {
			c.Body = strings.Join(s.lines, "") // Go keeps its positions
		}
		s.rest = true
	}
	s.cell.Commands = append(s.cell.Commands, c)
}

func (c Command) isShell() bool { return c.Name == "!" || c.Name == "!*" || c.Name == "$" }

func (c Command) takesRest() bool {
	if c.Spec == nil {
		return false
	}
	switch c.Spec.Takes {
	case Text, Rest:
		return true
	case LineOrRest:
		return c.Args == ""
	}
	return false
}

// parse reads a command line.
func parse(line string) Command {
	line = strings.TrimPrefix(line, gonb)
	if m := question.FindStringSubmatch(line); m != nil {
		return Command{Name: "doc", Args: m[1] + m[2], Spec: Lookup("doc")}
	}
	for _, p := range []string{"!*", "!", "$"} {
		if args, ok := strings.CutPrefix(line, p); ok {
			return Command{Name: p, Args: strings.TrimSpace(args), Spec: Lookup(p)}
		}
	}
	line = strings.TrimPrefix(strings.TrimPrefix(line, "%"), "%")
	name, args := line, ""
	if i := strings.IndexAny(line, " \t"); i >= 0 {
		name, args = line[:i], strings.TrimSpace(line[i:])
	}
	return Command{Name: name, Args: args, Spec: Lookup(name)}
}

// below takes the commands that stand below Go.
func (s *splitter) below() {
	inCode := codeLines(s.lines)
	for i := s.at; i < len(s.lines); i++ {
		line := strings.TrimSpace(s.lines[i])
		if !inCode[i] || !strings.HasPrefix(line, "%") && !strings.HasPrefix(line, gonb) {
			continue
		}
		c := parse(line)
		c.Line = i + 1
		s.blank(i)
		if c.Spec != nil && c.Spec.Takes != Line && s.cell.Misplaced == nil {
			s.cell.Misplaced = &c
		}
		s.cell.Commands = append(s.cell.Commands, c)
	}
}

// blank makes spaces of a line but keeps its end.
func (s *splitter) blank(i int) {
	line, end := s.lines[i], ""
	if strings.HasSuffix(line, "\n") {
		line, end = line[:len(line)-1], "\n"
	}
	s.lines[i] = strings.Repeat(" ", len(line)) + end
}

// codeLines says of each line whether it starts outside Go's raw strings and
// block comments.
func codeLines(lines []string) []bool {
	out := make([]bool, len(lines))
	var until string // what ends the raw string or the comment we are in
	for i, line := range lines {
		out[i] = until == ""
		if until == "" && isCommand(strings.TrimSpace(line)) {
			continue // no Go: its quotes mean nothing
		}
		until = scanLine(line, until)
	}
	return out
}

func scanLine(line, until string) string {
	for len(line) > 0 {
		if until != "" {
			i := strings.Index(line, until)
			if i < 0 {
				return until
			}
			line, until = line[i+len(until):], ""
			continue
		}
		switch {
		case strings.HasPrefix(line, "//"):
			return ""
		case strings.HasPrefix(line, "/*"):
			line, until = line[2:], "*/"
		case line[0] == '`':
			line, until = line[1:], "`"
		case line[0] == '"' || line[0] == '\'':
			line = line[quoted(line):]
		default:
			line = line[1:]
		}
	}
	return until
}

// quoted returns the length of the string or rune literal that line begins with.
func quoted(line string) int {
	for i := 1; i < len(line); i++ {
		switch line[i] {
		case '\\':
			i++
		case line[0]:
			return i + 1
		}
	}
	return len(line)
}
