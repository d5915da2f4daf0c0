package syncs

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
)

func TestCond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		for _, c := range []*Cond{NewCond(&mu), {}} {
			c.Lock()
			if err := c.Wait(second(t)); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v", err)
			}
			c.Unlock()
			ready := 0
			var wg sync.WaitGroup
			woken := make(chan int, 3)
			for i := range 3 {
				wg.Go(func() {
					c.Lock()
					defer c.Unlock()
					if err := c.WaitFor(bg, func() bool { return ready > 0 }); err != nil {
						t.Error(err)
					}
					ready--
					woken <- i
				})
				synctest.Wait()
			}
			c.Lock()
			ready = 1
			c.Signal()
			c.Unlock()
			if i := <-woken; i != 0 {
				t.Errorf("%d was woken before 0", i)
			}
			c.Lock()
			ready = 2
			c.Broadcast()
			c.Unlock()
			wg.Wait()
		}
	})
}
