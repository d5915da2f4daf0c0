package crew

import "golang.org/x/sys/unix"

// WaitExit returns when process pid, a child, has ended, and leaves it to be reaped.
func WaitExit(pid int) {
	for unix.Waitid(unix.P_PID, pid, nil, unix.WEXITED|unix.WNOWAIT, nil) == unix.EINTR {
	}
}
