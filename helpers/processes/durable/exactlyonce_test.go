package durable_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"songsong/helpers/processes"
	"songsong/helpers/processes/durable"
)

var (
	runs   = flag.Int("exactlyonce.runs", 1, "how often each exactly-once scenario runs")
	tasks  = flag.Int("exactlyonce.tasks", 2000, "tasks in each run")
	atOnce = flag.Int("exactlyonce.atonce", 1, "runs at the same time")
)

// counted is the task: 2 ms of work, its execution logged apart from its result.
func counted(_ context.Context, j logJob) (int, error) {
	time.Sleep(2 * time.Millisecond)
	return logged(context.Background(), j)
}

type pool = processes.Pool[logJob, int]

// A scenario starts servers and returns the pool's option, and what happens
// midway, which calls its argument just before the kill.
type scenario struct {
	name string
	set  func(t *testing.T) (opt processes.Option, harm func(p *pool, killing func()))
}

var scenarios = []scenario{
	{"worker", func(t *testing.T) (processes.Option, func(*pool, func())) {
		return durable.Local(t.TempDir()), killWorkers
	}},
	{"server", func(t *testing.T) (processes.Option, func(*pool, func())) {
		s := startNATS(t, "DIR="+t.TempDir())
		return durable.Cluster("nats://"+s.addr, durable.Credentials{Token: token}), func(_ *pool, killing func()) {
			killing()
			s.kill()
			time.Sleep(300 * time.Millisecond)
			s.restart()
		}
	}},
	{"leader", func(t *testing.T) (processes.Option, func(*pool, func())) {
		c := startCluster(t)
		return durable.Cluster(c.urls, durable.Credentials{Token: token, CA: c.cert}, durable.Replicas(3)),
			func(_ *pool, killing func()) { c.killLeader(killing) }
	}},
}

func killWorkers(p *pool, killing func()) {
	victims := p.Metrics().Workers[:2]
	killing()
	for _, w := range victims {
		syscall.Kill(w.PID, syscall.SIGKILL)
	}
}

// An outcome is what an exact run tells.
type outcome struct {
	again        int           // executions beyond one for each task
	took, beyond time.Duration // from the kill to the last result; without the work left and the time without a server
}

// Each task has exactly one result, although a worker, the server, or the leader
// of a cluster of three is killed by kill -9 midway. The log has a row of
// EXACTLYONCE.md for each scenario.
func TestExactlyOnce(t *testing.T) {
	for _, s := range scenarios {
		if s.name == "leader" && testing.Short() {
			continue
		}
		t.Run(s.name, func(t *testing.T) {
			exact := repeat(t, s)
			if len(exact) > 0 {
				t.Log(row(exact))
			}
		})
	}
}

// repeat runs a scenario *runs times and returns the outcomes of those that were exact.
func repeat(t *testing.T, s scenario) (exact []outcome) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	next := make(chan int)
	for range min(*atOnce, *runs) {
		wg.Go(func() {
			for i := range next {
				t.Run(fmt.Sprint(i), func(t *testing.T) {
					o := exactlyOnce(t, s)
					mu.Lock()
					defer mu.Unlock()
					exact = append(exact, o)
				})
			}
		})
	}
	for i := range *runs {
		next <- i
	}
	close(next)
	wg.Wait()
	return exact
}

// row is a line of the table.
func row(exact []outcome) string {
	slices.SortFunc(exact, func(a, b outcome) int { return a.again - b.again })
	fewest, most := exact[0].again, exact[len(exact)-1].again
	return fmt.Sprintf("| %d | %d/%d | %d–%d | %s | %s |", *runs, len(exact), *runs, fewest, most,
		spread(exact, func(o outcome) time.Duration { return o.took }), spread(exact, func(o outcome) time.Duration { return o.beyond }))
}

// spread is the median and the largest of some times.
func spread(exact []outcome, of func(outcome) time.Duration) string {
	var all []time.Duration
	for _, o := range exact {
		all = append(all, of(o))
	}
	slices.Sort(all)
	return fmt.Sprintf("%.2f s, %.2f s", all[len(all)/2].Seconds(), all[len(all)-1].Seconds())
}

func exactlyOnce(t *testing.T, s scenario) outcome {
	n := *tasks
	opt, harm := s.set(t)
	log := filepath.Join(t.TempDir(), "executions")
	p, err := processes.NewPool(t.Context(), 4, counted, opt)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Terminate()
	var futures []*processes.Future[int]
	for i := range n {
		futures = append(futures, p.Submit(t.Context(), logJob{i, log}))
	}
	early := reach(p, n/10)
	start := time.Now()
	reach(p, n/2)
	var before int
	var killed time.Time
	harm(p, func() { before, killed = p.Metrics().Finished, time.Now() })
	without := time.Since(killed) // a server
	rest := killed.Sub(start) / time.Duration(max(before-early, 1)) * time.Duration(n-before)
	for i, f := range futures {
		if r, err := f.Await(t.Context()); err != nil || r != i*i {
			t.Fatalf("task %d: %d, %v", i, r, err)
		}
	}
	took := time.Since(killed)
	if m := p.Metrics(); m.Finished != n || m.Failed != 0 {
		t.Fatalf("%+v", m)
	}
	p.Close()
	ran, double := executions(t, log)
	if ran != n {
		t.Fatalf("%d of %d tasks were executed", ran, n)
	}
	t.Logf("exact: %d tasks, %d finished before the kill, %d executed again, %v from the kill to the last result (work left: about %v)",
		n, before, double, took.Round(time.Millisecond), rest.Round(time.Millisecond))
	return outcome{double, took, max(took-rest-without, 0)}
}

// reach waits until n tasks are finished, and returns how many are.
func reach(p *pool, n int) int {
	for {
		if m := p.Metrics(); m.Finished >= n || m.Failed > 0 {
			return m.Finished
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// executions counts the different tasks in a log, and the repetitions.
func executions(t *testing.T, log string) (different, double int) {
	b, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for line := range strings.Lines(string(b)) {
		if seen[line] {
			double++
		}
		seen[line] = true
	}
	return len(seen), double
}
