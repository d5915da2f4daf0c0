package main

import (
	"context"
	"os"
	"syscall"

	"songsong/kernel/internal/home"
	"songsong/kernel/internal/progress"
)

// worker is "songsong worker": it becomes the program in kernel/worker, which is
// built at the first call.
func worker(args []string) int {
	if len(args) == 0 {
		return misuse("worker", "give one URL, such as nats://host:4222")
	}
	var step *progress.Step
	program, err := home.Part(context.Background(), "worker", func() { step = progress.New(os.Stderr).Start("building songsong worker, which happens once") })
	if step != nil {
		step.End(err)
	}
	if err == nil {
		err = syscall.Exec(program, append([]string{"songsong worker"}, args...), os.Environ())
	}
	return fail("worker", err)
}
