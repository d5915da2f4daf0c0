package wire

import (
	"sync"
	"time"
)

// linesPerSecond bounds the log, so that a flood of forged frames does not
// become a flood of lines.
const linesPerSecond = 20

// limited wraps log so that it writes at most linesPerSecond lines a second
// and says how many it left out.
func limited(log func(format string, args ...any)) func(format string, args ...any) {
	if log == nil {
		return func(string, ...any) {}
	}
	var (
		mu      sync.Mutex
		second  time.Time
		n, left int
	)
	return func(format string, args ...any) {
		mu.Lock()
		defer mu.Unlock()
		if now := time.Now(); now.Sub(second) >= time.Second {
			if left > 0 {
				log("%d more lines like the last were left out", left)
			}
			second, n, left = now, 0, 0
		}
		if n++; n > linesPerSecond {
			left++
			return
		}
		log(format, args...)
	}
}
