package durable

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"

	"songsong/helpers/processes"
	"songsong/helpers/processes/internal/crew"
)

// settings are what Local, Cluster and the Settings say.
type settings struct {
	dir      string
	url      string
	creds    Credentials
	job      string
	sync     bool
	replicas int
	ackWait  time.Duration
	remote   bool
}

// A Setting changes a durable pool.
type Setting func(*settings)

// Job names the pool's work, so that it can be taken up again: when the program
// died, or was shut down early, and makes a pool of the same job again and
// submits the same arguments, those that have results get them without being
// run. Results are kept until [Remove]. Names are letters, digits, "-" and "_".
// Tasks of a named job travel alone. Without Job, nothing is left after the pool's end.
func Job(name string) Setting { return func(s *settings) { s.job = name } }

// SurvivePowerLoss makes an embedded server write every message through to disk
// before it is acknowledged. It has no effect with [Cluster], whose servers are
// configured elsewhere (sync_interval: always).
func SurvivePowerLoss() Setting { return func(s *settings) { s.sync = true } }

// Replicas keeps n copies of each message on the servers of a cluster: 1, 3 or 5.
func Replicas(n int) Setting { return func(s *settings) { s.replicas = n } }

// AckWait sets after how long without a sign of life a host's tasks go to
// others; 5 s if not given.
func AckWait(d time.Duration) Setting { return func(s *settings) { s.ackWait = d } }

// RemoteOnly starts no workers here: all tasks run on hosts that [Join].
func RemoteOnly() Setting { return func(s *settings) { s.remote = true } }

// Local makes a pool durable by an embedded server that keeps its files in dir,
// which is made if needed. The server listens on no port. One program at a time
// can use a directory; its pools share the server.
func Local(dir string, set ...Setting) processes.Option {
	return option(settings{dir: dir}, set)
}

// Cluster makes a pool use the NATS server or cluster at url ("nats://host:4222",
// "tls://host:4222", several with commas), which must have JetStream.
func Cluster(url string, creds Credentials, set ...Setting) processes.Option {
	return option(settings{url: url, creds: creds}, set)
}

func option(s settings, set []Setting) processes.Option {
	s.replicas, s.ackWait = 1, 5*time.Second
	for _, f := range set {
		f(&s)
	}
	return func(o *crew.Options) {
		o.Open = func(ctx context.Context, src crew.Source, cfg crew.Config) (crew.Engine, error) {
			if err := s.check(); err != nil {
				return nil, err
			}
			e, err := open(ctx, s, src, cfg)
			if err != nil {
				return nil, fmt.Errorf("durable: %w", err)
			}
			return e, nil
		}
	}
}

var jobName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

func (s *settings) check() error {
	switch {
	case s.dir == "" && s.url == "":
		return errors.New("durable: Local needs a directory, and Cluster a URL")
	case s.job != "" && !jobName.MatchString(s.job):
		return fmt.Errorf("durable: %q is no name for a job: use letters, digits, - and _", s.job)
	case s.ackWait < 300*time.Millisecond:
		return fmt.Errorf("durable: an AckWait of %v is too short: take 300ms or more", s.ackWait)
	case s.replicas != 1 && s.replicas != 3 && s.replicas != 5:
		return fmt.Errorf("durable: %d replicas: NATS keeps 1, 3 or 5", s.replicas)
	}
	return nil
}
