package crew

import (
	"sync"
	"testing"
	"time"
)

// emptySource has nothing, and something happens while it is asked.
type emptySource struct {
	Source
	meanwhile func()
}

func (s emptySource) Take(int, int) *Chunk {
	s.meanwhile()
	return nil
}

// What happens while the source is asked, without c.mu, is not missed: the signal
// comes when nobody waits for it yet.
func TestNothingIsMissedWhileTheSourceIsAsked(t *testing.T) {
	for name, happens := range map[string]func(*Crew, *slot){
		"killed": func(c *Crew, _ *slot) { c.killed = true },
		"dead":   func(_ *Crew, s *slot) { s.dead = true },
		"closed": func(c *Crew, _ *slot) { c.closing = true },
		"orphan": func(c *Crew, _ *slot) {
			dead := &slot{crew: c, inflight: []*piece{{chunk: &Chunk{N: 1}, hi: 1}}}
			c.mu.Unlock()
			c.orphans(dead, "it died")
			c.mu.Lock()
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := &Crew{chunks: map[*Chunk]bool{}, cfg: Config{MaxKills: 3, MaxChunk: 1}}
			c.cond = sync.NewCond(&c.mu)
			s := &slot{crew: c}
			var once sync.Once
			c.src = emptySource{meanwhile: func() {
				once.Do(func() {
					c.mu.Lock()
					happens(c, s)
					c.mu.Unlock()
					c.cond.Broadcast()
				})
			}}
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				c.next(s)
			}()
			select {
			case <-ended:
			case <-time.After(10 * time.Second):
				t.Fatal("it waits for ever")
			}
		})
	}
}
