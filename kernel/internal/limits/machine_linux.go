package limits

import (
	"bufio"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// memory is the machine's memory, or what its control group allows, in bytes.
func memory() (limit uint64) {
	if f, err := os.Open("/proc/meminfo"); err == nil {
		defer f.Close()
		for sc := bufio.NewScanner(f); sc.Scan(); {
			if v, ok := strings.CutPrefix(sc.Text(), "MemTotal:"); ok {
				kb, _ := strconv.ParseUint(strings.TrimSuffix(strings.TrimSpace(v), " kB"), 10, 64)
				limit = kb << 10
			}
		}
	}
	if b, err := os.ReadFile("/sys/fs/cgroup/memory.max"); err == nil {
		if n, err := strconv.ParseUint(strings.TrimSpace(string(b)), 10, 64); err == nil && n < limit {
			limit = n
		}
	}
	return limit
}

// free is what a user may still write to the disk of dir, in bytes.
func free(dir string) uint64 {
	var st unix.Statfs_t
	if unix.Statfs(dir, &st) != nil {
		return 0
	}
	return st.Bavail * uint64(st.Bsize)
}

// Apply sets the limits of memory and file size of a process. They are soft
// limits, so that they can be raised again. memory is false for a program with the
// race detector, whose shadow memory goes beyond any limit that would be of use.
func (l Limits) Apply(pid int, memory bool) error {
	set := func(resource int, n uint64) error {
		if n == 0 {
			n = unix.RLIM_INFINITY
		}
		var now unix.Rlimit
		if err := unix.Prlimit(pid, resource, nil, &now); err != nil {
			return err
		}
		now.Cur = min(n, now.Max)
		return unix.Prlimit(pid, resource, &now, nil)
	}
	if err := set(unix.RLIMIT_FSIZE, l.File); err != nil {
		return err
	}
	if !memory {
		return nil
	}
	return set(unix.RLIMIT_DATA, l.Memory)
}
