package jupyter

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"songsong/kernel/internal/session"
)

func TestBundle(t *testing.T) {
	b, err := json.Marshal(display(session.Bundle{
		Data: map[string]any{
			"text/plain":       "x",
			"text/html":        []byte("<b>é</b>"),
			"image/svg+xml":    []byte("<svg/>"),
			"image/png":        []byte{1, 2, 3},
			"application/pdf":  []byte("%PDF"),
			"application/json": []byte(`{"a":[1]}`),
			"x/y+json":         map[string]int{"b": 2},
			"x/nan":            math.NaN(),
			"x/func":           func() {},
			"x/text":           "\xff",
			"no slash":         "x",
		},
		Metadata:  map[string]any{"image/png": map[string]int{"width": 5}, "bad": make(chan int)},
		DisplayID: "id",
	}))
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]map[string]any
	if err := json.Unmarshal(b, &got); err != nil {
		t.Fatal(err)
	}
	if s, _ := got["data"]["x/func"].(string); s == "" {
		t.Error("a func has no text")
	}
	delete(got["data"], "x/func")
	if s, _ := got["metadata"]["bad"].(string); s == "" {
		t.Error("a chan has no text")
	}
	delete(got["metadata"], "bad")
	want := map[string]map[string]any{
		"data": {"text/plain": "x", "text/html": "<b>é</b>", "image/svg+xml": "<svg/>", "image/png": "AQID", "application/pdf": "JVBERg==",
			"application/json": map[string]any{"a": []any{1.0}}, "x/y+json": map[string]any{"b": 2.0}, "x/nan": "NaN", "x/text": "\ufffd"},
		"metadata":  {"image/png": map[string]any{"width": 5.0}},
		"transient": {"display_id": "id"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	empty, _ := json.Marshal(display(session.Bundle{}))
	if string(empty) != `{"data":{},"metadata":{},"transient":{}}` {
		t.Errorf("an empty bundle is %s", empty)
	}
}
