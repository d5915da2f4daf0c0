//go:build !songsong

package serve

// timeSleepUntil needs a linker that is told to allow it, as package native
// tells it with the tag songsong. Without, no deadlock is ever found.
func timeSleepUntil() int64 { return 0 }
