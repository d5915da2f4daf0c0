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

// most is what the cells of one notebook may take at most.
func most() uint64 { return memory() / 10 * 9 }

// free is what a user may still write to the disk of dir, in bytes.
func free(dir string) uint64 {
	var st unix.Statfs_t
	if unix.Statfs(dir, &st) != nil {
		return 0
	}
	return st.Bavail * uint64(st.Bsize)
}

// Data is the memory that a process may write to, in bytes, whether it has or not; 0 if there is no such process. It costs
// about 10 µs.
func Data(pid int) uint64 {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/statm")
	f := strings.Fields(string(b))
	if err != nil || len(f) < 6 {
		return 0
	}
	pages, _ := strconv.ParseUint(f[5], 10, 64)
	return pages * uint64(os.Getpagesize())
}

// threadStack is what a thread takes of [Data] for its stack, by glibc's default.
const threadStack = 8 << 20

// Threads is how many threads a process has if their stacks are most of its data, else 0.
func Threads(pid int, data uint64) int {
	tasks, _ := os.ReadDir("/proc/" + strconv.Itoa(pid) + "/task")
	if uint64(len(tasks))*threadStack < data/2 {
		return 0
	}
	return len(tasks)
}

// Apply sets the limit of file size of a process, and keeps it and what it starts from taking the machine's memory. They are
// soft limits, so that they can be raised again. A lower limit of memory is for who looks at [Data]: the system does not count
// what replaces a reservation (MAP_FIXED), as Go's heap does, but refuses whatever is asked for next, were it a thread.
// memory is false for a program with the race detector, whose shadow memory goes beyond any limit that would be of use.
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
	if l.Memory == 0 {
		return set(unix.RLIMIT_DATA, 0)
	}
	return set(unix.RLIMIT_DATA, max(l.Memory, most()))
}
