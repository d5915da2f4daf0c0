package durable

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"songsong/helpers/processes/internal/crew"
	"songsong/helpers/processes/internal/wire"
)

// Subjects and streams of a job. Tasks and results are told apart by the second word.
func tasksSubject(job, id string) string   { return "songsong.tasks." + job + "." + id }
func resultsSubject(job, id string) string { return "songsong.results." + job + "." + id }
func tasksStream(job string) string        { return "SONGSONG_TASKS_" + job }
func resultsStream(job string) string      { return "SONGSONG_RESULTS_" + job }
func cancelSubject(job string) string      { return "songsong.cancel." + job }

// lastWord is the task's id in a subject.
func lastWord(subject string) string { return subject[strings.LastIndexByte(subject, '.')+1:] }

// encodeTask is the message of a chunk: how many tasks, then their arguments.
func encodeTask(c *crew.Chunk) []byte {
	return append(wire.Numbers(uint64(c.N)), c.Payload...)
}

var errDamaged = errors.New("durable: a damaged message")

func decodeTask(b []byte) (*crew.Chunk, error) {
	n, k := binary.Uvarint(b)
	if k <= 0 || n == 0 || n > 1<<20 {
		return nil, errDamaged
	}
	return &crew.Chunk{N: int(n), Payload: b[k:]}, nil
}

// encodeResult is the message of a chunk's outcome: who ran it and when, then the parts.
func encodeResult(r crew.Report) []byte {
	b := wire.Numbers(uint64(r.Start.UnixNano()), uint64(r.Elapsed), uint64(r.PID), uint64(len(r.Worker)))
	b = append(b, r.Worker...)
	return append(b, r.Part...)
}

func decodeResult(b []byte) (crew.Report, error) {
	var v [4]uint64
	for i := range v {
		x, k := binary.Uvarint(b)
		if k <= 0 {
			return crew.Report{}, errDamaged
		}
		v[i], b = x, b[k:]
	}
	if v[3] > uint64(len(b)) {
		return crew.Report{}, errDamaged
	}
	return crew.Report{
		Start: time.Unix(0, int64(v[0])), Elapsed: time.Duration(v[1]), PID: int(v[2]),
		Worker: string(b[:v[3]]), Part: b[v[3]:],
	}, nil
}

// contentID names a task by what it is: the function, the argument, and how many
// equal ones came before.
func contentID(symbol string, payload []byte, before int) string {
	h := sha256.New()
	h.Write([]byte(symbol))
	h.Write(wire.Numbers(uint64(before)))
	h.Write(payload)
	return hex.EncodeToString(h.Sum(nil)[:16])
}
