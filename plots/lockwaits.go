package plots

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"
)

// A LockSpan is a time in which a worker waited for a lock, or held it. Holder
// is who held the lock when a wait began, "" if that is not known. It has the
// fields of syncs.Interval, so what a syncs.Recorder has seen can be drawn as
// it is.
type LockSpan struct {
	Name   string // of the lock
	Worker string
	Holder string
	Waited bool // true: waited for the lock; false: held it
	Start  time.Duration
	End    time.Duration
}

// LockWaits draws who waited for which lock and who held it: a row per worker,
// a thin bar while it waits, a thick one in the lock's colour while it holds,
// and at the right how long it waited in all. The caption names the longest
// wait and who was waited for.
//
// spans may be of any type with the fields of [LockSpan], such as
// syncs.Interval.
func LockWaits[S ~struct {
	Name   string
	Worker string
	Holder string
	Waited bool
	Start  time.Duration
	End    time.Duration
}](spans []S, options ...Option) *Figure {
	plain := make([]LockSpan, len(spans))
	for i, s := range spans {
		plain[i] = LockSpan(s)
	}
	return lockWaits(plain, newSettings("lock-waits", options))
}

func lockWaits(spans []LockSpan, set settings) *Figure {
	if err := checkLockSpans(spans); err != nil {
		return failed(set, err)
	}
	spans = slices.Clone(spans)
	slices.SortStableFunc(spans, func(a, b LockSpan) int { return cmp.Compare(a.Start, b.Start) })
	begin := spans[0].Start
	l := lanes{set: &set}
	var locks []string
	for _, s := range spans {
		indexOf(&l.names, s.Worker)
		indexOf(&locks, s.Name)
		l.end = max(l.end, seconds(s.End-begin))
	}
	slices.SortStableFunc(l.names, natural)
	slices.SortStableFunc(locks, natural)
	if len(locks) > len(palette) {
		return failed(set, fmt.Errorf("plots: %d locks are more than there are colours; draw at most %d of them", len(locks), len(palette)))
	}
	waited := make([]float64, len(l.names))
	var longest LockSpan
	waits, total := 0, 0.0
	for _, s := range spans {
		lane, col := indexOf(&l.names, s.Worker), colorOf(indexOf(&locks, s.Name))
		if s.Waited {
			col = mix(col, 0.55)
			waited[lane] += seconds(s.End - s.Start)
			total += seconds(s.End - s.Start)
			waits++
			if s.End-s.Start > longest.End-longest.Start {
				longest = s
			}
		}
		l.bars = append(l.bars, laneBar{lane: lane, a: seconds(s.Start - begin), b: seconds(s.End - begin), color: col, thin: s.Waited})
	}
	for _, w := range waited {
		l.right = append(l.right, set.brief(w, 2))
	}
	fig := &Figure{set: set}
	for i, name := range locks {
		fig.legend = append(fig.legend,
			entry{set.say("lock.holds", name), boxSample(colorOf(i))},
			entry{set.say("lock.waits", name), thinSample(mix(colorOf(i), 0.55))})
	}
	fig.summary = set.say("lock.summary", waits, set.brief(total, 3), set.brief(l.end, 3), len(l.names)) + set.longestWait(longest)
	return finishLanes(fig, &l, "lock", lockTable(spans, begin))
}

func (s *settings) longestWait(w LockSpan) string {
	took := s.brief(seconds(w.End-w.Start), 3)
	switch {
	case w.End == w.Start:
		return ""
	case w.Holder == "":
		return "; " + s.say("lock.longest", w.Worker, w.Name, took)
	}
	return "; " + s.say("lock.longest.holder", w.Worker, w.Name, took, w.Holder)
}

func checkLockSpans(spans []LockSpan) error {
	if len(spans) == 0 {
		return errors.New("plots: no use of a lock was recorded")
	}
	for _, s := range spans {
		if s.End < s.Start {
			return fmt.Errorf("plots: the span of %q with the lock %q ends before it starts", s.Worker, s.Name)
		}
	}
	return nil
}

func lockTable(spans []LockSpan, begin time.Duration) table {
	t := table{header: []string{"lock", "worker", "waited", "holder", "start_seconds", "end_seconds"}}
	for _, s := range spans {
		t.add(s.Name, s.Worker, s.Waited, s.Holder, seconds(s.Start-begin), seconds(s.End-begin))
	}
	return t
}
