// Command interpreter runs cells where nothing can be compiled, for want of a Go
// toolchain or a C compiler. The kernel starts it in place of the executor. It is
// a program of its own, since it takes a third as long to build as all the rest
// of songsong, and nearly nobody needs it: songsong builds it when it does. For a
// machine without Go, put it beside songsong:
//
//	go build -o songsong-interpreter ./kernel/interpreter
package main

import "songsong/kernel/internal/interp/alone"

func main() { alone.Main() }
