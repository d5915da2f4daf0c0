package durable_test

import (
	"context"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"songsong/helpers/processes"
	"songsong/helpers/processes/durable"
)

// No goroutine, process or socket is left of pools and hosts that ended.
func TestNothingIsLeft(t *testing.T) {
	s := startNATS(t, "DIR="+t.TempDir())
	old, sockets := goleak.IgnoreCurrent(), openSockets(t)
	for _, end := range []func(*processes.Pool[int, int]){
		func(p *processes.Pool[int, int]) { p.Close() },
		func(p *processes.Pool[int, int]) { p.Terminate() },
	} {
		p := newPool(t, square, durable.Local(t.TempDir()))
		checkSquares(t, p, 100)
		end(p)
		joined(t, "nats://"+s.addr, end)
	}
	var err error
	for range 50 { // a server takes its time
		if err = goleak.Find(old); err == nil {
			break
		}
	}
	if err != nil {
		t.Error(err)
	}
	if now := openSockets(t); now > sockets {
		t.Errorf("%d sockets are open, %d were before", now, sockets)
	}
}

// joined runs a pool whose only workers are another host's.
func joined(t *testing.T, url string, end func(*processes.Pool[int, int])) {
	creds := durable.Credentials{Token: token}
	ctx, leave := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { durable.Join{URL: url, Creds: creds, Workers: 1, Cache: t.TempDir()}.Run(ctx) })
	p := newPool(t, square, durable.Cluster(url, creds, durable.RemoteOnly()))
	checkSquares(t, p, 100)
	end(p)
	leave()
	wg.Wait()
}

func openSockets(t *testing.T) (n int) {
	time.Sleep(10 * time.Millisecond)
	fds, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip(err)
	}
	for _, fd := range fds {
		if to, err := os.Readlink("/proc/self/fd/" + fd.Name()); err == nil && strings.HasPrefix(to, "socket:") {
			n++
		}
	}
	return n
}
