package syncs

import (
	"context"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var bg = context.Background()

// second is a context that ends after one second of the test's clock.
func second(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(bg, time.Second)
	t.Cleanup(cancel)
	return ctx
}
