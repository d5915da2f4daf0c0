package processes_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"

	"songsong/helpers/processes"
)

// A task gets what it names, by reference or as a copy; a channel is neither.
func ExampleErrNotSent() {
	pool, err := processes.NewPlainPool(ctx(), 1, func(c chan int) int { return 0 })
	if err == nil {
		defer pool.Close()
		_, err = pool.Submit(ctx(), make(chan int)).Await(ctx())
	}
	fmt.Println(errors.Is(err, processes.ErrNotSent))
	// Output: true
}

func ExampleErrPoisoned() {
	pool, _ := processes.NewPool(ctx(), 1, killSelf, processes.MaxKills(2)) // kill -9 of itself when it gets 7
	defer pool.Close()
	_, err := pool.Submit(ctx(), 7).Await(ctx())
	var bad []processes.Poison = pool.Poisoned()
	fmt.Println(errors.Is(err, processes.ErrPoisoned), bad[0].Kills)
	// Output: true 2
}

func ExamplePool_Shutdown() {
	pool, _ := processes.NewPool(ctx(), 1, slow) // sleeps n milliseconds
	pool.Submit(ctx(), 60_000)
	waiting := pool.Submit(ctx(), 60_000)
	pool.Shutdown(true, true) // waits, having cancelled what runs and what waits
	_, err := waiting.Await(ctx())
	fmt.Println(err != nil)
	_, err = pool.Submit(ctx(), 1).Await(ctx())
	fmt.Println(errors.Is(err, processes.ErrClosed))
	// Output:
	// true
	// true
}

// Wait until one has failed, or all are done.
func ExampleWait_firstError() {
	pool, _ := processes.NewPool(ctx(), 1, half) // an error for odd numbers
	defer pool.Close()
	futures := []*processes.Future[float64]{pool.Submit(ctx(), 2), pool.Submit(ctx(), 4)}
	done, pending, _ := processes.Wait(ctx(), processes.AllCompleted, futures...)
	fmt.Println(len(done), len(pending))
	_, _, _ = processes.Wait(ctx(), processes.FirstError, pool.Submit(ctx(), 3))
	fmt.Println(pool.Metrics().Failed)
	// Output:
	// 2 0
	// 1
}

type shape struct {
	Corners any // gob would want every type it may hold registered
}

func corners(s shape) string { return fmt.Sprint(s.Corners) }

func ExampleJSON() {
	pool, _ := processes.NewPlainPool(ctx(), 1, corners, processes.JSON())
	defer pool.Close()
	fmt.Println(pool.Submit(ctx(), shape{[]string{"a", "b"}}).Await(ctx()))
	// Output: [a b] <nil>
}

func tell(n int) int {
	fmt.Println("working on", n)
	return n
}

// Options: how many tasks travel together, how many may wait, and where what
// workers print goes.
func ExampleOption() {
	var printed bytes.Buffer
	opts := []processes.Option{processes.ChunkSize(1), processes.MaxWaiting(100), processes.Output(&printed, io.Discard)}
	var pool *processes.Pool[int, int]
	pool, err := processes.NewPlainPool(ctx(), 1, tell, opts...)
	if err != nil {
		fmt.Println(err)
		return
	}
	for range pool.Map(ctx(), slices.Values([]int{1, 2})) {
	}
	pool.Close() // now all that was printed is here
	fmt.Print(printed.String())
	// Output:
	// working on 1
	// working on 2
}

// What a function of two arguments gets.
func ExamplePair() {
	pool, _ := processes.NewStarPool(ctx(), 1, power)
	defer pool.Close()
	fmt.Println(pool.Submit(ctx(), processes.Pair[int, int]{X: 2, Y: 5}).Await(ctx()))
	// Output: 32 <nil>
}

func ExampleProcess() {
	var p *processes.Process
	p, err := processes.Start(ctx(), processes.Command{Path: "sleep", Args: []string{"1000"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(p.Name(), p.PID() > 0, p.Running())
	p.Kill()
	<-p.Done()
	err = p.Wait(ctx())
	if ended, ok := errors.AsType[*processes.ExitError](err); ok {
		fmt.Println(ended.Code, p.Running())
	}
	// Output:
	// sleep true true
	// -9 false
}

// TestMain of this package begins with Main, so its program can be a worker.
func ExampleMain() {
	processes.Main() // returns at once: this is no worker
	fmt.Println(processes.InWorker())
	// Output: false
}

// The kernel of a notebook starts workers that load the plugins of its cells:
// they call MainPlugins, or Serve. Here a worker is this program, as without a launcher.
func ExampleSetLauncher() {
	processes.MainPlugins(func(file string) error { return fmt.Errorf("%s: no plugins here", file) })
	processes.SetLauncher(processes.Launcher{
		Command: func(_ context.Context) (*exec.Cmd, error) {
			self, err := os.Executable()
			return exec.Command(self), err
		},
	})
	defer processes.SetLauncher(processes.Launcher{})
	pool, err := processes.NewPlainPool(ctx(), 1, cube)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer pool.Close()
	fmt.Println(pool.Submit(ctx(), 3).Await(ctx()))
	// Output: 27 <nil>
}

// A pool that closes its end ends its worker.
func ExampleServe() {
	var answers bytes.Buffer
	err := processes.Serve(bytes.NewReader(nil), &answers, nil)
	fmt.Println(err != nil)
	// Output: true
}
