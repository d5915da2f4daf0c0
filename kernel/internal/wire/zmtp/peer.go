package zmtp

import (
	"errors"
	"sync"
	"time"
)

// errGone says that the connection a message was meant for has ended.
var errGone = errors.New("zmtp: the peer is gone")

// A peer is one client of a server: its connection and the messages that wait
// to be written to it.
type peer struct {
	*Conn
	id string // routing identity, unique in its server

	mu       sync.Mutex
	queue    [][][]byte // messages, shared with other peers: not to be changed
	queued   int        // bytes in queue and in the write under way
	progress time.Time
	closed   bool

	wake   chan struct{} // something was queued, or the peer was closed
	topics map[string]int
	tmu    sync.Mutex // guards topics
}

func newPeer(c *Conn, id string) *peer {
	return &peer{Conn: c, id: id, progress: time.Now(), wake: make(chan struct{}, 1), topics: map[string]int{}}
}

// send queues a message. It never blocks.
func (p *peer) send(frames [][]byte) error {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return errGone
	}
	if p.queued == 0 {
		p.progress = time.Now()
	}
	p.queue = append(p.queue, frames)
	p.queued += messageSize(frames)
	p.mu.Unlock()
	p.signal()
	return nil
}

func (p *peer) signal() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// writeLoop writes what is queued until the peer is closed.
func (p *peer) writeLoop() {
	for range p.wake {
		for {
			batch, ok := p.next()
			if !ok {
				return
			}
			if len(batch) == 0 {
				break
			}
			if !p.writeBatch(batch) {
				p.close()
				return
			}
		}
	}
}

// batchSize is how many bytes of small messages are written at once.
const batchSize = 64 << 10

// next takes queued messages: one, or as many as fit a batch.
func (p *peer) next() (batch [][][]byte, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, false
	}
	n, size := 0, 0
	for n < len(p.queue) {
		size += messageSize(p.queue[n])
		if n > 0 && size > batchSize {
			break
		}
		n++
	}
	batch, p.queue = p.queue[:n:n], p.queue[n:]
	if len(p.queue) == 0 {
		p.queue = nil
	}
	return batch, true
}

// writeBatch writes messages bit by bit, so that progress can be seen.
func (p *peer) writeBatch(batch [][][]byte) bool {
	p.wmu.Lock()
	defer p.wmu.Unlock()
	var b []byte
	left := 0
	for _, m := range batch {
		left += messageSize(m)
		b = p.encodeLocked(b, m)
	}
	for len(b) > 0 {
		n, err := p.nc.Write(b[:min(len(b), 64<<10)])
		if err != nil {
			return false
		}
		b = b[n:]
		done := min(n, left)
		if len(b) == 0 {
			done = left
		}
		left -= done
		p.took(done)
	}
	return true
}

// took notes that the peer took n of the bytes that were queued.
func (p *peer) took(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed {
		p.queued -= n
	}
	p.progress = time.Now()
}

// load is the number of bytes that wait, and since when none has been taken.
func (p *peer) load() (bytes int, since time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.queued, p.progress
}

func (p *peer) close() {
	p.mu.Lock()
	p.closed, p.queue, p.queued = true, nil, 0
	p.mu.Unlock()
	p.signal()
	p.Close()
}
