package page

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden files in testdata")

// TestGoldenSVG holds one small drawing with every kind of mark still.
func TestGoldenSVG(t *testing.T) {
	got := must(drawing().SVG())
	golden := filepath.Join("testdata", "drawing.svg")
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("the SVG has changed; look at it, then run go test -update\n%s", got)
	}
}
