package celltest

import (
	"errors"
	"reflect"
	"time"
)

// noFuzzing refuses to fuzz: that needs a test binary that starts itself.
type noFuzzing struct{}

type corpusEntry = struct {
	Parent     string
	Path       string
	Data       []byte
	Values     []any
	Generation int
	IsSeed     bool
}

var errFuzz = errors.New("fuzzing works in a module, by go test -fuzz, not in cells")

func (noFuzzing) CoordinateFuzzing(time.Duration, int64, time.Duration, int64, int, []corpusEntry, []reflect.Type, string, string) error {
	return errFuzz
}
func (noFuzzing) RunFuzzWorker(func(corpusEntry) error) error { return errFuzz }
func (noFuzzing) ReadCorpus(string, []reflect.Type) ([]corpusEntry, error) {
	return nil, errFuzz
}
func (noFuzzing) CheckCorpus([]any, []reflect.Type) error { return nil }
