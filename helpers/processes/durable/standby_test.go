package durable_test

import (
	"testing"
	"time"

	"songsong/helpers/processes/durable"
)

// With one server of three left no leader can be elected: the pool hands out its
// tasks itself. When there is a majority again, the stream does.
func TestPoolStandsInForTheStream(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a cluster")
	}
	c := startCluster(t)
	p := newPool(t, square, durable.Cluster(c.urls, durable.Credentials{Token: token, CA: c.cert}, durable.Replicas(3)))
	checkSquares(t, p, 500)
	for _, name := range []string{"n0", "n1"} {
		c.servers[name].kill()
	}
	checkSquares(t, p, 3000)
	for _, name := range []string{"n0", "n1"} {
		c.servers[name].restart()
	}
	deadline := time.Now().Add(30 * time.Second)
	for !c.ready() && time.Now().Before(deadline) {
		time.Sleep(100 * time.Millisecond)
	}
	checkSquares(t, p, 500)
	p.Close()
	if left := c.streams(); len(left) > 0 {
		t.Errorf("the pool left %q", left)
	}
}
