package pools

import (
	"fmt"
	"math/bits"
	"sync/atomic"
)

// lanes numbers the workers that are busy, from 0, giving the lowest free number: the lanes of a timeline. More than
// maxLanes busy workers share the last lane. Each bit of busy is a lane.
type lanes struct{ busy [maxLanes / 64]atomic.Uint64 }

const maxLanes = 1024

func (l *lanes) take() int {
	for w := range l.busy {
		for {
			old := l.busy[w].Load()
			free := bits.TrailingZeros64(^old)
			if free == 64 {
				break // this word is full
			}
			if l.busy[w].CompareAndSwap(old, old|1<<free) {
				return w*64 + free
			}
		}
	}
	return maxLanes
}

func (l *lanes) give(lane int) {
	if lane < maxLanes {
		l.busy[lane/64].And(^(uint64(1) << (lane % 64)))
	}
}

// laneName is «worker 1» for lane 0. The first names are made once.
func laneName(i int) string {
	if i < len(laneNames) {
		return laneNames[i]
	}
	return fmt.Sprintf("worker %d", i+1)
}

var laneNames = func() (names [maxLanes + 1]string) {
	for i := range names {
		names[i] = fmt.Sprintf("worker %d", i+1)
	}
	return names
}()
