package magic

import (
	"context"
	"fmt"
	"regexp"
	"strings"
)

// programCommands are GoNB's that start the cell as a program with arguments.
// They do nothing by themselves but set the arguments: [Cell.Code] puts what they
// call into the cell's Go.
var programCommands = []*Spec{
	{Name: "", Args: "[arguments]", Help: "marks where a program's main begins, as in GoNB; its arguments become os.Args and are parsed as flags", Run: setArgs},
	{Name: "main", Args: "[arguments]", Help: "the same as %%", Run: setArgs},
	{Name: "args", Args: "[arguments]", Help: "sets os.Args for this cell and those after it", Run: setArgs},
	{Name: "exec", Args: "function [arguments]", Help: "parses the arguments as flags and calls the function", Run: execFunc},
}

func setArgs(ctx context.Context, r *Runner, c Command) error {
	r.SetArgs(words(c.Args))
	return nil
}

func execFunc(ctx context.Context, r *Runner, c Command) error {
	args := words(c.Args)
	if len(args) == 0 || !identifier.MatchString(args[0]) {
		return usage(c)
	}
	r.SetArgs(args[1:])
	return nil
}

var (
	identifier  = regexp.MustCompile(`^[\pL_][\pL_\pN]*$`)
	initFunc    = regexp.MustCompile(`(?m)^func (init_\w+)\(\)\s*\{`)
	packageLine = regexp.MustCompile(`^\s*package\s+\w+\s*$`)
)

// parseFlags is what GoNB puts at the start of main.
const parseFlags = `ꞩflag.Parse(); ` // the checker imports packages named so

// Code is the cell's Go with what GoNB's commands stand for put in at their
// places: at %% the cell's functions named init_… are called and the arguments
// are parsed, and a package clause above it means nothing. Lines stay where they are.
func (c Cell) Code() string {
	lines := strings.SplitAfter(c.Go, "\n")
	changed := false
	for _, command := range c.Commands {
		text := command.call(c.Go)
		if text == "" || command.Line > len(lines) {
			continue
		}
		changed = true
		end := ""
		if strings.HasSuffix(lines[command.Line-1], "\n") {
			end = "\n"
		}
		lines[command.Line-1] = text + end
		for i, line := range lines[:command.Line-1] {
			if packageLine.MatchString(line) {
				lines[i] = "\n"
			}
		}
	}
	if !changed {
		return c.Go
	}
	return strings.Join(lines, "")
}

// call is the Go that a command stands for in a cell; a comment if that is
// nothing but a mark, "" if it is no command of this kind.
func (c Command) call(code string) string {
	args := words(c.Args)
	switch c.Name {
	case "", "main":
		text := InitCalls(code)
		if len(args) > 0 {
			text += parseFlags
		}
		return text + "/**/"
	case "exec":
		if len(args) == 0 || !identifier.MatchString(args[0]) {
			return ""
		}
		return parseFlags + args[0] + "()"
	}
	return ""
}

// InitCalls calls the functions named init_… that the code declares: GoNB runs
// them as it runs init.
func InitCalls(code string) string {
	var b strings.Builder
	for _, m := range initFunc.FindAllStringSubmatch(code, -1) {
		fmt.Fprintf(&b, "%s(); ", m[1])
	}
	return b.String()
}

// FromGoNB reports whether the cell has a command that only GoNB's notebooks have.
func (c Cell) FromGoNB() bool {
	for _, command := range c.Commands {
		switch command.Name {
		case "", "main", "exec", "args", "goflags", "autoget", "noautoget", "goworkfix", "test":
			return true
		}
	}
	return false
}

// words splits arguments at white space; double quotes keep them together, and
// inside them a backslash keeps what follows it.
func words(s string) []string { return split(s, `"`) }

// split is words with a choice of quotes; in single ones a backslash is itself.
func split(s, quotes string) []string {
	out := []string{}
	var word strings.Builder
	started, quote := false, byte(0) // the quote that is open, 0 for none
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quote == 0 && strings.IndexByte(quotes, c) >= 0:
			started, quote = true, c
		case quote == c:
			quote = 0
		case quote == '"' && c == '\\' && i+1 < len(s):
			i++
			word.WriteString(escape(s[i]))
		case quote == 0 && (c == ' ' || c == '\t' || c == '\n' || c == '\r'):
			if started {
				out = append(out, word.String())
				word.Reset()
			}
			started = false
		default:
			started = true
			word.WriteByte(c)
		}
	}
	if started {
		out = append(out, word.String())
	}
	return out
}

func escape(c byte) string {
	switch c {
	case 'n':
		return "\n"
	case 't':
		return "\t"
	}
	return string(rune(c))
}
