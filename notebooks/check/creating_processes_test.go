package check_test

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"

	"songsong/notebooks/check"
)

func TestLimited(t *testing.T) {
	limited := func(script string, d time.Duration) int {
		ctx, cancel := context.WithTimeout(context.Background(), d)
		defer cancel()
		c := exec.CommandContext(ctx, "sh", "-c", script)
		if c.Run() != nil && ctx.Err() != nil {
			return -9
		}
		return c.ProcessState.ExitCode()
	}
	expect(t, "nil", check.Limited(nil), check.Missing, "limited")
	expect(t, "zero", check.Limited(func(string, time.Duration) int { return 0 }), check.NotYet, "the code is 4")
	expect(t, "positive", check.Limited(func(s string, d time.Duration) int { return max(limited(s, d), 0) }), check.NotYet, "minus a signal")
	expect(t, "right", check.Limited(limited), check.Right, "")
}

func TestWithVariable(t *testing.T) {
	run := func(name, value, script string) string {
		c := exec.Command("sh", "-c", script)
		c.Env = append(os.Environ(), name+"="+value)
		out, err := c.Output()
		if err != nil {
			t.Error(err)
		}
		return string(out)
	}
	expect(t, "nil", check.WithVariable(nil), check.Missing, "withVariable")
	expect(t, "nothing", check.WithVariable(func(string, string, string) string { return "" }), check.NotYet, "prints")
	expect(t, "leaks", check.WithVariable(func(name, value, script string) string {
		t.Setenv(name, value)
		return run(name, value, script)
	}), check.NotYet, "this process too")
	if err := os.Unsetenv("SONGSONG_CONTINENT"); err != nil {
		t.Fatal(err)
	}
	expect(t, "right", check.WithVariable(run), check.Right, "")
}
