package check

import (
	"fmt"
	"time"
)

// patience is how long a reader's function may take.
const patience = 5 * time.Second // four times as long where it starts processes

// try runs f and returns why it did not end well: it panicked, or did not
// return within patience. It returns nil if f returned.
func try(f func()) *Verdict {
	return tryFor(patience, f)
}

func tryFor(d time.Duration, f func()) *Verdict {
	panicked := make(chan any, 1)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer func() {
			if r := recover(); r != nil {
				panicked <- r
			}
		}()
		f()
	}()
	select {
	case <-ended:
	case <-time.After(d):
		v := notYet("the function had not returned after %v: something waits for ever", "sau %v hàm vẫn chưa trả về: có chỗ chờ mãi", d)
		return &v
	}
	select {
	case r := <-panicked:
		v := notYet("it panicked: %s", "nó bị panic: %s", fmt.Sprint(r))
		return &v
	default:
		return nil
	}
}
