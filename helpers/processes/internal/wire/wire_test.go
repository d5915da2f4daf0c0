package wire

import (
	"bufio"
	"bytes"
	"math"
	"math/big"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"
)

type point struct {
	X, Y float64
	Tags map[string]int
}

func roundTrip[T any](t *testing.T, s ...T) {
	t.Helper()
	for _, codec := range []string{"gob", "json"} {
		b, err := Encode(codec, s)
		if err != nil {
			t.Fatalf("%T by %s: %v", s, codec, err)
		}
		got, err := Decode[T](codec, b, len(s))
		if err != nil || !reflect.DeepEqual(got, s) {
			t.Errorf("%T by %s: %v, %v", s, codec, got, err)
		}
		if _, err := Decode[T](codec, b, len(s)+1); err == nil && reflect.TypeFor[T]().Size() > 0 {
			t.Errorf("%T by %s: a missing value was not noticed", s, codec)
		}
		if len(b) > 1 {
			if _, err := Decode[T](codec, b[:len(b)-1], len(s)); err == nil {
				t.Errorf("%T by %s: a cut message was taken", s, codec)
			}
		}
	}
}

func TestCodecs(t *testing.T) {
	roundTrip(t, 0, -1, math.MaxInt, math.MinInt)
	roundTrip(t, int64(0), math.MinInt64)
	roundTrip(t, 0, -0.5, math.MaxFloat64)
	roundTrip(t, "", "chào", string([]byte{0}))
	roundTrip(t, []byte("x"), []byte("yz"))
	roundTrip(t, true, false)
	roundTrip(t, struct{}{}, struct{}{})
	roundTrip(t, point{1, 2, map[string]int{"a": 1}}, point{})
	roundTrip(t, time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC))
}

func TestFrames(t *testing.T) {
	var buf bytes.Buffer
	w := bufio.NewWriter(&buf)
	if err := WriteFrame(w, 'x', []byte("one "), []byte("two")); err != nil {
		t.Fatal(err)
	}
	whole := bytes.Clone(buf.Bytes())
	kind, body, err := ReadFrame(bufio.NewReader(&buf))
	if kind != 'x' || string(body) != "one two" || err != nil {
		t.Fatal(kind, string(body), err)
	}
	for n := range whole {
		if _, _, err := ReadFrame(bufio.NewReader(bytes.NewReader(whole[:n]))); err == nil {
			t.Errorf("a frame cut at %d was taken", n)
		}
	}
	if _, _, err := ReadFrame(bufio.NewReader(bytes.NewReader([]byte{255, 255, 255, 255, 'x'}))); err == nil {
		t.Error("a frame of 4 GB was taken")
	}
}

func TestParts(t *testing.T) {
	a := Part{Lo: 0, N: 2, Values: []byte("v")}
	b := Part{Lo: 2, N: 1, Failures: []Failure{{Index: 2, Kind: FailPanic, Message: "boom"}}}
	both := b.Append(a.Append(nil))
	got, err := ParseParts(both)
	if err != nil || len(got) != 2 || got[1].Failures[0].Message != "boom" || string(got[0].Values) != "v" {
		t.Fatal(got, err)
	}
	for n := 1; n < len(both); n++ {
		if got, err := ParseParts(both[:n]); err == nil && len(got) == 2 {
			t.Errorf("parts cut at %d were taken", n)
		}
	}
}

// Damaged messages give errors, never a crash.
func FuzzParse(f *testing.F) {
	f.Add(Part{N: 1, Failures: []Failure{{}}, Values: []byte{1}}.Append(nil))
	f.Add(append(Run{Piece: 1, Hi: 2, Total: 2}.Head(), 1, 2, 3))
	f.Fuzz(func(t *testing.T, b []byte) {
		ParseParts(b)
		ParseRun(b)
		ParseDone(b)
		Decode[int]("gob", b, 3)
		Decode[string]("gob", b, 2)
		Decode[point]("gob", b, 1)
	})
}

type hidden struct {
	Name string
	size int
}

type locked struct {
	sync.Mutex
	_ int
	N int
}

// What would arrive empty is refused before it is sent.
func TestSendable(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{Sendable[int]("gob", "argument"), ""},
		{Sendable[time.Time]("gob", "argument"), ""},
		{Sendable[time.Time]("json", "argument"), ""},
		{Sendable[*big.Int]("gob", "argument"), ""},
		{Sendable[locked]("json", "argument"), ""},
		{Sendable[struct{ Next *hidden }]("json", "argument"), "field Next.size would be lost"},
		{Sendable[map[string][]hidden]("gob", "result"), "the result is of type map[string][]wire.hidden, whose field size would be lost"},
		{Sendable[chan int]("gob", "argument"), "can't handle type: chan int"},
	} {
		if c.want == "" && c.err != nil || c.want != "" && (c.err == nil || !strings.Contains(c.err.Error(), c.want)) {
			t.Errorf("%v, want %q", c.err, c.want)
		}
	}
	_ = hidden{}.size
}
