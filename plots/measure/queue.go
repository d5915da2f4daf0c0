package measure

import (
	"bytes"
	"os"
	"strconv"
)

// ticks is what the scheduler has counted for one thread, in nanoseconds: on a
// processor, and ready in the run queue without one.
type ticks struct {
	running, waiting uint64
}

// readTicks reads /proc/self/task/*/schedstat: the ticks of every thread of
// this process. It is nil where the system doesn't tell (other systems, or a
// kernel without CONFIG_SCHED_INFO).
//
// It costs about 5 µs per thread.
func readTicks() map[string]ticks {
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return nil
	}
	var out map[string]ticks
	for _, t := range threads {
		b, err := os.ReadFile("/proc/self/task/" + t.Name() + "/schedstat")
		if err != nil { // the thread has ended meanwhile
			continue
		}
		f := bytes.Fields(b)
		if len(f) < 2 {
			continue
		}
		running, err1 := strconv.ParseUint(string(f[0]), 10, 64)
		waiting, err2 := strconv.ParseUint(string(f[1]), 10, 64)
		if err1 != nil || err2 != nil {
			continue
		}
		if out == nil {
			out = map[string]ticks{}
		}
		out[t.Name()] = ticks{running, waiting}
	}
	return out
}

// queueWait estimates how much of the wall time (seconds) the run queue added:
// the wait of the thread that waited most. Where work is divided beforehand,
// that thread ends last; where idle workers take over, it is an upper bound, so
// never more is taken off than leaves the processor time divided by the workers.
// Threads that ran for less than a tenth of the busiest one's time had no part
// in the work, and don't count. Work that kept no thread busy for half the time
// that is left, such as sleeping, is not corrected: 0.
func queueWait(before, after map[string]ticks, wall float64, workers int) float64 {
	busiest, total := 0.0, 0.0
	since := map[string]struct{ ran, waited float64 }{}
	for id, a := range after {
		b := before[id] // zero for a new thread
		ran, waited := float64(a.running-b.running)/1e9, float64(a.waiting-b.waiting)/1e9
		since[id] = struct{ ran, waited float64 }{ran, waited}
		busiest = max(busiest, ran)
		total += ran
	}
	wait := 0.0
	for _, t := range since {
		if t.ran >= busiest/10 {
			wait = max(wait, t.waited)
		}
	}
	if total < (wall-wait)/2 {
		return 0
	}
	return max(0, min(wait, wall-total/float64(workers)))
}
