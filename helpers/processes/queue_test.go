package processes_test

import (
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"songsong/helpers/processes"
)

type queueJob struct {
	In, Out *processes.Queue[int]
}

func squareAll(ctx context.Context, j queueJob) error {
	for n, err := range j.In.All(ctx) {
		if err != nil {
			return err
		}
		if err := errors.Join(j.Out.Put(ctx, n*n), j.In.TaskDone()); err != nil {
			return err
		}
	}
	return nil
}

func newQueue[T any](t *testing.T, capacity int) *processes.Queue[T] {
	t.Helper()
	q, err := processes.NewQueue[T](capacity)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { q.Close() })
	return q
}

func TestQueueAcrossProcesses(t *testing.T) {
	const n = 400
	job := queueJob{In: newQueue[int](t, 10), Out: newQueue[int](t, 0)}
	var ps []*processes.Process
	for range 2 {
		p, err := processes.Spawn(t.Context(), squareAll, job)
		if err != nil {
			t.Fatal(err)
		}
		ps = append(ps, p)
	}
	for i := range n {
		if err := job.In.Put(t.Context(), i); err != nil {
			t.Fatal(err)
		}
	}
	if err := job.In.Join(t.Context()); err != nil {
		t.Fatal(err)
	}
	job.In.CloseInput()
	for _, p := range ps {
		if err := p.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	job.Out.CloseInput()
	var got []int
	for v, err := range job.Out.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, v)
	}
	slices.Sort(got)
	if len(got) != n || got[0] != 0 || got[n-1] != (n-1)*(n-1) || len(slices.Compact(got)) != n {
		t.Fatalf("%d values", len(got))
	}
}

func TestQueueRefusals(t *testing.T) {
	q := newQueue[int](t, 1)
	if err := q.Put(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := q.Put(ctx, 2); !errors.Is(err, context.DeadlineExceeded) {
		t.Error("a full queue:", err)
	}
	q.CloseInput()
	if err := q.Put(t.Context(), 2); !errors.Is(err, io.ErrClosedPipe) {
		t.Error("a closed queue:", err)
	}
	if v, ok, err := q.TryGet(); v != 1 || !ok || err != nil {
		t.Error(v, ok, err)
	}
	if _, err := q.Get(t.Context()); !errors.Is(err, io.EOF) {
		t.Error("an empty closed queue:", err)
	}
	if err := q.TaskDone(); err != nil {
		t.Error(err)
	}
	if err := q.TaskDone(); err == nil {
		t.Error("TaskDone without a task")
	}
	if _, err := processes.NewQueue[func()](0); err == nil {
		t.Error("a queue of functions")
	}
	if _, err := processes.NewQueue[int](-1); err == nil {
		t.Error("a negative capacity")
	}
	var zero processes.Queue[int]
	if err := zero.Put(t.Context(), 1); err == nil {
		t.Error("the zero queue took a value")
	}
	// Another "process": this one, through the socket, then with a wrong secret.
	open := newQueue[int](t, 0)
	handle, _ := open.MarshalText()
	var remote, wrong processes.Queue[int]
	remote.UnmarshalText(handle)
	defer remote.Close()
	if err := remote.Put(t.Context(), 5); err != nil || open.Len() != 1 || remote.Len() != 1 {
		t.Error(err, open.Len())
	}
	if _, ok, err := remote.TryGet(); !ok || err != nil {
		t.Error(ok, err)
	}
	if _, ok, err := remote.TryGet(); ok || err != nil {
		t.Error(ok, err)
	}
	if err := errors.Join(remote.TaskDone()); err != nil {
		t.Error(err)
	}
	if err := remote.TaskDone(); err == nil || !strings.Contains(err.Error(), "more tasks") {
		t.Error(err)
	}
	ctx, cancel = context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := remote.Get(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	wrong.UnmarshalText(append(handle[:len(handle)-1:len(handle)-1], 'x'))
	defer wrong.Close()
	if err := wrong.Put(t.Context(), 5); err == nil || open.Len() != 0 {
		t.Error("a wrong secret was let in")
	}
	open.Close()
	if err := remote.Put(t.Context(), 5); err == nil || !strings.Contains(err.Error(), "its creator has closed it") {
		t.Error(err)
	}
}

func dieGetting(ctx context.Context, q *processes.Queue[int]) error {
	go func() {
		time.Sleep(50 * time.Millisecond)
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
	}()
	_, err := q.Get(ctx)
	return err
}

// A process killed while it waits in Get takes nothing with it.
func TestQueueSurvivesAKilledReceiver(t *testing.T) {
	q := newQueue[int](t, 0)
	p, err := processes.Spawn(t.Context(), dieGetting, q)
	if err != nil {
		t.Fatal(err)
	}
	p.Wait(t.Context())
	if err := q.Put(t.Context(), 9); err != nil {
		t.Fatal(err)
	}
	if v, err := q.Get(t.Context()); v != 9 || err != nil {
		t.Fatal(v, err)
	}
}

func echo(ctx context.Context, c *processes.Conn[string]) error {
	defer c.Close()
	for {
		s, err := c.Recv(ctx)
		if err != nil {
			return nil
		}
		if err := c.Send(ctx, strings.ToUpper(s)); err != nil {
			return err
		}
	}
}

func TestPipe(t *testing.T) {
	a, b, err := processes.NewPipe[string]()
	if err != nil {
		t.Fatal(err)
	}
	p, err := processes.Spawn(t.Context(), echo, b)
	if err != nil {
		t.Fatal(err)
	}
	b.Close() // it was given away: no effect
	for _, s := range []string{"song", "song"} {
		if err := a.Send(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		if got, err := a.Recv(t.Context()); got != "SONG" || err != nil {
			t.Fatal(got, err)
		}
	}
	a.Close()
	if err := p.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := a.Send(t.Context(), "x"); !errors.Is(err, io.ErrClosedPipe) {
		t.Fatal(err)
	}
}

func sendAndLeave(ctx context.Context, c *processes.Conn[int]) error {
	for i := range 3 {
		if err := c.Send(ctx, i); err != nil {
			return err
		}
	}
	return nil // without Close: the end of the process closes it
}

func TestPipeEndsWithItsProcess(t *testing.T) {
	a, b, err := processes.NewPipe[int]()
	if err != nil {
		t.Fatal(err)
	}
	p, err := processes.Spawn(t.Context(), sendAndLeave, b)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		if v, err := a.Recv(t.Context()); v != i || err != nil {
			t.Fatal(v, err)
		}
	}
	if _, err := a.Recv(t.Context()); err != io.EOF {
		t.Fatal(err)
	}
	a.Close()
	p.Wait(t.Context())
}
