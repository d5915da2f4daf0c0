package magic

import (
	"context"
	"os/exec"
	"syscall"
	"testing"
)

// No signal of a cell that has ended may reach what the process runs next.
func TestWatchIsQuietAfterTheEnd(t *testing.T) {
	cmd := exec.Command("sleep", "60")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for range 500 {
		ctx, cancel := context.WithCancel(t.Context())
		ended := watch(ctx, cmd.Process.Pid)
		ended()
		cancel()
	}
	syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	cmd.Wait()
	if sig := cmd.ProcessState.Sys().(syscall.WaitStatus).Signal(); sig != syscall.SIGKILL {
		t.Errorf("the process ended by %v of a cell that was over", sig)
	}
}
