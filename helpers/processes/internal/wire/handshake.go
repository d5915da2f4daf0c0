package wire

import "fmt"

// A Platform is what must agree between two processes that share functions.
type Platform struct {
	Protocol int
	Go       string // runtime.Version
	OS, Arch string
}

// Mismatch says in one sentence why a worker on platform o can't work for p;
// "" if it can.
func (p Platform) Mismatch(o Platform) string {
	switch {
	case p.Protocol != o.Protocol:
		return fmt.Sprintf("the pool speaks protocol %d and the worker %d: install the same version of songsong on both", p.Protocol, o.Protocol)
	case p.OS != o.OS || p.Arch != o.Arch:
		return fmt.Sprintf("the pool runs on %s/%s and the worker on %s/%s: use machines of the same platform", p.OS, p.Arch, o.OS, o.Arch)
	case p.Go != o.Go:
		return fmt.Sprintf("the pool was built with %s and the worker with %s: install the same Go on both", p.Go, o.Go)
	}
	return ""
}

// Hello is the worker's first message.
type Hello struct {
	Platform Platform
	PID      int
}

// Setup tells the worker what to work on.
type Setup struct {
	Worker  string   // its name, "Process-1"
	Plugins []string // plugin files to open, in this order
	Func    Ref
	Codec   string            // "gob" or "json"
	State   map[string][]byte // variables, see processes.Launcher
	Once    bool              // exit after one task: 0, or 1 for an error, 2 for a panic
}

// A Ref names a function so that another process of the same program finds it.
type Ref struct {
	Name   string // as given to Register; "" if found by address
	Symbol string // the linker's name, for checks and messages
	Func   Addr   // of the function value
	Type   Addr   // of the type that runs it
	Task   string // type name of the task, to catch a name registered with another type
}

// An Addr is a place in a program's static data that means the same in every
// process that loaded the same file, wherever it was loaded.
type Addr struct {
	Module string // build ID of the executable or plugin
	Offset uint64 // bytes from the place where that file was loaded
}

// Ready ends the handshake. Err is "" or one sentence.
type Ready struct{ Err string }
