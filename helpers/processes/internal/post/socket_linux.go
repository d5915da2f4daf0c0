package post

import (
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// listen opens a socket in the abstract name space: it has no file, so nothing
// is left when the process is killed.
func listen() (net.Listener, error) { return net.Listen("unix", "@songsong-"+random()) }

// sameUser checks who is at the other end, since abstract sockets have no permissions.
func sameUser(c net.Conn) bool {
	raw, err := c.(*net.UnixConn).SyscallConn()
	if err != nil {
		return false
	}
	same := false
	err = raw.Control(func(fd uintptr) {
		cred, err := unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
		same = err == nil && int(cred.Uid) == os.Geteuid()
	})
	return err == nil && same
}
