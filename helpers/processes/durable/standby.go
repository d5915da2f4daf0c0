package durable

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"songsong/helpers/processes/internal/crew"
)

// When the server that leads a stream dies, NATS elects another after 4 to 9 s, by
// constants (minElectionTimeout, maxElectionTimeout in its raft.go) that no
// setting changes. Until then tasks can be neither stored nor pulled. So a host
// that starves asks the pool, and a pool whose stream has no leader hands out
// tasks itself, in plain messages. Nothing else changes: each task stays in the
// stream, or goes there after the election, and has one stored result.

const (
	probeWait = 250 * time.Millisecond // that a leader may take to answer
	askWait   = 2 * probeWait          // that a pool may
	hunger    = 50 * time.Millisecond  // without a task until a host asks; it doubles
	mostTasks = 1 << 20                // bytes of them in an offer, and one task
)

func standbySubject(job string) string { return "songsong.standby." + job }

// An ask comes from a host: it wants tasks, or only says what it has.
type ask struct {
	Want int
	Held []string
}

// An offer is the answer. It has tasks only when the stream is down.
type offer struct {
	Down  bool
	Tasks []offered
}

type offered struct {
	ID   string
	Data []byte
}

// A standby is the pool's side.
type standby struct {
	e    *engine
	subs []*nats.Subscription
	fell chan struct{} // wakes watch

	mu     sync.Mutex
	down   bool                   // guarded by mu
	seen   time.Time              // the leaders, for the last time; guarded by mu
	given  map[string]time.Time   // task → until when it is some host's; guarded by mu
	unsent map[string]*crew.Chunk // not published, because the stream is down; guarded by mu
}

func newStandby(e *engine) (*standby, error) {
	s := &standby{e: e, fell: make(chan struct{}, 1), given: map[string]time.Time{}, unsent: map[string]*crew.Chunk{}}
	handlers := map[string]nats.MsgHandler{standbySubject(e.job): s.asked}
	if e.set.job == "" {
		// What hosts publish for the stream of results is heard here too, whether a
		// leader stores it or not. The results of a named job outlive the pool: only
		// stored ones count.
		handlers[resultsSubject(e.job, "*")] = func(m *nats.Msg) { e.arrived(lastWord(m.Subject), m.Data) }
	}
	for subject, handle := range handlers {
		sub, err := e.link.nc.Subscribe(subject, handle)
		if err != nil {
			return nil, err
		}
		s.subs = append(s.subs, sub)
	}
	return s, nil
}

func (s *standby) close() {
	for _, sub := range s.subs {
		sub.Unsubscribe() // the connection may be gone, and the subscription with it
	}
}

// asked answers a host.
func (s *standby) asked(m *nats.Msg) {
	var a ask
	if json.Unmarshal(m.Data, &a) != nil {
		return // not a host of ours
	}
	o := offer{Down: s.isDown()}
	if o.Down {
		s.claim(a.Held)
		o.Tasks = s.choose(a.Want)
	}
	text, _ := json.Marshal(o) // strings, bytes and a bool
	m.Respond(text)            // if it is lost, the host asks again
}

// isDown asks the leaders of tasks, unless it did so lately.
func (s *standby) isDown() bool {
	s.mu.Lock()
	down, known := s.down, s.down || time.Since(s.seen) < probeWait
	s.mu.Unlock()
	if known {
		return down
	}
	alive := s.probe()
	s.mu.Lock()
	defer s.mu.Unlock()
	if alive {
		s.seen = time.Now()
	} else {
		s.down = true
		s.fell <- struct{}{} // there is room: watch took the last before down became false
	}
	return !alive
}

// probe reports whether the stream of tasks and its consumer have leaders.
func (s *standby) probe() bool {
	ctx, cancel := context.WithTimeout(s.e.ctx, probeWait)
	defer cancel()
	_, err := s.e.link.js.Consumer(ctx, tasksStream(s.e.job), "workers")
	if err == nil {
		_, err = s.e.link.js.Stream(ctx, tasksStream(s.e.job))
	}
	return err == nil || gone(err) || errors.Is(err, context.Canceled)
}

// watch waits for the election, each time a leader is lost, and then publishes
// what was held back.
func (s *standby) watch() {
	for {
		select {
		case <-s.fell:
		case <-s.e.ctx.Done():
			return
		}
		for !s.probe() {
			select {
			case <-time.After(probeWait):
			case <-s.e.ctx.Done():
				return
			}
		}
		s.mu.Lock()
		s.down, s.seen = false, time.Now()
		clear(s.given)
		unsent := s.unsent
		s.unsent = map[string]*crew.Chunk{}
		s.mu.Unlock()
		for id, c := range unsent {
			if s.e.waits(id) {
				s.e.post(c, id)
			}
		}
	}
}

// hold reports whether a chunk need not be published now.
func (s *standby) hold(c *crew.Chunk, id string) bool {
	if s == nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down {
		s.unsent[id] = c
	}
	return s.down
}

// claim notes what a host has.
func (s *standby) claim(ids []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		s.given[id] = time.Now().Add(s.e.set.ackWait)
	}
}

// choose picks up to n tasks that no host is known to have, the newest first,
// because the older ones are those that hosts got from the stream.
func (s *standby) choose(n int) (tasks []offered) {
	pending := s.e.unfinished()
	ids := slices.SortedFunc(maps.Keys(pending), func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(b, a)
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	size := 0
	for _, id := range ids {
		if len(tasks) == n || size > mostTasks {
			break
		}
		if time.Now().Before(s.given[id]) {
			continue
		}
		s.given[id] = time.Now().Add(s.e.set.ackWait)
		tasks = append(tasks, offered{id, encodeTask(pending[id])})
		size += len(pending[id].Payload)
	}
	return tasks
}

// fromPool asks the pool for up to n tasks, in case the stream has no leader. It
// reports whether that is so.
func (h *host) fromPool(n int) bool {
	text, _ := json.Marshal(ask{n, h.ids(true)}) // strings and a number
	ctx, cancel := context.WithTimeout(h.ctx, askWait)
	defer cancel()
	m, err := h.link.nc.RequestWithContext(ctx, standbySubject(h.job), text)
	var o offer
	if err != nil || json.Unmarshal(m.Data, &o) != nil || !o.Down {
		return false
	}
	for _, t := range o.Tasks {
		if chunk, err := decodeTask(t.Data); err == nil {
			h.hold(&task{chunk: chunk, id: t.ID})
		}
	}
	if len(o.Tasks) == 0 {
		h.pause()
	}
	return true
}
