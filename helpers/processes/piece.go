package processes

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"songsong/helpers/processes/internal/wire"
)

// A piece is one piece being run by a worker.
type piece struct {
	wire.Run
	codec  string
	worker string
	ctx    context.Context // ends with the worker
	part   wire.Part
	start  time.Time

	mu       sync.Mutex
	canceled map[int]bool       // guarded by mu
	current  int                // task that runs; guarded by mu
	stop     context.CancelFunc // of the current task; guarded by mu
}

// cancel cancels task i, running or not.
func (e *piece) cancel(i int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.canceled == nil {
		e.canceled = map[int]bool{}
	}
	e.canceled[i] = true
	if e.stop != nil && e.current == i {
		e.stop()
	}
}

// begin returns the context of task i; ok is false if it was cancelled before.
func (e *piece) begin(i int) (ctx context.Context, end func(), ok bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.canceled[i] {
		return nil, nil, false
	}
	ctx, stop := context.WithCancel(e.ctx)
	if e.Timeout > 0 {
		ctx, stop = context.WithTimeout(e.ctx, e.Timeout)
	}
	e.current, e.stop = i, stop
	return ctx, func() {
		e.mu.Lock()
		e.stop = nil
		e.mu.Unlock()
		stop()
	}, true
}

func (e *piece) fail(i int, kind string, err error) *wire.Failure {
	return &wire.Failure{Index: i, Kind: kind, Type: fmt.Sprintf("%T", err), Message: err.Error(), Worker: e.worker}
}

// runItems runs fn on the piece's arguments until they end or the budget does,
// and leaves the outcome in e.part. It returns the index after the last task run.
func runItems[A, R any](e *piece, fn func(context.Context, A) (R, error)) int {
	e.part.Lo = e.Lo
	args, err := wire.Decode[A](e.codec, e.Payload, e.Total)
	e.start = time.Now()
	if err != nil {
		e.failAll(fmt.Errorf("the argument can't be decoded: %w", err))
		return e.Hi
	}
	l := loop[A, R]{piece: e, fn: fn, args: args, i: e.Lo, values: make([]R, 0, e.Hi-e.Lo), places: make([]int, 0, e.Hi-e.Lo)}
	for !l.over { // one round, and one more after each task that ended its goroutine
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			l.steps()
		}()
		<-ended
	}
	e.part.N = l.i - e.Lo
	encodeValues(e, l.values, l.places)
	return l.i
}

// A loop goes through the tasks of a piece.
type loop[A, R any] struct {
	*piece
	fn     func(context.Context, A) (R, error)
	args   []A
	i      int // the task that runs
	over   bool
	values []R
	places []int // of the values
}

func (l *loop[A, R]) steps() {
	for l.i < l.Hi {
		if l.i > l.Lo && l.Budget > 0 && time.Since(l.start) > l.Budget {
			break
		}
		l.step()
	}
	l.over = true
}

// step runs one task. A panic, or runtime.Goexit, becomes a failure.
func (l *loop[A, R]) step() {
	ctx, end, ok := l.begin(l.i)
	if !ok {
		l.failed(l.fail(l.i, wire.FailCanceled, context.Canceled))
		return
	}
	defer end()
	returned := false
	defer func() {
		if returned {
			return
		}
		v := recover()
		if v == nil { // not a panic: panic(nil) gives a *runtime.PanicNilError
			l.failed(l.fail(l.i, wire.FailGoexit, errGoexit))
			return
		}
		f := l.fail(l.i, wire.FailPanic, fmt.Errorf("%v", v))
		f.Type, f.Stack = fmt.Sprintf("%T", v), taskStack(debug.Stack())
		l.failed(f)
	}()
	r, err := l.fn(ctx, l.args[l.i])
	returned = true
	if err != nil {
		l.failed(failure(l.piece, l.i, ctx, err))
		return
	}
	l.values, l.places = append(l.values, r), append(l.places, l.i)
	l.i++
}

func (l *loop[A, R]) failed(f *wire.Failure) {
	l.part.Failures = append(l.part.Failures, *f)
	l.i++
}

var errGoexit = errors.New("the task called runtime.Goexit")

// taskStack cuts a stack to the frames between the panic and the loop above.
func taskStack(b []byte) string {
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	from, to := 1, len(lines)
	for i, l := range lines {
		if strings.HasPrefix(l, "panic(") {
			from = i + 2 // and the line with its place
		}
		if from > 1 && strings.Contains(l, "helpers/processes.") && strings.Contains(l, ".step(") {
			to = i
			break
		}
	}
	return strings.Join(lines[from:to], "\n")
}

func (e *piece) failAll(err error) {
	for i := e.Lo; i < e.Hi; i++ {
		e.part.Failures = append(e.part.Failures, *e.fail(i, wire.FailCodec, err))
	}
	e.part.N = e.Hi - e.Lo
}

func failure(e *piece, i int, ctx context.Context, err error) *wire.Failure {
	switch {
	case ctx.Err() == context.DeadlineExceeded && e.Timeout > 0:
		return e.fail(i, wire.FailTimeout, err)
	case ctx.Err() != nil:
		return e.fail(i, wire.FailCanceled, err)
	}
	return e.fail(i, wire.FailError, err)
}

// encodeValues encodes the results together. If that fails, the results that
// can't be encoded become failures and the others are encoded again.
func encodeValues[R any](e *piece, values []R, places []int) {
	b, err := wire.Encode(e.codec, values)
	if err == nil {
		e.part.Values = b
		return
	}
	var good []R
	for i, v := range values {
		if _, err := wire.Encode(e.codec, []R{v}); err != nil {
			e.part.Failures = append(e.part.Failures, *e.fail(places[i], wire.FailCodec,
				fmt.Errorf("the result, a %s, can't be sent: %w", reflect.TypeFor[R](), err)))
			continue
		}
		good = append(good, v)
	}
	e.part.Values, _ = wire.Encode(e.codec, good)
}
