/*
Songsong is a Jupyter kernel for Go, and a headless runner, checker and exporter
of Go notebooks.

# The life of a cell

		JupyterLab, VS Code, nbclient           songsong run / check / export
		      │ ZeroMQ                                │ in process, same requests
		      ▼                                       ▼
		internal/wire → internal/jupyter → internal/session ← internal/notebook
		                                        │           assist, gopls  complete, inspect
		     internal/magic  (%, !, %%python)   │   internal/source   parse, check, lower
		                                        │   internal/native   compile, link, cache
		                                        ▼
		            internal/executor ══ socket pair ══ executor/host   (a child process)
		                                                 internal/rt, plugins, yaegi

	 1. A front end asks to execute a cell. Package jupyter answers on five sockets and
	    queues executions; package session runs them one at a time.
	 2. Commands at the cell's top are done by package magic, in child processes.
	 3. Package source splits the rest at its top level and type-checks it with go/types
	    against the session: the whole notebook is one Go package, "main". All errors are
	    found here, with cell, line, column and caret, before anything has run.
	 4. What the cell declares (functions, types, constants) waits to be compiled; what a
	    changed declaration makes stale waits with it. Declarations a cell needs become a
	    unit, a package of lowered source; the cell's statements become another, its body.
	 5. A body that is plain (assignments and calls of compiled functions over variables,
	    nothing else) goes to the interpreter, yaegi, and is done in a millisecond. All
	    else is compiled and linked to a plugin by package native, which calls the Go
	    compiler and linker directly, and keeps what it built by content.
	 6. The executor opens the plugin and runs the body. The kernel process never runs the
	    reader's code: when the executor dies, the cell gets the fatal trace as its error
	    and a new one starts; compiled declarations are found in the cache again.

# Completion and documentation

Package assist answers from the session's types, in under a millisecond, also while a
cell runs. Package gopls asks the language server beside it: the session and the cell
are shown to it as an ordinary package (source.Image), in a module like the session's.
Its answer leads if it comes within 300 ms; else it is dropped, and helps the next one.
The first question starts gopls, in the background, after ten minutes without one it
ends; without gopls, kernel sessions install it (doctor.go, SONGSONG_GOPLS).

# What lowering does

Session variables are heap cells; every unit reaches them through slots of package rt,
by the variable's name and type, so both tiers share them and a redefinition leaves
closures with the old one. Names that are not exported get a reserved spelling that
other units can use; their struct fields keep their names and are reached through a
struct of the same layout. Types keep their names, by aliases. Goroutines start through
a guard, so that a panic there is the cell's error. Functions that may recurse and
loops without a counter get a check, so that an interrupt stops them; counted loops pay
nothing, and functions that only call themselves for one activation in three. What prints is given its cell by a goroutine label, which goroutines inherit.

# Why it is built this way

Plugins, because a package built into two plugins is one package at run time: its
types and variables are shared. Direct calls of the tools, because the go command takes
three times as long. The executor is built in the session's module, so it and the plugins
never disagree on a package's version.

What few need is built when it is first needed, as programs of their own: kernel/interpreter
runs cells where nothing can be compiled, kernel/worker joins process pools. So songsong
itself builds in half the time (START.md).

Which cell used what of which is kept beside the names (source.Graph): by it the session
says which outputs can't come from the cells as they are.

Dependencies, and why these: yaegi (asked for; starts at once) · go/types and
golang.org/x/tools (the compiler's own checker) · gonum/plot (asked for) · alitto/pond
(pools: the best kept of those measured) · nats-server (a durable queue in the program
itself) · goldmark and chroma (Markdown and highlighting in exports) · uniseg (widths in a terminal) ·
sourcegraph/jsonrpc2 (to speak with gopls) · gopsutil (what the processes of a kernel use, on any system) ·
x/perf/benchmath (benchstat's statistics).
ZeroMQ: go-zeromq/zmq4 ends the program or hangs on some hostile frames, so package wire
speaks ZMTP itself, and the tests talk to it with zmq4 and libzmq.
*/
package main
