package threads

import (
	"fmt"

	"go.uber.org/goleak"
)

// Leaks remembers the goroutines that run now and returns a check: called later, it gives an error that lists,
// with their stacks, the goroutines that started since and still run, or nil. The check waits up to about half a
// second for goroutines that are just ending, and stops the world to read the stacks: it is for tests and
// lessons. It is go.uber.org/goleak in two calls.
func Leaks() (check func() error) {
	before := goleak.IgnoreCurrent()
	return func() error {
		if err := goleak.Find(before); err != nil {
			return fmt.Errorf("goroutines nobody waited for: %w", err)
		}
		return nil
	}
}
