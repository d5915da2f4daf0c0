// Package native builds cells with the Go compiler and its linker, called
// directly: a unit (a package of lowered cells) in about 30 ms, a plugin that
// the executor can load in about 250 ms. What it builds is cached on disk by
// content. Start with [Open] and [Toolchain.Import].
//
// Why not go build: it takes 350–1100 ms for the same plugin, most of it to find
// out that nothing else changed. The packages that cells import are built by the
// go command (go list -export), with -buildmode=plugin; the executor is an
// ordinary program of the same packages.
package native
