//go:build !unix

package ratio

import "time"

// processorTime is the processor time this program has used, 0 if the system does not tell.
func processorTime() time.Duration { return 0 }
