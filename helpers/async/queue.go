package async

import "songsong/helpers/syncs"

// AsyncQueue is asyncio's Queue: Put and Get wait with a context, and there is TaskDone, Join and Shutdown. It is the queue of
// package syncs, which also makes it last in, first out, or by priority (syncs.NewLIFO, syncs.NewPriority).
type AsyncQueue[T any] = syncs.Queue[T]

// NewQueue makes a queue, first in, first out, for size items; size 0 is no limit.
func NewQueue[T any](size int) *AsyncQueue[T] { return syncs.NewQueue[T](size) }
