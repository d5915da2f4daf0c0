package threads

import (
	"fmt"
	"runtime"
	"sync/atomic"
)

// osThread asks for an operating-system thread; cpus may be empty.
type osThread struct {
	cpus []int
	id   atomic.Int64 // 0 until it runs
}

// OSThread runs the function on an operating-system thread of its own (runtime.LockOSThread), which ends with it.
// [Thread.ThreadID] then tells its number on Linux. It costs 50 to 100 µs instead of under 1 µs.
func OSThread() Option {
	return func(c *core) {
		if c.os == nil {
			c.os = &osThread{}
		}
	}
}

// OnCPUs is [OSThread], and lets the thread run only on the given CPUs, numbered from 0 as in /proc/cpuinfo.
// Where the system can't do it, or no such CPU exists, the function is not run and Join gives the error,
// which wraps errors.ErrUnsupported on systems other than Linux.
func OnCPUs(cpus ...int) Option {
	return func(c *core) { c.os = &osThread{cpus: cpus} }
}

// lockOSThread is called by the thread's goroutine. It never unlocks: the runtime ends a locked thread together
// with its goroutine, so a changed affinity is never inherited by others.
func (c *core) lockOSThread() error {
	runtime.LockOSThread()
	c.os.id.Store(int64(osThreadID()))
	if len(c.os.cpus) == 0 {
		return nil
	}
	if err := setCPUs(c.os.cpus); err != nil {
		return fmt.Errorf("thread %q: running on CPUs %v only: %w", c.name, c.os.cpus, err)
	}
	return nil
}
