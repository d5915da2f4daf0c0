// Package shared is in both plugins, and once in the process.
package shared

import "songsong/helpers/processes"

// Point is a type of a cell.
type Point struct{ X, Y float64 }

// Mirror is a function of a cell.
func Mirror(p Point) string { return processes.WorkerName() }

// Generic is instantiated elsewhere.
func Generic[T any](v T) []T { return []T{v, v} }
