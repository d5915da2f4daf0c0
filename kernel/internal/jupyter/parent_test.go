package jupyter

import (
	"context"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"
)

func TestParentGone(t *testing.T) {
	cmd := exec.Command("sleep", "60")
	if err := cmd.Start(); err != nil {
		t.Skip(err)
	}
	gone := make(chan bool)
	go func() { gone <- ParentGone(t.Context(), strconv.Itoa(cmd.Process.Pid)) }()
	select {
	case <-gone:
		t.Error("the parent is there")
	case <-time.After(100 * time.Millisecond):
	}
	cmd.Process.Kill() // and not waited for yet: a zombie is gone too
	select {
	case g := <-gone:
		if !g {
			t.Error("ParentGone returned false")
		}
	case <-time.After(5 * time.Second):
		t.Error("the end of the parent was not seen")
	}
	cmd.Wait()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, pid := range []string{"", "x", "0", "1", "-4", strconv.Itoa(os.Getpid()), strconv.Itoa(cmd.Process.Pid)} {
		if ParentGone(ctx, pid) {
			t.Errorf("%q is taken for a parent that has ended", pid)
		}
	}
}
