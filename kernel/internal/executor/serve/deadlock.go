package serve

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"syscall"
	"time"

	"songsong/kernel/internal/rt"
)

// watch ends the wait for a cell when every goroutine is blocked for good: no
// timer is set, nothing waits for input or output or for a child process, and so
// nothing can ever wake one; nor is the reader being asked for a line. It looks
// every 250 ms, three times before it is sure, and sleeps in a system call, since a
// timer of its own would be one.
func (h *host) watch(cell *rt.Cell, done <-chan struct{}) <-chan *rt.Failure {
	found := make(chan *rt.Failure, 1)
	go func() {
		for seen := 0; ; {
			before := cpuTime()
			ts := syscall.NsecToTimespec(int64(250 * time.Millisecond))
			syscall.Nanosleep(&ts, nil)
			worked := cpuTime() - before
			select {
			case <-done:
				return
			default:
			}
			if worked > idleCPU || timeSleepUntil() != math.MaxInt64 || h.asking() {
				seen = 0
				continue
			}
			waiting, asleep := allAsleep(cell)
			if !asleep {
				seen = 0
				continue
			}
			if seen++; seen == 3 {
				found <- &rt.Failure{Kind: "deadlock", Value: "deadlock: every goroutine of the session is blocked for good", Waiting: waiting}
				return
			}
		}
	}()
	return found
}

// idleCPU is what a process whose goroutines are all blocked may use between two
// looks. A look stops every goroutine, for long if there are many, so a process
// that works is not looked at.
const idleCPU = 25 * time.Millisecond

// cpuTime is what the process has used so far.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// asleep are the states only another goroutine can end.
func asleep(state string) bool {
	return strings.HasPrefix(state, "chan ") || strings.HasPrefix(state, "select") || strings.HasPrefix(state, "sync.") || strings.HasPrefix(state, "semacquire")
}

// allAsleep reports whether all goroutines but the host's own are blocked, and
// what those of cells wait for.
func allAsleep(cell *rt.Cell) (waiting []rt.Left, all bool) {
	for _, g := range dump() {
		m := header.FindStringSubmatch(g)
		if m == nil || isOwn(g) {
			continue
		}
		if !asleep(m[2]) {
			return nil, false
		}
		if fr := cellFrames(g); len(fr) > 0 && len(waiting) < 100 {
			waiting = append(waiting, rt.Left{State: m[2], Frame: fr[0]})
		}
	}
	own := ""
	if fr := goroutineFrames(cell.Goid); len(fr) > 0 {
		own = fr[len(fr)-1].File
	}
	first := func(l rt.Left) int { // the cell that waits comes before those that left goroutines behind
		if l.Frame.File == own {
			return 0
		}
		return 1
	}
	slices.SortFunc(waiting, func(a, b rt.Left) int {
		return cmp.Or(cmp.Compare(first(a), first(b)), cmp.Compare(a.Frame.File, b.Frame.File), cmp.Compare(a.Frame.Line, b.Frame.Line))
	})
	return waiting, true
}

// isOwn reports whether the goroutine is one of the host's, or has exited.
func isOwn(g string) bool {
	return strings.Contains(g, "/rt.Exit(") || strings.Contains(g, "serve.(*host).wait.") || strings.Contains(g, "serve.(*host).watch.") || strings.Contains(g, "serve.Main(")
}
