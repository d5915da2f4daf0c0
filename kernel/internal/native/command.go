package native

import (
	"context"
	"os/exec"
	"syscall"
	"time"
)

// command is exec.CommandContext that ends what the program has started too:
// the go command runs compilers, which would otherwise be waited for.
func command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
	return cmd
}
