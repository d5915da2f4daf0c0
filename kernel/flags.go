package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
)

// newFlags returns the flag set of a verb; its -h prints what and how.
func newFlags(name, what string) *flag.FlagSet {
	fs := flag.NewFlagSet("songsong "+name, flag.ContinueOnError)
	fs.SetOutput(os.Stderr)
	fs.Usage = func() {
		fmt.Fprintf(fs.Output(), "%s\n\nOptions:\n", what)
		fs.PrintDefaults()
	}
	return fs
}

// parse parses args, options and operands in any order, and returns the
// operands. If ok is false the verb ends with the exit code.
func parse(fs *flag.FlagSet, args []string) (operands []string, code int, ok bool) {
	for {
		if err := fs.Parse(args); errors.Is(err, flag.ErrHelp) {
			return nil, 0, false
		} else if err != nil {
			return nil, 2, false
		}
		rest := fs.Args()
		if used := len(args) - len(rest); used > 0 && args[used-1] == "--" {
			return append(operands, rest...), 0, true
		}
		if len(rest) == 0 {
			return operands, 0, true
		}
		operands, args = append(operands, rest[0]), rest[1:]
	}
}

// fail prints one sentence to standard error and returns 1.
func fail(verb string, err error) int {
	fmt.Fprintf(os.Stderr, "songsong %s: %s\n", verb, strings.TrimRight(err.Error(), "\n"))
	return 1
}

// misuse is fail for a call that can't be taken; it returns 2.
func misuse(verb, format string, args ...any) int {
	fmt.Fprintf(os.Stderr, "songsong %s: %s; \"songsong %s -h\" says how\n", verb, fmt.Sprintf(format, args...), verb)
	return 2
}
