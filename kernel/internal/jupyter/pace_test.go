package jupyter

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// A limiter counts as jupyter_server's _limit_rate does.
type limiter struct {
	at      []time.Time
	size    []int
	dropped int
}

func (l *limiter) see(now time.Time, size int) {
	for len(l.at) > 0 && now.Sub(l.at[0]) >= 3*time.Second {
		l.at, l.size = l.at[1:], l.size[1:]
	}
	l.at, l.size = append(l.at, now), append(l.size, size)
	sum := 0
	for _, s := range l.size {
		sum += s
	}
	if sum > 3_000_000 || len(l.at) > 3_000 {
		l.dropped++
	}
}

// Sizes of messages, and how late the server sees them.
func TestPace(t *testing.T) {
	for name, c := range map[string]struct {
		size, n int
		late    func(i int) time.Duration
		atMost  time.Duration
	}{
		"lines":       {65_000, 30, nil, 0},
		"flood":       {65_000, 600, nil, 60 * time.Second},
		"tiny":        {300, 20_000, nil, 35 * time.Second},
		"displays":    {0, 10_000, nil, 20 * time.Second},
		"big":         {5_000_000, 3, nil, 13 * time.Second},
		"late server": {65_000, 600, func(i int) time.Duration { return time.Duration(i%7) * 150 * time.Millisecond }, 60 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p, began := newPace(false), time.Now()
				var l limiter
				var seen time.Time
				for i := range c.n {
					p.take(context.Background(), c.size)
					now := time.Now()
					if c.late != nil {
						now = now.Add(c.late(i))
					}
					if now.Before(seen) { // order is kept
						now = seen
					}
					seen = now
					l.see(now, c.size)
				}
				if took := time.Since(began); took > c.atMost {
					t.Errorf("it took %v, more than %v", took, c.atMost)
				}
				if l.dropped > 0 && c.size < 3_000_000 {
					t.Errorf("a server would drop %d of %d messages", l.dropped, c.n)
				}
			})
		})
	}
}

func TestPaceReset(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, began := newPace(false), time.Now()
		for range 100 {
			p.take(context.Background(), 2_000_000)
			p.reset()
		}
		if d := time.Since(began); d > 0 {
			t.Errorf("it took %v though every message was followed by an idle", d)
		}
	})
}

func TestPaceEndsWithContext(t *testing.T) {
	p := newPace(false)
	p.take(context.Background(), paceBytes)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	p.take(ctx, paceBytes)
}
