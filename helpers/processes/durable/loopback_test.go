package durable_test

import (
	"strings"
	"testing"
	"time"

	"songsong/helpers/processes"
	"songsong/helpers/processes/durable"
)

func loopback(t *testing.T, n int) *durable.Loopback {
	t.Helper()
	l, err := durable.NewLoopback(t.Context(), n, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return l
}

// A pool goes on when its only server is killed and started again.
func TestLoopbackRestart(t *testing.T) {
	l := loopback(t, 1)
	p := newPool(t, square, durable.Cluster(l.URL, l.Creds))
	checkSquares(t, p, 100)
	l.Kill(0)
	var futures []*processes.Future[int]
	for i := range 100 {
		futures = append(futures, p.Submit(t.Context(), i))
	}
	time.Sleep(100 * time.Millisecond)
	if err := l.Start(0); err != nil {
		t.Fatal(err)
	}
	for i, f := range futures {
		if r, err := f.Await(t.Context()); err != nil || r != i*i {
			t.Fatalf("task %d: %d, %v", i, r, err)
		}
	}
	p.Close()
	_, err := processes.NewPool(t.Context(), 1, square, durable.Cluster(l.URL, durable.Credentials{Token: "wrong", CA: l.Creds.CA}))
	if err == nil || !strings.Contains(err.Error(), "Authorization Violation") {
		t.Error("without the token:", err)
	}
}

// A cluster goes on without the server that led the tasks.
func TestLoopbackLeader(t *testing.T) {
	if testing.Short() {
		t.Skip("elections take seconds")
	}
	l := loopback(t, 3)
	if i, err := l.Leader(t.Context()); err == nil {
		t.Error("server", i, "leads a cluster without pools")
	}
	p := newPool(t, square, durable.Cluster(l.URL, l.Creds, durable.Replicas(3), durable.AckWait(time.Second)))
	checkSquares(t, p, 100)
	i, err := l.Leader(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	l.Kill(i)
	checkSquares(t, p, 100)
}

// A server says what is wrong with its files.
func TestServerRefuses(t *testing.T) {
	s := durable.Server{Dir: t.TempDir(), Cert: "none.pem", Key: "none.pem", CA: "none.pem"}
	if err := s.Run(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "none.pem") {
		t.Error(err)
	}
}
