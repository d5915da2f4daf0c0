//go:build unix

package ratio

import (
	"time"

	"golang.org/x/sys/unix"
)

// processorTime is the processor time this program has used, 0 if the system does not tell.
func processorTime() time.Duration {
	var r unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &r) != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
