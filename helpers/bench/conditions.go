package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
)

// conditions says on what, and beside what, the table was measured.
func conditions(rounds int, loadBefore string) string {
	python, _ := exec.Command("python3", "--version").Output()
	return fmt.Sprintf("Conditions: %s on %s/%s, %d processors (GOMAXPROCS %d), %s; %d rounds after one to warm up, interleaved in random order; load average %s before, %s after.",
		runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.GOMAXPROCS(0),
		strings.TrimSpace(string(python)), rounds, loadBefore, load())
}

// load is the load average of one minute, "unknown" where the system has no /proc.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	one, _, _ := strings.Cut(string(text), " ")
	return one
}
