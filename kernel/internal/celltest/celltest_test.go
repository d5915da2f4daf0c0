package celltest

import (
	"slices"
	"testing"
)

func TestLocated(t *testing.T) {
	at := Place{"TestA", "/Ꞩ/0123456789ab/cell.go", 3, 5}
	for line, want := range map[string]string{
		"    cell.go:4: got 3\n": "    /Ꞩ/0123456789ab/cell.go:4: got 3\n",
		"    cell.go:9: got 3\n": "    cell.go:9: got 3\n", // a helper's, of some cell
		"    x.go:4: got 3\n":    "    x.go:4: got 3\n",
		"cell.go:4: printed\n":   "cell.go:4: printed\n",
		"PASS\n":                 "PASS\n",
	} {
		if got := located(line, at); got != want {
			t.Errorf("%q becomes %q, want %q", line, got, want)
		}
	}
	for line, want := range map[string]string{
		"=== RUN   TestA/sub\n": "TestA", "    --- FAIL: TestA/sub (0.00s)\n": "TestA", "--- PASS: TestB (0.00s)\n": "TestB", "--- BENCH: BenchmarkC-2\n": "BenchmarkC",
	} {
		if m := running.FindStringSubmatch(line); m == nil || m[1] != want {
			t.Errorf("%q is of %v, want %s", line, m, want)
		}
	}
}

func TestFlags(t *testing.T) {
	got := testFlags([]string{"-bench", ".", "--run=none", "-v", "", "-test.count=2", "-own"})
	want := []string{"-test.bench", ".", "-test.run=none", "-test.v", "-test.count=2", "-own"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
