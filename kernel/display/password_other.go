//go:build !linux

package display

import "os"

// hideEcho does nothing: the standard library can't reach the terminal's modes here.
func hideEcho(*os.File) (restore func()) { return func() {} }
