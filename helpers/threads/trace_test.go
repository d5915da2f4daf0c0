package threads

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"testing"
	"time"
)

func TestWriteTrace(t *testing.T) {
	l := NewLog(10)
	l.Add(Span{Name: "a", Worker: "w1", Start: time.Millisecond, End: 3 * time.Millisecond})
	l.Add(Span{Name: "b", Worker: "w2", Start: 2 * time.Millisecond, End: 3 * time.Millisecond})
	l.Add(Span{Name: "c", Worker: "w1", Start: 4 * time.Millisecond, End: 5 * time.Millisecond})
	var out bytes.Buffer
	if err := l.WriteTrace(&out); err != nil {
		t.Fatal(err)
	}
	var got struct {
		TraceEvents []struct {
			Name, Ph string
			Ts, Dur  float64
			Tid      int
		}
	}
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	e := got.TraceEvents
	if len(e) != 5 || e[0].Ph != "M" || e[1].Name != "a" || e[1].Ts != 1000 || e[1].Dur != 2000 || e[1].Tid != e[4].Tid || e[3].Tid == e[1].Tid {
		t.Errorf("got %+v", e)
	}
	var none *Log
	if err := none.WriteTrace(io.Discard); err != nil {
		t.Error(err)
	}
	if err := l.WriteTrace(brokenWriter{}); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("got %v", err)
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }
