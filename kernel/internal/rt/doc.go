// Package rt is what a lowered cell calls: the variables it shares with other
// cells, the output that finds its cell, guards around its goroutines, and the
// checks that let an interrupt stop it. It is linked into the executor once and
// shared with every plugin the executor loads.
//
// Start with [Slot] and [Cell]. It knows nothing of Jupyter, of Go source or of
// how plugins are made: the executor's host connects it by setting [Out].
package rt
