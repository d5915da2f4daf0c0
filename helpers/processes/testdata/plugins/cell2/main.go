// Cell2 makes pools of functions of a package that it shares, and of a literal.
package main

import (
	"context"
	"errors"
	"fmt"

	"songsong/helpers/processes"
	"songsong/helpers/processes/testdata/plugins/shared"
)

// Run is called by the host.
func Run() {
	ctx := context.Background()
	show(processes.NewPlainPool(ctx, 1, shared.Mirror))(shared.Point{X: 1})
	show(processes.NewPlainPool(ctx, 1, shared.Generic[shared.Point]))(shared.Point{Y: 2})
	show(processes.NewPool(ctx, 1, func(_ context.Context, s string) (int, error) { return len(s), errors.New("no luck with " + s) }))("this")
	p, err := processes.Spawn(ctx, func(context.Context, int) error { panic("boom") }, 1)
	if err == nil {
		err = p.Wait(ctx)
	}
	fmt.Println(err)
}

func show[A, R any](p *processes.Pool[A, R], err error) func(A) {
	return func(a A) {
		if err != nil {
			fmt.Println(err)
			return
		}
		defer p.Close()
		fmt.Println(p.Submit(context.Background(), a).Await(context.Background()))
	}
}

func main() {}
