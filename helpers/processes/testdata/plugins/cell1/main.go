// Cell1 makes a pool of a function of its own.
package main

import (
	"context"
	"fmt"
	"slices"

	"songsong/helpers/processes"
)

func square(n int) int { return n * n }

// Run is called by the host.
func Run() {
	ctx := context.Background()
	p, err := processes.NewPlainPool(ctx, 2, square)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer p.Close()
	fmt.Println(processes.Collect(p.Map(ctx, slices.Values([]int{1, 2, 3}))))
	word := fmt.Sprint("captured")
	_, err = processes.NewPlainPool(ctx, 2, func(n int) string { return word })
	fmt.Println(err)
}

func main() {}
