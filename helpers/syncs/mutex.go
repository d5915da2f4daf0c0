package syncs

import (
	"sync"
	"sync/atomic"

	"github.com/sasha-s/go-deadlock"
)

// Mutex is sync.Mutex with a name, watched while [DetectDeadlocks] is on. Name may be left empty; set it before the
// first use. The zero Mutex is unlocked. While nobody watches it costs one atomic load more than sync.Mutex.
type Mutex struct {
	Name   string
	mu     sync.Mutex
	shadow deadlock.RWMutex // what go-deadlock sees, see watched.begin
	seen   bool             // guarded by mu: this hold is watched
}

// Lock locks m. While detection is on it first looks whether that can go wrong.
func (m *Mutex) Lock() {
	if !detecting.Load() {
		m.mu.Lock()
		return
	}
	w := watched{lock: m, name: m.Name, shadow: &m.shadow}
	w.acquire(m.mu.TryLock, m.mu.Lock)
	m.seen = true
}

// TryLock locks m if it is free, and says so.
func (m *Mutex) TryLock() bool {
	if !m.mu.TryLock() {
		return false
	}
	if detecting.Load() {
		w := watched{lock: m, name: m.Name, shadow: &m.shadow}
		w.hold()
		m.seen = true
	}
	return true
}

// Unlock unlocks m; like sync.Mutex it ends the program if m is not locked.
func (m *Mutex) Unlock() {
	if m.seen {
		m.seen = false
		graph.release(m, true)
		m.shadow.RUnlock()
	}
	m.mu.Unlock()
}

// RWMutex is sync.RWMutex with a name, watched while [DetectDeadlocks] is on. Name may be left empty; set it before
// the first use. The zero RWMutex is unlocked.
type RWMutex struct {
	Name    string
	mu      sync.RWMutex
	shadow  deadlock.RWMutex
	seen    bool         // guarded by mu: the writer's hold is watched
	readers atomic.Int32 // read holds that are watched
}

// Lock locks m for writing. While detection is on it first looks whether that can go wrong.
func (m *RWMutex) Lock() {
	if !detecting.Load() {
		m.mu.Lock()
		return
	}
	w := watched{lock: m, name: m.Name, shadow: &m.shadow}
	w.acquire(m.mu.TryLock, m.mu.Lock)
	m.seen = true
}

// Unlock undoes Lock.
func (m *RWMutex) Unlock() {
	if m.seen {
		m.seen = false
		graph.release(m, true)
		m.shadow.RUnlock()
	}
	m.mu.Unlock()
}

// RLock locks m for reading. Locking it twice in one goroutine is reported: a writer that comes in between would wait for ever.
func (m *RWMutex) RLock() {
	if !detecting.Load() {
		m.mu.RLock()
		return
	}
	w := watched{lock: m, name: m.Name, shadow: &m.shadow}
	w.acquire(m.mu.TryRLock, m.mu.RLock)
	m.readers.Add(1)
}

// RUnlock undoes one RLock.
func (m *RWMutex) RUnlock() {
	if m.readers.Load() > 0 && graph.release(m, false) {
		m.readers.Add(-1)
		m.shadow.RUnlock()
	}
	m.mu.RUnlock()
}
