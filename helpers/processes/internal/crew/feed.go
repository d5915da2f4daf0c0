package crew

import (
	"fmt"
	"time"

	"songsong/helpers/processes/internal/wire"
)

// next waits for a piece for slot s and books it there; nil means leave.
func (c *Crew) next(s *slot) *piece {
	c.mu.Lock()
	defer c.mu.Unlock()
	for !c.killed && !s.dead {
		seen := c.wakes
		if p := c.pickLocked(s); p != nil {
			c.nextID++
			p.id = c.nextID
			s.inflight = append(s.inflight, p)
			return p
		}
		if c.closing && len(s.inflight) == 0 && len(c.chunks) == 0 {
			return nil
		}
		if seen != c.wakes || c.killed || s.dead {
			continue // it came while the source was asked, and so did the signal
		}
		if s.unflushed { // nothing more to send together
			s.unflushed = false
			c.mu.Unlock()
			s.flush()
			c.mu.Lock()
			continue
		}
		c.recallLocked(s)
		c.waiting++
		c.cond.Wait()
		c.waiting--
	}
	return nil
}

// pickLocked returns a piece for s, or nil if there is none or s has enough. It
// unlocks c.mu while it asks the source.
func (c *Crew) pickLocked(s *slot) *piece {
	if len(s.inflight) >= c.depthLocked() {
		return nil
	}
	if len(s.inflight) > 0 && s.inflight[0].suspect {
		return nil // nothing waits behind a task that may kill its worker
	}
	for i, p := range c.retry {
		if p.suspect && len(s.inflight) > 0 {
			continue
		}
		c.retry = append(c.retry[:i:i], c.retry[i+1:]...)
		return p
	}
	max := c.chunkSizeLocked()
	c.mu.Unlock()
	chunk := c.src.Take(max, len(c.slots))
	c.mu.Lock()
	if chunk == nil {
		return nil
	}
	chunk.left = chunk.N
	c.chunks[chunk] = true
	return &piece{chunk: chunk, hi: chunk.N}
}

// depthLocked is how many pieces a worker may hold: one to run, and when they are
// so short that it would wait for the next, as many more as make Target of work.
func (c *Crew) depthLocked() int {
	if c.cfg.Timeout > 0 || c.avg == 0 || c.avg > float64(slowTask) {
		return 1
	}
	return max(2, min(int(float64(c.cfg.Target)/c.avgPiece), maxDepth))
}

// chunkSizeLocked is how many tasks make Target of work.
func (c *Crew) chunkSizeLocked() int {
	if c.cfg.Timeout > 0 || c.avg == 0 {
		return 1
	}
	n := int(float64(c.cfg.Target) / c.avg)
	return max(1, min(n, c.cfg.MaxChunk))
}

// recallLocked asks another worker for a piece it holds but has not started,
// when s has nothing to do.
func (c *Crew) recallLocked(s *slot) {
	if len(s.inflight) > 0 {
		return
	}
	for _, o := range c.slots {
		if n := len(o.inflight); n > 1 && !o.dead && !o.inflight[n-1].recalled {
			p := o.inflight[n-1]
			p.recalled = true
			go o.send(wire.KindRecall, wire.Numbers(p.id)) // not under the lock: a pipe may be full
			return
		}
	}
}

// done books what a worker finished.
func (c *Crew) done(s *slot, d wire.Done) error {
	c.mu.Lock()
	p := s.takeLocked(d.Piece)
	if p == nil || d.Mid < p.lo || d.Mid > p.hi {
		c.mu.Unlock()
		return fmt.Errorf("%s answered what it was not asked (piece %d)", s.name, d.Piece)
	}
	ran := d.Mid - p.lo
	c.learnLocked(ran, d.Elapsed)
	if d.Mid < p.hi {
		c.retry = append([]*piece{{chunk: p.chunk, lo: d.Mid, hi: p.hi}}, c.retry...)
		c.wakes++ // for a slot that is just asking the source
	}
	s.tasks += ran
	c.mu.Unlock()
	if ran > 0 {
		c.report(p.chunk, ran, Report{Part: d.Part, Worker: s.name, PID: s.pid, Start: d.Start, Elapsed: d.Elapsed})
	}
	c.cond.Broadcast()
	return nil
}

// learnLocked updates the moving averages of the time of a task and of a piece.
func (c *Crew) learnLocked(n int, d time.Duration) {
	if n > 0 {
		c.avg = Average(c.avg, float64(d)/float64(n))
		c.avgPiece = Average(c.avgPiece, float64(d))
	}
}

// Average adds t, in ns, to a moving average. It rises at once, so that slow
// tasks after quick ones are not sent in big chunks, and falls by halves. It is
// never 0, which stands for unknown.
func Average(avg, t float64) float64 {
	t = max(t, 1)
	if avg == 0 || t > avg {
		return t
	}
	return (avg + t) / 2
}

// report passes a part on, and ends the chunk if it was the last.
func (c *Crew) report(chunk *Chunk, n int, r Report) {
	c.src.Part(chunk, r)
	c.mu.Lock()
	chunk.left -= n
	end := chunk.left == 0
	if end {
		delete(c.chunks, chunk)
	}
	c.mu.Unlock()
	if end {
		c.src.End(chunk)
	}
}

// orphans takes care of what a dead worker held. Any of it may be to blame:
// answers may have died with the worker. So each task becomes a suspect and runs
// again alone, and only one that was alone is ever set aside.
func (c *Crew) orphans(s *slot, why string) {
	c.mu.Lock()
	held := s.inflight
	s.inflight = nil
	if c.killed || len(held) == 0 {
		c.mu.Unlock()
		return
	}
	alone := len(held) == 1 && held[0].hi == held[0].lo+1
	var back []*piece
	var fail *wire.Failure
	for _, p := range held {
		for i := p.lo; i < p.hi; i++ {
			switch kills := p.chunk.killedBy(i); {
			case p.overran:
				fail = &wire.Failure{Index: i, Kind: wire.FailTimeout, Worker: s.name,
					Message: fmt.Sprintf("the task did not end in %v and its worker was killed", c.cfg.Timeout)}
			case alone && kills >= c.cfg.MaxKills:
				fail = &wire.Failure{Index: i, Kind: wire.FailPoison, Worker: s.name, Kills: kills, Message: why}
			default:
				back = append(back, &piece{chunk: p.chunk, lo: i, hi: i + 1, suspect: true})
			}
		}
	}
	c.retry = append(back, c.retry...)
	c.wakes++ // for a slot that is just asking the source
	c.mu.Unlock()
	if fail != nil { // one task: it was alone, as all are that have a time limit
		part := wire.Part{Lo: fail.Index, N: 1, Failures: []wire.Failure{*fail}}
		c.report(held[0].chunk, 1, Report{Part: part.Append(nil), Worker: s.name, PID: s.pid, Start: time.Now()})
	}
	c.cond.Broadcast()
}

// killedBy counts one more worker that died running task i. The caller holds Crew.mu.
func (c *Chunk) killedBy(i int) int {
	if c.kills == nil {
		c.kills = map[int]int{}
	}
	c.kills[i]++
	return c.kills[i]
}
