package check_test

import (
	"context"
	"errors"
	"os"
	"slices"
	"testing"
	"time"

	"songsong/helpers/processes"
	"songsong/notebooks/check"
)

func TestWorkerPIDs(t *testing.T) {
	pids := func(base, many int) func(int) []int {
		return func(tasks int) (list []int) {
			for i := range tasks {
				list = append(list, base+i%many)
			}
			return list
		}
	}
	expect(t, "nil", check.WorkerPIDs(nil), check.Missing, "workerPIDs")
	expect(t, "none", check.WorkerPIDs(func(int) []int { return nil }), check.NotYet, "returned 0 ids")
	expect(t, "here", check.WorkerPIDs(pids(os.Getpid(), 1)), check.NotYet, "this very process")
	expect(t, "three", check.WorkerPIDs(pids(os.Getpid()+1, 3)), check.NotYet, "3 processes")
	expect(t, "right", check.WorkerPIDs(pids(os.Getpid()+1, 2)), check.Right, "")
}

func TestTooLate(t *testing.T) {
	expect(t, "nil", check.TooLate(nil), check.Missing, "tooLate")
	expect(t, "none", check.TooLate(func([]int) []int { return nil }), check.NotYet, "[3 10] take too long")
	expect(t, "right", check.TooLate(func(numbers []int) (late []int) {
		ctx := context.Background()
		pool, err := processes.NewPool(ctx, 2, check.Nap, processes.Timeout(200*time.Millisecond))
		if err != nil {
			t.Fatal(err)
		}
		defer pool.Close()
		i := 0
		for _, err := range pool.Map(ctx, slices.Values(numbers)) {
			if errors.Is(err, context.DeadlineExceeded) {
				late = append(late, numbers[i])
			}
			i++
		}
		return late
	}), check.Right, "")
}
