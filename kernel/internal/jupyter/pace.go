package jupyter

import (
	"context"
	"sync"
	"time"
)

// What a Jupyter server lets through on iopub in any 3 seconds, by the defaults
// of its iopub_msg_rate_limit (1000/s), iopub_data_rate_limit (1 MB/s) and
// rate_limit_window (3 s): sums over the window, not a rate, so that 3 MB at
// once are fine after a pause. We keep to a little less in 4 seconds, as the
// server counts when it gets round to a message, not when we send it.
const (
	paceWindow   = 4 * time.Second
	paceBytes    = 2_800_000
	paceMessages = 2_800
)

// pace keeps output within the limits above, because a server drops what
// exceeds them. It counts as jupyter_server's _limit_rate does: bytes of stream
// messages, all parts; stream, display, result, error, clear and comm messages
// by number; status and execute_input not at all; and an idle, of any request,
// starts afresh.
//
// 100,000 lines of 20 bytes fit the window and are not held back at all. A
// program that prints without end fills it, pauses until it has passed, and is
// then held back to a steady 0.7 MB/s: bursts that follow each other closely
// would add up on a server that is late.
type pace struct {
	unlimited bool

	turn sync.Mutex // held while waiting: first come, first served

	mu       sync.Mutex
	sent     []spent // within the window, oldest first
	bytes    int
	messages int
	steady   bool      // the window was full: no more bursts until it is empty
	next     time.Time // when the next message may go if steady
}

type spent struct {
	at    time.Time
	bytes int
}

func newPace(unlimited bool) *pace { return &pace{unlimited: unlimited} }

// take returns when a message of size bytes (0 if it is no stream) may be sent,
// and counts it. A message that no window could take is let through when the window is empty.
func (p *pace) take(ctx context.Context, size int) {
	if p.unlimited {
		return
	}
	p.turn.Lock()
	defer p.turn.Unlock()
	for {
		d := p.room(time.Now(), size)
		if d <= 0 {
			return
		}
		// An idle may empty the window meanwhile, so don't sleep long.
		select {
		case <-time.After(min(d, 20*time.Millisecond)):
		case <-ctx.Done():
			return
		}
	}
}

// room counts the message if it fits, and else is how long to wait.
func (p *pace) room(now time.Time, size int) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.expireLocked(now)
	if p.messages == 0 {
		p.steady = false
	}
	if p.messages > 0 && (p.bytes+size > paceBytes || p.messages >= paceMessages) {
		p.steady = true
		return p.sent[0].at.Add(paceWindow).Sub(now) + time.Millisecond
	}
	if p.steady {
		if d := p.next.Sub(now); d > 0 {
			return d
		}
		share := max(float64(size)/paceBytes, 1.0/paceMessages)
		// A timer that fired late is made up for.
		if late := now.Add(-paceWindow / 100); p.next.Before(late) {
			p.next = late
		}
		p.next = p.next.Add(time.Duration(share * float64(paceWindow)))
	}
	p.sent = append(p.sent, spent{now, size})
	p.bytes += size
	p.messages++
	return 0
}

func (p *pace) expireLocked(now time.Time) {
	n := 0
	for n < len(p.sent) && now.Sub(p.sent[n].at) > paceWindow {
		p.bytes -= p.sent[n].bytes
		p.messages--
		n++
	}
	p.sent = p.sent[n:]
}

// reset forgets what was sent, as a server does when it sees an idle.
func (p *pace) reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent, p.bytes, p.messages, p.steady = nil, 0, 0, false
}
