package rt

import (
	"flag"
	"os"
	"reflect"
	"unsafe"
)

// Program prepares what a cell sees of a command line: os.Args, if args is not
// nil, and package flag, in which the cell may define the named flags again.
func Program(args, flags []string) {
	if args != nil {
		os.Args = append([]string{"cell"}, args...)
	}
	if len(flags) == 0 {
		return
	}
	// Package flag has no way to take a flag back: it panics when a cell is run again.
	for _, field := range []string{"formal", "actual"} {
		v := reflect.ValueOf(flag.CommandLine).Elem().FieldByName(field)
		if v.Type() != reflect.TypeFor[map[string]*flag.Flag]() {
			continue
		}
		m := *(*map[string]*flag.Flag)(unsafe.Pointer(v.UnsafeAddr()))
		for _, name := range flags {
			delete(m, name)
		}
	}
}

// QuietFlags makes wrong flags an error of the cell: package flag ends the
// program by itself.
func QuietFlags() {
	flag.CommandLine.Init("cell", flag.PanicOnError)
	flag.CommandLine.SetOutput(Stderr)
}
