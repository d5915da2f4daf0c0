package magic

import (
	"context"
	"fmt"
	"strings"
)

// A Spec describes a command.
type Spec struct {
	Name  string
	Args  string // as %help shows them
	Help  string // one sentence
	Takes Takes
	After bool // it runs after the cell's Go, which is its Body
	Run   func(ctx context.Context, r *Runner, c Command) error
}

// Takes says what of the cell belongs to a command.
type Takes int

const (
	Line       Takes = iota // its line
	Text                    // all that follows, as text
	Rest                    // all that follows, commands and Go, which it runs in its own way
	LineOrRest              // the code on its line or, if there is none, as Rest
)

// written is how %help spells the command.
func (s *Spec) written() string {
	name := "%" + s.Name
	switch {
	case s.Name == "!" || s.Name == "!*" || s.Name == "$":
		name = s.Name
	case s.Takes == Text || s.Name == "":
		name = "%%" + s.Name
	}
	return strings.TrimSpace(name + " " + s.Args)
}

// table lists the commands in the order of %help. It is filled by init, since
// %help refers to it.
var table []*Spec

var byName = map[string]*Spec{}

func init() {
	for _, group := range [][]*Spec{sessionCommands, codeCommands, childCommands, fileCommands, programCommands, foreignCommands} {
		table = append(table, group...)
	}
	for _, s := range table {
		byName[s.Name] = s
	}
}

// Lookup returns the command with that name, nil if there is none.
func Lookup(name string) *Spec { return byName[name] }

// Commands lists all commands in the order of %help.
func Commands() []*Spec { return table }

// Signature is how the command is written, with its arguments: "%cd [folder]".
func (s *Spec) Signature() string { return s.written() }

// Run runs one command of a cell.
func (r *Runner) Run(ctx context.Context, c Command) error {
	if c.Spec == nil {
		return unknown(c)
	}
	return c.Spec.Run(ctx, r, c)
}

func unknown(c Command) error {
	e := &Error{Name: "unknown command", Value: fmt.Sprintf("there is no command %%%s", c.Name)}
	if near := nearest(c.Name); near != "" {
		e.Value += fmt.Sprintf("; did you mean %s?", byName[near].written())
	} else {
		e.Value += "; %help lists the commands"
	}
	return e
}

// nearest finds the command whose name differs least, "" if none is near.
func nearest(name string) string {
	best, least := "", 1+2*max(1, len(name)/3)
	if len(name) > 30 {
		return ""
	}
	for _, s := range table {
		if len(s.Name) < 2 {
			continue
		}
		d := distance(strings.ToLower(name), s.Name)
		if strings.HasPrefix(s.Name, name) && len(name) > 1 {
			d = 1
		}
		if d < least {
			best, least = s.Name, d
		}
	}
	return best
}

// distance is twice the fewest letters to insert, delete or replace; two letters
// that changed places count half (after Damerau and Levenshtein).
func distance(a, b string) int {
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		d[i][0] = 2 * i
	}
	for j := range d[0] {
		d[0][j] = 2 * j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			d[i][j] = d[i-1][j-1]
			if a[i-1] != b[j-1] {
				d[i][j] = 2 + min(d[i-1][j-1], d[i-1][j], d[i][j-1])
			}
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(a)][len(b)]
}

// Misplaced says that a command stands below Go though it must stand above.
func Misplaced(c Command) error {
	return &Error{Name: "misplaced command", Value: fmt.Sprintf("line %d: %s must stand above the cell's Go, or in a cell of its own", c.Line, c.Written())}
}
