package pools

import "time"

// TaskOption changes one task. Task options are given to [Submit].
type TaskOption func(*taskSettings)

type taskSettings struct {
	timeout time.Duration
	name    string
}

// Timeout ends the context of the task's function, with the cause async.ErrTimeout, when it has run for d. The
// time in the queue does not count. The future finishes when the function returns.
func Timeout(d time.Duration) TaskOption { return func(s *taskSettings) { s.timeout = d } }

// Named gives the task a name for the timeline of [LogTo].
func Named(name string) TaskOption { return func(s *taskSettings) { s.name = name } }
