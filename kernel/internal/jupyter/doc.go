// Package jupyter answers the requests of the Jupyter messaging protocol for
// one [session.Session]. Start with [New] and [Server.Serve].
//
// # Lanes
//
// Every message type has a [route] in one table: which channels it may come on,
// and which lane answers it. Requests of the lane "now" are answered by the
// goroutine that reads their channel, at once, also while a cell runs. Those of
// the lane "ask" (complete, inspect, is_complete, history) wait for each other on
// one goroutine, but never for a cell. Cells run one after another on a third.
// Reading a channel therefore never waits for user code.
//
// # Output
//
// What a cell prints is gathered for up to 50 ms or 64 kB, in order with its
// displays, and paced so that a Jupyter server, which drops what exceeds its
// limits, never does; see [pace]. Output that comes after the cell has ended
// still carries the cell's header, and so appears under that cell.
//
// # What it will not do
//
// No debugger and no subshells: those requests are refused, in the form the
// protocol has for it. Comms are closed as they are opened: no target is
// registered.
package jupyter
