package executor

import (
	"os"

	"golang.org/x/sys/unix"
)

// pending returns how many bytes wait in the pipe.
func pending(f *os.File) (n int) {
	c, err := f.SyscallConn()
	if err != nil {
		return 0
	}
	c.Control(func(fd uintptr) { n, _ = unix.IoctlGetInt(int(fd), unix.TIOCINQ) })
	return n
}
