package jupyter

import (
	"context"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// ParentGone waits until the process that started the kernel has ended, and
// then returns true; false when ctx ends first. pid is what Jupyter puts in
// JPY_PARENT_PID; if it is no process we can see (Jupyter in another container,
// say), ParentGone waits for ctx.
func ParentGone(ctx context.Context, pid string) bool {
	n, err := strconv.Atoi(pid)
	if err != nil || n <= 1 || n == os.Getpid() || unix.Kill(n, 0) == unix.ESRCH {
		<-ctx.Done()
		return false
	}
	gone := func() bool { return unix.Kill(n, 0) == unix.ESRCH }
	// A process descriptor also sees a parent that ended and was not waited for.
	if fd, err := unix.PidfdOpen(n, 0); err == nil {
		defer unix.Close(fd)
		gone = func() bool {
			ready, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 0)
			return err == nil && ready > 0
		}
	}
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		if gone() {
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-tick.C:
		}
	}
}
