package processes_test

import (
	"context"
	"errors"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"songsong/helpers/processes"
)

type shareJob struct {
	Numbers *processes.Array[int]
	Count   *processes.Value[int]
	Sum     *processes.Value[float64]
	Mutex   *processes.Lock
	I       int
}

func fill(_ context.Context, j shareJob) (int, error) {
	j.Numbers.Set(j.I, j.I*j.I)
	j.Count.Add(1)
	j.Sum.Add(0.5)
	j.Mutex.Lock()
	defer j.Mutex.Unlock()
	j.Numbers.Slice()[j.Numbers.Len()-1]++ // not atomic: the lock makes it right
	return os.Getpid(), nil
}

// skipOffLinux skips the test where there is no shared memory, and fails it on
// Linux, where there is.
func skipOffLinux(t *testing.T, err error) {
	t.Helper()
	if runtime.GOOS == "linux" {
		t.Fatal(err)
	}
	t.Skip(err)
}

func newShareJob(t *testing.T, n int) shareJob {
	t.Helper()
	a, err := processes.NewArray[int](n)
	if err != nil {
		skipOffLinux(t, err)
	}
	c, err1 := processes.NewValue(0)
	s, err2 := processes.NewValue(0.0)
	l, err3 := processes.NewLock()
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close(); c.Close(); s.Close(); l.Close() })
	return shareJob{Numbers: a, Count: c, Sum: s, Mutex: l}
}

func TestSharedMemory(t *testing.T) {
	const n = 3000
	for _, opts := range [][]processes.Option{nil, {processes.JSON()}} {
		job := newShareJob(t, n+1)
		p := newPool(t, 3, fill, opts...)
		pids := map[int]bool{}
		for pid, err := range p.Map(t.Context(), func(yield func(shareJob) bool) {
			for i := range n {
				j := job
				j.I = i
				if !yield(j) {
					return
				}
			}
		}) {
			if err != nil {
				t.Fatal(err)
			}
			pids[pid] = true
		}
		for i, v := range job.Numbers.All() {
			if i < n && v != i*i {
				t.Fatalf("element %d is %d", i, v)
			}
		}
		if c, s, last := job.Count.Load(), job.Sum.Load(), job.Numbers.At(n); c != n || s != n/2 || last != n || pids[os.Getpid()] {
			t.Fatal(c, s, last, pids)
		}
		p.Close()
	}
}

func TestValueArithmetic(t *testing.T) {
	b, err := processes.NewValue[int8](-100)
	if err != nil {
		skipOffLinux(t, err)
	}
	defer b.Close()
	if b.Load() != -100 || b.Add(-100) != 56 || b.Swap(3) != 56 || !b.CompareAndSwap(3, -1) || b.CompareAndSwap(3, 0) || b.Load() != -1 {
		t.Fatal(b.Load())
	}
	f, _ := processes.NewValue[float32](-1.5)
	defer f.Close()
	u, _ := processes.NewValue(^uint64(0))
	defer u.Close()
	if f.Add(0.25) != -1.25 || u.Load() != ^uint64(0) || u.Add(2) != 1 {
		t.Fatal(f.Load(), u.Load())
	}
}

func TestSharedRefusals(t *testing.T) {
	if _, err := processes.NewArray[string](3); err == nil || !strings.Contains(err.Error(), "holds pointers") {
		t.Error(err)
	}
	if _, err := processes.NewArray[struct{ N []int }](3); err == nil {
		t.Error("an array of slices was taken")
	}
	for _, n := range []int{0, -1, 1 << 62} {
		if _, err := processes.NewArray[int](n); err == nil {
			t.Error("an array of length", n, "was taken")
		}
	}
	var a processes.Array[int]
	for _, bad := range []string{"x", "1/2/3", "1/2/3/4", "99999999/1/2/8", "1/1/1/-8"} {
		if err := a.UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("handle %q was taken", bad)
		}
	}
	b, err := processes.NewArray[int](2)
	if err != nil {
		skipOffLinux(t, err)
	}
	s := b.Slice()
	s[0] = 7
	b.Close()
	b.Close()
	if _, err := b.GobEncode(); err == nil {
		t.Error("a closed array was sent")
	}
	if s[0] != 0 {
		t.Error("a closed array still shares")
	}
}

func holdLock(_ context.Context, l *processes.Lock) (int, error) {
	l.Lock()
	syscall.Kill(os.Getpid(), syscall.SIGKILL)
	return 0, nil
}

// A process that is killed while it holds a lock does not hold it any more.
func TestLockOfADeadProcessIsFree(t *testing.T) {
	l, err := processes.NewLock()
	if err != nil {
		skipOffLinux(t, err)
	}
	defer l.Close()
	p := newPool(t, 1, holdLock, processes.MaxKills(2))
	if _, err := p.Submit(t.Context(), l).Await(t.Context()); !errors.Is(err, processes.ErrPoisoned) {
		t.Fatal(err)
	}
	if !l.TryLock() {
		t.Fatal("the lock died with its holder")
	}
	if l.TryLock() {
		t.Fatal("the lock was taken twice")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := l.LockContext(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	l.Unlock()
	defer func() {
		if recover() == nil {
			t.Error("a second Unlock did not panic")
		}
	}()
	l.Unlock()
}

// Nothing is left open when everything is closed.
func TestSharedMemoryLeavesNothingOpen(t *testing.T) {
	open := func() int {
		l, _ := os.ReadDir("/proc/self/fd")
		return len(l)
	}
	before := open()
	for range 50 {
		a, err := processes.NewArray[float64](1000)
		if err != nil {
			skipOffLinux(t, err)
		}
		a.Close()
	}
	if after := open(); after > before {
		t.Errorf("%d files open before, %d after", before, after)
	}
}
