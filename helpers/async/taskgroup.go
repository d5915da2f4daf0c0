package async

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"songsong/helpers/threads"
)

// ErrSiblingFailed is the cause of the end of a group's context when one of its tasks has failed.
var ErrSiblingFailed = errors.New("another task of the group failed")

// TaskGroup runs tasks that live and fail together: the first error (or panic) ends the context of the others, and
// [TaskGroup.Wait] waits for all and returns every error, joined. It is errgroup with all errors, and with panics
// as errors. Make one with [NewTaskGroup]; a zero TaskGroup works too, under context.Background.
// Go and Start may be called from the group's own tasks. A task costs what [Go] costs and a lock.
type TaskGroup struct {
	once   sync.Once // guards the making of ctx
	parent context.Context
	ctx    context.Context
	cancel context.CancelCauseFunc
	wg     sync.WaitGroup
	mu     sync.Mutex // guards errs
	errs   []error
}

// NewTaskGroup makes a group whose tasks' contexts end with ctx.
func NewTaskGroup(ctx context.Context) *TaskGroup { return &TaskGroup{parent: ctx} }

func (g *TaskGroup) ready() {
	g.once.Do(func() {
		if g.parent == nil {
			g.parent = context.Background()
		}
		g.ctx, g.cancel = context.WithCancelCause(g.parent)
	})
}

// Go runs fn as a task of the group.
func (g *TaskGroup) Go(fn func(ctx context.Context) error) {
	if fn == nil {
		Start[struct{}](g, nil)
		return
	}
	Start(g, func(ctx context.Context) (struct{}, error) { return struct{}{}, fn(ctx) })
}

// Start runs fn as a task of the group and returns its future, for tasks with a result. (A method can't have a type
// parameter of its own in this version of Go.)
func Start[T any](g *TaskGroup, fn Func[T]) *Future[T] {
	g.ready()
	g.wg.Add(1)
	t := NewTask(g.ctx, fn)
	t.Future().notify(func() {
		g.note(t.Future().err)
		g.wg.Done()
	})
	go t.Run()
	return t.Future()
}

// note takes the result of a task. What only reports a cancellation (the task's own, or that of the group) is no
// failure: it adds nothing and cancels nobody.
func (g *TaskGroup) note(err error) {
	if err == nil || !isPanic(err) && g.isEcho(err) {
		return
	}
	g.mu.Lock()
	g.errs = append(g.errs, err)
	g.mu.Unlock()
	g.cancel(ErrSiblingFailed)
}

func (g *TaskGroup) isEcho(err error) bool {
	if errors.Is(err, ErrCancelled) {
		return true
	}
	over := g.ctx.Err()
	return over != nil && (errors.Is(err, over) || errors.Is(err, context.Cause(g.ctx)))
}

func isPanic(err error) bool {
	var p *threads.PanicError
	return errors.As(err, &p)
}

// Cancel ends the contexts of all tasks.
func (g *TaskGroup) Cancel() { g.ready(); g.cancel(ErrCancelled) }

// errWaited is the cause of the end of a group's context after Wait.
var errWaited = errors.New("the task group was waited for: its time is over")

// Wait waits for all tasks and returns their errors, joined; nil if all succeeded. If none failed but the group was
// cancelled, it returns the cause. After Wait the group's context has ended, and new tasks are not run.
func (g *TaskGroup) Wait() error {
	g.ready()
	g.wg.Wait()
	g.cancel(errWaited) // does nothing if it has ended before
	g.mu.Lock()
	defer g.mu.Unlock()
	if cause := context.Cause(g.ctx); len(g.errs) == 0 && cause != errWaited {
		return fmt.Errorf("the task group was cancelled: %w", cause)
	}
	return errors.Join(g.errs...)
}
