package serve

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// signalChildren interrupts the executor's child processes, as Ctrl-C in a
// terminal does, or ends them if force is set.
func signalChildren(force bool) {
	sig := syscall.SIGINT
	if force {
		sig = syscall.SIGKILL
	}
	for _, pid := range children() {
		syscall.Kill(pid, sig)
	}
}

// children lists the child processes, on Linux; nothing elsewhere.
func children() (pids []int) {
	tasks, _ := os.ReadDir("/proc/self/task")
	for _, t := range tasks {
		text, _ := os.ReadFile(fmt.Sprintf("/proc/self/task/%s/children", t.Name()))
		for _, f := range strings.Fields(string(text)) {
			if pid, err := strconv.Atoi(f); err == nil {
				pids = append(pids, pid)
			}
		}
	}
	return pids
}
