package session

import (
	"time"

	"golang.org/x/sys/unix"
)

// cpuTime returns the processor time a process has used so far, less than 0 if
// that is not known. It reads the process's CPU-time clock (clock_getcpuclockid).
func cpuTime(pid int) time.Duration {
	const sched = 2 // CPUCLOCK_SCHED
	var ts unix.Timespec
	if unix.ClockGettime(int32(^pid<<3|sched), &ts) != nil {
		return -1
	}
	return time.Duration(ts.Nano())
}
