package syncs

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/petermattis/goid"
)

// waitGraph knows, for watched locks, which goroutines hold what and which wait for what. A circle in it is a
// deadlock: nobody in it can ever go on.
type waitGraph struct {
	mu      sync.Mutex         // guards all below
	holders map[any][]int64    // lock → goroutines
	waiting map[int64]waitEdge // goroutine → lock
}

type waitEdge struct {
	lock any
	name string
}

var graph = waitGraph{holders: map[any][]int64{}, waiting: map[int64]waitEdge{}}

// wait notes that this goroutine is about to wait for lock, and describes the circle this closes, "" if none.
func (g *waitGraph) wait(lock any, name string) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	me := goid.Get()
	g.waiting[me] = waitEdge{lock, name}
	path := g.findLocked(me, me, nil)
	lines := make([]string, len(path))
	for i, id := range path {
		next := path[(i+1)%len(path)]
		lines[i] = fmt.Sprintf("goroutine %d waits for %s, which goroutine %d holds", id, g.waiting[id].name, next)
	}
	return strings.Join(lines, "\n")
}

// findLocked follows from → the lock it waits for → its holders, until it comes back to start.
func (g *waitGraph) findLocked(start, from int64, path []int64) []int64 {
	edge, ok := g.waiting[from]
	if !ok || len(path) > len(g.waiting) {
		return nil
	}
	path = append(path, from)
	for _, holder := range g.holders[edge.lock] {
		if holder == start {
			return path
		}
		if found := g.findLocked(start, holder, path); found != nil {
			return found
		}
	}
	return nil
}

func (g *waitGraph) stopWaiting() {
	g.mu.Lock()
	delete(g.waiting, goid.Get())
	g.mu.Unlock()
}

func (g *waitGraph) hold(lock any) {
	g.mu.Lock()
	g.holders[lock] = append(g.holders[lock], goid.Get())
	g.mu.Unlock()
}

// release takes one hold of this goroutine away and says whether there was one. With others it takes another
// goroutine's if need be: a Mutex may be unlocked by someone else.
func (g *waitGraph) release(lock any, others bool) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	ids, me := g.holders[lock], goid.Get()
	at := slices.Index(ids, me)
	if at < 0 && others {
		at = len(ids) - 1
	}
	if at < 0 {
		return false
	}
	if len(ids) == 1 {
		delete(g.holders, lock)
	} else {
		g.holders[lock] = slices.Delete(ids, at, at+1)
	}
	return true
}
