package wire

import (
	"encoding/binary"
	"errors"
	"time"
)

// Run asks a worker to do the tasks Lo..Hi-1 of a chunk.
type Run struct {
	Piece   uint64
	Lo, Hi  int
	Total   int           // tasks in the chunk
	Budget  time.Duration // after this much time the rest is given back; 0 for never
	Timeout time.Duration // of one task; 0 for none
	Payload []byte        // the chunk's arguments, encoded together
}

// Head returns the encoding of r without its payload.
func (r Run) Head() []byte {
	b := make([]byte, 0, 6*binary.MaxVarintLen64)
	for _, v := range []uint64{r.Piece, uint64(r.Lo), uint64(r.Hi), uint64(r.Total), uint64(r.Budget), uint64(r.Timeout)} {
		b = binary.AppendUvarint(b, v)
	}
	return b
}

// ParseRun decodes the body of a run frame.
func ParseRun(b []byte) (Run, error) {
	v, rest, err := uvarints(b, 6)
	if err != nil {
		return Run{}, err
	}
	return Run{
		Piece: v[0], Lo: int(v[1]), Hi: int(v[2]), Total: int(v[3]),
		Budget: time.Duration(v[4]), Timeout: time.Duration(v[5]), Payload: rest,
	}, nil
}

// Done reports that the tasks from the piece's Lo up to Mid-1 have run. The
// tasks from Mid on have not started and are given back.
type Done struct {
	Piece   uint64
	Mid     int
	Start   time.Time
	Elapsed time.Duration // in tasks
	Part    []byte        // empty if nothing ran
}

// Head returns the encoding of d without its part.
func (d Done) Head() []byte {
	b := make([]byte, 0, 4*binary.MaxVarintLen64)
	for _, v := range []uint64{d.Piece, uint64(d.Mid), uint64(d.Start.UnixNano()), uint64(d.Elapsed)} {
		b = binary.AppendUvarint(b, v)
	}
	return b
}

// ParseDone decodes the body of a done frame.
func ParseDone(b []byte) (Done, error) {
	v, rest, err := uvarints(b, 4)
	if err != nil {
		return Done{}, err
	}
	return Done{
		Piece: v[0], Mid: int(v[1]), Start: time.Unix(0, int64(v[2])),
		Elapsed: time.Duration(v[3]), Part: rest,
	}, nil
}

// Numbers encodes the body of a recall (piece) or cancel (piece, task) frame.
func Numbers(v ...uint64) []byte {
	var b []byte
	for _, x := range v {
		b = binary.AppendUvarint(b, x)
	}
	return b
}

// ParseNumbers decodes n numbers.
func ParseNumbers(b []byte, n int) ([]uint64, error) {
	v, _, err := uvarints(b, n)
	return v, err
}

var (
	errShort = errors.New("a message is cut short")
	errLong  = errors.New("a message is longer than what it should hold")
)

func uvarints(b []byte, n int) (v []uint64, rest []byte, err error) {
	v = make([]uint64, n)
	for i := range v {
		x, k := binary.Uvarint(b)
		if k <= 0 {
			return nil, nil, errShort
		}
		v[i], b = x, b[k:]
	}
	return v, b, nil
}
