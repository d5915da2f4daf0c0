package async

import (
	"context"
	"fmt"
	"iter"

	"golang.org/x/time/rate"
)

// Limiter lets things happen at most so often: a token bucket (golang.org/x/time/rate). A nil Limiter sets no limit.
type Limiter struct{ bucket *rate.Limiter }

// NewLimiter allows perSecond things a second on average, and burst at once after a rest. It panics unless both are
// above zero: such a limiter would let nothing through.
func NewLimiter(perSecond float64, burst int) *Limiter {
	if perSecond <= 0 || burst <= 0 {
		panic(fmt.Sprintf("async.NewLimiter(%g, %d): both must be above zero", perSecond, burst))
	}
	return &Limiter{bucket: rate.NewLimiter(rate.Limit(perSecond), burst)}
}

// Wait waits for its turn. It fails at once if ctx ends before that.
func (l *Limiter) Wait(ctx context.Context) error {
	if l == nil {
		return ctx.Err()
	}
	if err := l.bucket.Wait(ctx); err != nil {
		return fmt.Errorf("waiting for the rate limit: %w", err)
	}
	return nil
}

// Allow says whether one thing may happen now, and counts it if so. It never waits.
func (l *Limiter) Allow() bool { return l == nil || l.bucket.Allow() }

// Throttle yields the items of seq no faster than the limiter allows, and ends early when ctx does.
func Throttle[T any](ctx context.Context, l *Limiter, seq iter.Seq[T]) iter.Seq[T] {
	return func(yield func(T) bool) {
		for item := range seq {
			if l.Wait(ctx) != nil || !yield(item) {
				return
			}
		}
	}
}
