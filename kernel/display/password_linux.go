package display

import (
	"fmt"
	"os"
	"syscall"
	"unsafe"
)

// hideEcho stops a terminal from showing what is typed and returns the way
// back. It does nothing for a file or a pipe.
func hideEcho(f *os.File) (restore func()) {
	var old syscall.Termios
	if termios(f, syscall.TCGETS, &old) != 0 {
		return func() {}
	}
	hidden := old
	hidden.Lflag &^= syscall.ECHO
	termios(f, syscall.TCSETS, &hidden)
	return func() {
		termios(f, syscall.TCSETS, &old)
		fmt.Println()
	}
}

func termios(f *os.File, request uintptr, t *syscall.Termios) syscall.Errno {
	_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, f.Fd(), request, uintptr(unsafe.Pointer(t)))
	return errno
}
