// Package assist answers a front end's questions about code that is being
// written: [Complete] what may stand at the cursor, [IsComplete] whether a cell
// can run as it stands, and [Docs] what a name's documentation says. It knows Go
// by a [source.View]; it runs nothing.
package assist
