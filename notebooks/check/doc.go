// Package check answers the exercises of the notebooks. Start with the function
// that an exercise names, such as [ExitCode] or [Together]; it runs the reader's
// function and returns a [Verdict], which a cell shows as its last expression:
// still missing, not yet (with the reason), or right.
//
// A check tries what the exercise's text says and nothing else. It never takes
// longer than a few seconds: a function that does not return is said not to,
// and left alone. The package works without the kernel, and knows no notebook.
package check
