package check_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"songsong/helpers/processes"
	"songsong/helpers/processes/durable"
	"songsong/notebooks/check"
)

func TestMain(m *testing.M) {
	processes.Main()
	m.Run()
}

// run runs the tasks of the exercise in a pool.
func run(tasks []check.Task, opts ...processes.Option) []int {
	ctx := context.Background()
	pool, err := processes.NewPool(ctx, 2, check.Work, opts...)
	if err != nil {
		return nil
	}
	defer pool.Close()
	results, _ := processes.Collect(pool.Map(ctx, slices.Values(tasks))) // too few results are what the check sees
	return results
}

func TestResume(t *testing.T) {
	expect(t, "nil", check.Resume(nil), check.Missing, "resume")
	expect(t, "none", check.Resume(func(string, []check.Task) []int { return nil }), check.NotYet, "result 0 of 10 should be 0")
	expect(t, "by hand", check.Resume(func(_ string, tasks []check.Task) (squares []int) {
		for _, task := range tasks {
			squares = append(squares, task.N*task.N)
		}
		return squares
	}), check.NotYet, "ran 0 times")
	expect(t, "no name", check.Resume(func(dir string, tasks []check.Task) []int {
		return run(tasks, durable.Local(dir))
	}), check.NotYet, "10 tasks had results already")
	expect(t, "right", check.Resume(func(dir string, tasks []check.Task) []int {
		return run(tasks, durable.Local(dir, durable.Job("work")))
	}), check.Right, "")
}

func TestDeadly(t *testing.T) {
	expect(t, "nil", check.Deadly(nil), check.Missing, "deadly")
	expect(t, "all", check.Deadly(func(numbers []int) []int { return numbers }), check.NotYet, "0 kills nothing")
	expect(t, "none", check.Deadly(func([]int) []int { return nil }), check.NotYet, "you found 0")
	expect(t, "right", check.Deadly(func(numbers []int) (found []int) {
		ctx := context.Background()
		pool, err := processes.NewPool(ctx, 2, check.Fragile, processes.MaxKills(1), processes.ChunkSize(1))
		if err != nil {
			t.Fatal(err)
		}
		defer pool.Close()
		i := 0
		for _, err := range pool.Map(ctx, slices.Values(numbers)) {
			if errors.Is(err, processes.ErrPoisoned) {
				found = append(found, numbers[i])
			}
			i++
		}
		return found
	}), check.Right, "")
}
