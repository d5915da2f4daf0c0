package crew

import (
	"context"
	"io"
	"os"
	"time"
)

// Options are what the options of a pool set.
type Options struct {
	Codec      string
	MaxKills   int
	MaxChunk   int
	Target     time.Duration
	Timeout    time.Duration
	MaxWaiting int
	Stdout     io.Writer
	Stderr     io.Writer
	Once       func(*os.ProcessState) // not nil: the worker runs one task, exits, and this is called
	Open       Opener                 // nil: pipes to workers on this machine
}

// An Engine runs what a source has.
type Engine interface {
	Wake()
	Close()
	Kill()
	Cancel(c *Chunk, index int)
	Workers() (list []Worker, restarts int)
}

// An Opener starts an engine for a source. cfg describes the local workers.
type Opener func(ctx context.Context, src Source, cfg Config) (Engine, error)
