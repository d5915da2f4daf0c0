package rt

import (
	"context"
	"sync"
	"sync/atomic"
)

// A task is a goroutine that can be ended alone.
type task struct {
	ctx    context.Context
	stop   context.CancelFunc
	killed atomic.Bool
}

var (
	tasks     sync.Map     // goroutine number → *task
	taskCount atomic.Int64 // tasks in it
)

// Context ends when the cell that started the calling goroutine is interrupted, or
// when [Kill] ends that goroutine. About 2 µs.
func Context() context.Context { return taskOf(goid(), Current().Ctx).ctx }

func taskOf(id uint64, parent context.Context) *task {
	if t, ok := tasks.Load(id); ok {
		return t.(*task)
	}
	t := new(task)
	t.ctx, t.stop = context.WithCancel(parent)
	if old, loaded := tasks.LoadOrStore(id, t); loaded {
		t.stop()
		return old.(*task)
	}
	taskCount.Add(1)
	return t
}

// Kill asks a goroutine to end: its [Context] ends, and code of cells stops at its
// next check. Spare takes the latter back.
func Kill(goroutine uint64) {
	t := taskOf(goroutine, context.Background())
	t.killed.Store(true)
	t.stop()
	atomic.StoreUint32(&Stop, 1)
}

// Spare lets a goroutine that [Kill] did not end go on, since it is blocked and
// every check of every cell looks whether it is meant.
func Spare(goroutine uint64) {
	if t, ok := tasks.Load(goroutine); ok {
		t.(*task).killed.Store(false)
	}
	settle()
}

// killedHere reports whether the calling goroutine was asked to end.
func killedHere() bool {
	if taskCount.Load() == 0 {
		return false
	}
	t, ok := tasks.Load(goid())
	return ok && t.(*task).killed.Load()
}

// forgetTask is called at the end of a goroutine.
func forgetTask() (killed bool) {
	if taskCount.Load() == 0 {
		return false
	}
	t, ok := tasks.LoadAndDelete(goid())
	if !ok {
		return false
	}
	taskCount.Add(-1)
	t.(*task).stop()
	return t.(*task).killed.Load()
}

// anyKilled reports whether a goroutine that was asked to end has not ended.
func anyKilled() (some bool) {
	tasks.Range(func(_, t any) bool {
		some = t.(*task).killed.Load()
		return !some
	})
	return some
}
