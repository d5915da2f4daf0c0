// Package source turns cells into Go packages. It sees the whole notebook as one
// Go package: [Scope.Check] parses a cell and type-checks it against the session
// before anything runs, and [Scope.Lower] rewrites it to packages the compiler takes.
//
// A cell is split at its top level. Functions, types and constants are
// declarations: they go to units, packages that later cells import. Variables
// are session variables, heap cells that every cell reaches through a slot of
// package rt. What is left are statements, the cell's body.
//
// Names that are invented while lowering begin with Ꞩ or ꞩ, letters nobody types.
package source
