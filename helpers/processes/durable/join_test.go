package durable_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"songsong/helpers/processes"
	"songsong/helpers/processes/durable"
)

// lines collects a log.
type lines struct {
	mu  sync.Mutex
	all []string
}

func (l *lines) add(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, fmt.Sprintf(format, args...))
}

func (l *lines) wait(t *testing.T, what string) {
	t.Helper()
	for range 2000 {
		l.mu.Lock()
		all := strings.Join(l.all, "\n")
		l.mu.Unlock()
		if strings.Contains(all, what) {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("the log does not say %q: %q", what, l.all)
}

func whoami(_ context.Context, n int) (string, error) {
	time.Sleep(5 * time.Millisecond)
	return processes.WorkerName() + " " + fmt.Sprint(os.Getppid()), nil
}

// A host gets the pool's program from the server, runs tasks, and leaves when the pool ends.
func TestJoin(t *testing.T) {
	s := startNATS(t, "DIR="+t.TempDir())
	url, creds := "nats://"+s.addr, durable.Credentials{Token: token}
	ctx, cancel := context.WithCancel(t.Context())
	var log lines
	var wg sync.WaitGroup
	wg.Go(func() {
		err := durable.Join{URL: url, Creds: creds, Workers: 2, Cache: t.TempDir(), Log: log.add}.Run(ctx)
		if err != nil {
			t.Error(err)
		}
	})
	log.wait(t, "ready: 2 workers")
	p, err := processes.NewPool(t.Context(), 1, square, durable.Cluster(url, creds, durable.RemoteOnly()))
	if err != nil {
		t.Fatal(err)
	}
	checkSquares(t, p, 300)
	log.wait(t, "joined the pool")
	p.Close()
	log.wait(t, "left the pool")

	// A pool that was there first, with workers of its own.
	q := newPool(t, whoami, durable.Cluster(url, creds))
	var names sync.Map
	for name, err := range q.Map(t.Context(), naturals(200)) {
		if err != nil {
			t.Fatal(err)
		}
		names.Store(name, true)
	}
	q.Close()
	cancel()
	wg.Wait()
}

// A host that can't take part at first, here for want of its cache, tries again.
func TestJoinTriesAgain(t *testing.T) {
	s := startNATS(t, "DIR="+t.TempDir())
	url, creds := "nats://"+s.addr, durable.Credentials{Token: token}
	ctx, cancel := context.WithCancel(t.Context())
	var log lines
	var wg sync.WaitGroup
	cache := filepath.Join(t.TempDir(), "cache")
	wg.Go(func() { durable.Join{URL: url, Creds: creds, Workers: 1, Cache: cache, Log: log.add}.Run(ctx) })
	defer wg.Wait()
	defer cancel()
	log.wait(t, "ready")
	if err := os.Remove(cache); err != nil {
		t.Fatal(err)
	}
	p := newPool(t, square, durable.Cluster(url, creds, durable.RemoteOnly()))
	log.wait(t, "tries again")
	if err := os.Mkdir(cache, 0o700); err != nil {
		t.Fatal(err)
	}
	checkSquares(t, p, 20)
	p.Close()
}

// A host that vanishes (here: is told to leave) loses nothing.
func TestHostLeavesMidway(t *testing.T) {
	s := startNATS(t, "DIR="+t.TempDir())
	url, creds := "nats://"+s.addr, durable.Credentials{Token: token}
	ctx, cancel := context.WithCancel(t.Context())
	var log lines
	var wg sync.WaitGroup
	cache := t.TempDir()
	wg.Go(func() { durable.Join{URL: url, Creds: creds, Workers: 2, Cache: cache, Log: log.add}.Run(ctx) })
	log.wait(t, "ready")
	p := newPool(t, whoami, durable.Cluster(url, creds, durable.AckWait(time.Second)))
	log.wait(t, "joined")
	go func() {
		time.Sleep(200 * time.Millisecond)
		cancel()
	}()
	n := 0
	for _, err := range p.Map(t.Context(), naturals(300)) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n != 300 {
		t.Fatal(n)
	}
	wg.Wait()
	p.Close()
}

// Pools of another platform or version are refused in a sentence.
func TestMismatchIsRefused(t *testing.T) {
	s := startNATS(t, "DIR="+t.TempDir())
	url, creds := "nats://"+s.addr, durable.Credentials{Token: token}
	ctx, cancel := context.WithCancel(t.Context())
	var log lines
	var wg sync.WaitGroup
	wg.Go(func() { durable.Join{URL: url, Creds: creds, Workers: 1, Cache: t.TempDir(), Log: log.add}.Run(ctx) })
	log.wait(t, "ready")
	nc, err := nats.Connect(url, nats.Token(token))
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	for _, c := range []struct{ spec, want string }{
		{`{"Job":"a","Platform":{"Protocol":99}}`, "the pool speaks protocol 99 and the worker 1: install the same version of songsong on both"},
		{`{"Job":"b","Platform":{"Protocol":1,"Go":"go1.26","OS":"plan9","Arch":"mips"}}`, "the pool runs on plan9/mips"},
	} {
		nc.Publish("songsong.jobs.new", []byte(c.spec))
		log.wait(t, c.want)
	}
	nc.Publish("songsong.jobs.new", []byte("nonsense"))
	nc.Publish("songsong.jobs.new", []byte(`{"Job":"../x"}`))
	nc.Flush()
	cancel()
	wg.Wait()
}
