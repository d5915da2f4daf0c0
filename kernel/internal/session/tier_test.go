package session

import (
	"testing"
	"time"
)

// TestTiers checks that plain cells reach the interpreter, and others the
// compiler, and that both mean the same variables.
func TestTiers(t *testing.T) {
	t.Setenv("SONGSONG_TIER", "both")
	s := openSession(t)
	for _, c := range []struct{ code, want, tier string }{
		{"x := 40", "", "interp"},
		{"x + 2", "42", "interp"},
		{"func twice(n int) int { return 2 * n }\nfunc half(n int) int { return n / 2 }", "", ""},
		{"twice(x)", "80", "native"}, // loads the unit
		{"twice(x+1)", "82", "interp"},
		{"half(x)", "20", "interp"},
		{"x = twice(x); fmt.Println(x, \"done\")", "80 done\n", "interp"},
		{"for i := range 3 { x += i }", "", "native"},
		{"x", "83", "interp"},
		{"x / 2", "41", "native"}, // may panic: the compiler's business
		{"y := float64(x) / 2; y", "41.5", "interp"},
		{"xs := []int{x}", "", "native"},
		{"xs", "[83]", "interp"},
		{"x := \"text\"", "", "interp"},
		{"x + \"!\"", "text!", "interp"},
	} {
		got, r := run1(t, s, c.code)
		if r.Err != nil || got != c.want || r.Tier != c.tier {
			t.Errorf("%s: %q by %q, err %v; want %q by %q", c.code, got, r.Tier, r.Err, c.want, c.tier)
		}
	}
	if err := s.Restart(); err != nil {
		t.Fatal(err)
	}
	if _, r := run1(t, s, "1 + 1"); r.Tier != "interp" {
		t.Errorf("after a restart the tier is %q", r.Tier)
	}
}

// BenchmarkPlain measures a new plain statement, from the request to its end.
func BenchmarkPlain(b *testing.B) {
	b.Setenv("SONGSONG_TIER", "both")
	s := openSession(b)
	run1(b, s, "x := 1")
	i := 0
	for b.Loop() {
		i++
		run1(b, s, "x = x + "+time.Duration(i).String()[:1]+" * "+string(rune('1'+i%9))+" // "+time.Now().String())
	}
}

// BenchmarkNative measures a new statement that must be compiled.
func BenchmarkNative(b *testing.B) {
	b.Setenv("SONGSONG_TIER", "native")
	s := openSession(b)
	run1(b, s, "x := 1")
	for b.Loop() {
		run1(b, s, "x++ // "+time.Now().String())
	}
}
