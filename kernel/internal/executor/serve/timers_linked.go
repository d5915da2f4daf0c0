//go:build songsong

package serve

import _ "unsafe" // for linkname

// timeSleepUntil is when the next timer fires, or the end of time if there is
// none: what the runtime itself asks before it says that all goroutines are
// asleep. It can't say so here, since the executor always listens to the kernel.
//
//go:linkname timeSleepUntil runtime.timeSleepUntil
func timeSleepUntil() int64
