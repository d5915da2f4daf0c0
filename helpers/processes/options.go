package processes

import (
	"io"
	"os"
	"time"

	"songsong/helpers/processes/internal/crew"
)

// An Option changes how a [Pool] works.
type Option func(*crew.Options)

func options(opts []Option) crew.Options {
	o := crew.Options{
		Codec: "gob", MaxKills: 3, MaxChunk: 4096, Target: time.Millisecond, MaxWaiting: 1 << 16,
		Stdout: os.Stdout, Stderr: os.Stderr,
	}
	for _, opt := range opts {
		opt(&o)
	}
	return o
}

// JSON sends arguments and results as JSON instead of gob. Take it for types
// that gob refuses, such as any values or pointers that may be nil.
func JSON() Option { return func(o *crew.Options) { o.Codec = "json" } }

// MaxKills sets how many workers a task may kill before it is set aside; 3 if not
// given. Tasks that were with a worker when it died run again one at a time, so
// that the one to blame is found: with MaxKills(1) it may thus kill two.
func MaxKills(n int) Option { return func(o *crew.Options) { o.MaxKills = max(n, 1) } }

// ChunkSize sends up to n tasks together. Without it the pool measures how long
// tasks take, and sends together what makes about a millisecond of work; tasks
// of more than 5 ms then travel alone. ChunkSize(1) sends every task alone.
func ChunkSize(n int) Option { return func(o *crew.Options) { o.MaxChunk = max(n, 1) } }

// Timeout gives each task d to run. Its context ends then; if the task has not
// returned a second later, its worker is killed and replaced. The task's error
// is context.DeadlineExceeded.
func Timeout(d time.Duration) Option { return func(o *crew.Options) { o.Timeout = max(d, 0) } }

// MaxWaiting sets how many tasks may wait before Submit blocks; 65,536 if not given.
func MaxWaiting(n int) Option { return func(o *crew.Options) { o.MaxWaiting = max(n, 1) } }

// Output sends what workers print to these writers instead of this process's
// standard output and error. A writer that is not an *os.File is written to by
// one goroutine per worker.
func Output(stdout, stderr io.Writer) Option {
	return func(o *crew.Options) { o.Stdout, o.Stderr = stdout, stderr }
}
