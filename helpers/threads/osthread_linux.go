package threads

import (
	"fmt"

	"golang.org/x/sys/unix"
)

const maxCPUs = 1024 // bits in unix.CPUSet

func osThreadID() int { return unix.Gettid() }

func setCPUs(cpus []int) error {
	var set unix.CPUSet
	for _, n := range cpus {
		if n < 0 || n >= maxCPUs {
			return fmt.Errorf("there is no CPU %d", n)
		}
		set.Set(n)
	}
	return unix.SchedSetaffinity(0, &set)
}

// AllowedCPUs lists the CPUs this process may use. Elsewhere than on Linux it fails with errors.ErrUnsupported.
func AllowedCPUs() ([]int, error) {
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil {
		return nil, fmt.Errorf("asking for the allowed CPUs: %w", err)
	}
	var out []int
	for n := range maxCPUs {
		if set.IsSet(n) {
			out = append(out, n)
		}
	}
	return out, nil
}
