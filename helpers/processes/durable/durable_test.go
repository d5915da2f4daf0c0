package durable_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"songsong/helpers/processes"
	"songsong/helpers/processes/durable"
)

func TestMain(m *testing.M) {
	if os.Getenv("SONGSONG_TEST_SERVER") != "" {
		serve()
	}
	processes.Main()
	switch os.Getenv("SONGSONG_TEST_ROLE") {
	case "pool":
		poolOfHosts()
	case "worker":
		workerOfHosts()
	}
	flag.Parse()
	os.Exit(m.Run())
}

func square(_ context.Context, n int) (int, error) {
	if n < 0 {
		panic("negative")
	}
	return n * n, nil
}

func naturals(n int) func(func(int) bool) {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

func newPool[A, R any](t testing.TB, fn func(context.Context, A) (R, error), opts ...processes.Option) *processes.Pool[A, R] {
	t.Helper()
	p, err := processes.NewPool(context.Background(), 2, fn, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Terminate)
	return p
}

func checkSquares(t testing.TB, p *processes.Pool[int, int], n int) {
	t.Helper()
	i := 0
	for r, err := range p.Map(t.Context(), naturals(n)) {
		if err != nil || r != i*i {
			t.Fatalf("result %d is %d, %v", i, r, err)
		}
		i++
	}
	if i != n {
		t.Fatalf("%d results of %d", i, n)
	}
}

func TestLocal(t *testing.T) {
	dir := t.TempDir()
	p := newPool(t, square, durable.Local(dir))
	checkSquares(t, p, 5000)
	if _, err := p.Submit(t.Context(), -1).Await(t.Context()); err == nil || !strings.Contains(err.Error(), "panic in Process-") {
		t.Fatal(err)
	}
	// A second pool shares the server of the directory.
	q := newPool(t, square, durable.Local(dir), processes.ChunkSize(1))
	checkSquares(t, q, 500)
	q.Close()
	p.Close()
}

func killSelf(_ context.Context, n int) (int, error) {
	if n == 7 {
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
	}
	return n, nil
}

func TestPoisonIsSetAside(t *testing.T) {
	p := newPool(t, killSelf, durable.Local(t.TempDir()))
	i := 0
	for r, err := range p.Map(t.Context(), naturals(100)) {
		if i == 7 != errors.Is(err, processes.ErrPoisoned) || i != 7 && (err != nil || r != i) {
			t.Fatal(i, r, err)
		}
		i++
	}
	if bad := p.Poisoned(); len(bad) != 1 || bad[0].Kills < 3 || bad[0].Arg != "7" {
		t.Fatalf("%+v", bad)
	}
}

func logged(_ context.Context, j logJob) (int, error) {
	return j.N * j.N, appendLine(j.Log, fmt.Sprint(j.N))
}

type logJob struct {
	N   int
	Log string
}

func appendLine(name, line string) error {
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.WriteString(line + "\n")
	return err
}

// A named job is taken up where it was left: what has a result does not run again.
func TestNamedJobResumes(t *testing.T) {
	dir := t.TempDir()
	log := dir + "/log"
	run := func(n int) {
		p := newPool(t, logged, durable.Local(dir+"/store", durable.Job("squares")))
		i := 0
		for r, err := range p.Map(t.Context(), func(yield func(logJob) bool) {
			for i := range n {
				if !yield(logJob{i / 2, log}) { // each argument twice
					return
				}
			}
		}) {
			if err != nil || r != (i/2)*(i/2) {
				t.Fatal(i, r, err)
			}
			i++
		}
		p.Close()
	}
	run(60)
	run(100)
	run(100)
	b, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(b), "\n"); n != 100 {
		t.Fatalf("%d executions of 100 tasks", n)
	}
	if err := durable.Remove(dir+"/store", "squares"); err != nil {
		t.Fatal(err)
	}
	if err := durable.Remove(dir+"/store", "squares"); err == nil {
		t.Fatal("removed twice")
	}
}

func TestRefusals(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct {
		opt  processes.Option
		want string
	}{
		{durable.Local(""), "needs a directory"},
		{durable.Local(dir, durable.Job("a.b")), "is no name for a job"},
		{durable.Local(dir, durable.AckWait(1)), "too short"},
		{durable.Local(dir, durable.Replicas(2)), "1, 3 or 5"},
		{durable.Cluster("nats://127.0.0.1:1", durable.Credentials{}), "can't connect to nats://127.0.0.1:1"},
	} {
		_, err := processes.NewPool(t.Context(), 1, square, c.opt)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
	// A directory in use by another program: here, by another open lock.
	f, err := os.Create(dir + "/songsong.lock")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
	_, err = processes.NewPool(t.Context(), 1, square, durable.Local(dir))
	if err == nil || !strings.Contains(err.Error(), "in use by another program") {
		t.Error(err)
	}
}

func large(_ context.Context, n int) ([]byte, error) { return make([]byte, n), nil }

func TestTooLargeIsTold(t *testing.T) {
	p := newPool(t, large, durable.Local(t.TempDir()))
	if b, err := p.Submit(t.Context(), 5<<20).Await(t.Context()); err != nil || len(b) != 5<<20 {
		t.Fatal(len(b), err)
	}
	_, err := p.Submit(t.Context(), 40<<20).Await(t.Context())
	if err == nil || !strings.Contains(err.Error(), "larger than the server's limit") {
		t.Fatal(err)
	}
}
