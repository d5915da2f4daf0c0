package processes

import (
	"sync"

	"songsong/helpers/processes/internal/post"
)

// clients are this process's connections to queues of others, one set for each
// queue however often it is received.
var clients struct {
	sync.Mutex
	byAddress map[string]*post.Client
}

func clientFor(address string) *post.Client {
	clients.Lock()
	defer clients.Unlock()
	c := clients.byAddress[address]
	if c == nil || c.Closed() {
		c = post.NewClient(address)
		if clients.byAddress == nil {
			clients.byAddress = map[string]*post.Client{}
		}
		clients.byAddress[address] = c
	}
	return c
}
