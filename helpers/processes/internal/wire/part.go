package wire

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
)

// A Failure is a task that gave no result.
type Failure struct {
	Index   int    // of the task in its chunk
	Kind    string // one of the Fail constants
	Type    string `json:",omitempty"` // Go type of the error or of the panic's value
	Message string
	Stack   string `json:",omitempty"`
	Worker  string `json:",omitempty"`
	Kills   int    `json:",omitempty"` // poison: how many workers died of it
}

// The kinds of failure.
const (
	FailError    = "error"    // the function returned an error
	FailPanic    = "panic"    // it panicked
	FailGoexit   = "goexit"   // it called runtime.Goexit
	FailCanceled = "canceled" // its context was cancelled
	FailTimeout  = "timeout"  // its time ran out
	FailPoison   = "poison"   // workers died of it
	FailCodec    = "codec"    // its argument or result can't be sent
)

// A Part is what came of the tasks Lo..Lo+N-1 of a chunk: the failures, and the
// results of the others, in order, encoded together. The parts of one chunk may
// be concatenated: that is how a chunk that was run in pieces is put together
// without knowing the type of its results.
type Part struct {
	Lo, N    int
	Failures []Failure
	Values   []byte
}

// Append appends the encoding of p to b.
func (p Part) Append(b []byte) []byte {
	var fails []byte
	if len(p.Failures) > 0 {
		fails, _ = json.Marshal(p.Failures) // strings and numbers only: can't fail
	}
	for _, v := range []int{p.Lo, p.N, len(fails), len(p.Values)} {
		b = binary.AppendUvarint(b, uint64(v))
	}
	b = append(b, fails...)
	return append(b, p.Values...)
}

// ParseParts decodes concatenated parts.
func ParseParts(b []byte) ([]Part, error) {
	var parts []Part
	for len(b) > 0 {
		v, rest, err := uvarints(b, 4)
		if err != nil {
			return nil, err
		}
		nf, nv := v[2], v[3]
		if nf > uint64(len(rest)) || nv > uint64(len(rest))-nf {
			return nil, errShort
		}
		p := Part{Lo: int(v[0]), N: int(v[1]), Values: rest[nf : nf+nv]}
		if nf > 0 {
			if err := json.Unmarshal(rest[:nf], &p.Failures); err != nil {
				return nil, fmt.Errorf("failures of a part: %w", err)
			}
		}
		parts, b = append(parts, p), rest[nf+nv:]
	}
	return parts, nil
}
