//go:build !linux

package crew

// WaitExit does nothing here: reap's Wait is enough, but for the short time in
// which the process id could be given to another process.
func WaitExit(int) {}
