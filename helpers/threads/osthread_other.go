//go:build !linux

package threads

import (
	"errors"
	"fmt"
	"runtime"
)

var errNoAffinity = fmt.Errorf("CPU affinity works on Linux only, not on %s: %w", runtime.GOOS, errors.ErrUnsupported)

func osThreadID() int { return 0 }

func setCPUs([]int) error { return errNoAffinity }

// AllowedCPUs lists the CPUs this process may use. Elsewhere than on Linux it fails with errors.ErrUnsupported.
func AllowedCPUs() ([]int, error) { return nil, errNoAffinity }
