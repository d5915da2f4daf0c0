package jupyter

import (
	"testing"
	"unicode/utf8"
)

func TestCursor(t *testing.T) {
	for _, c := range []struct {
		code          string
		points, bytes int
	}{
		{"", 0, 0}, {"abc", 2, 2}, {"abc", 3, 3}, {"é", 1, 2}, {"🙂x", 1, 4}, {"🙂x", 2, 5},
		{"𝒜é\nb", 3, 7}, {"e\u0301x", 2, 3}, // a combining accent is a code point of its own
	} {
		if got := byteOffset(c.code, c.points); got != c.bytes {
			t.Errorf("byteOffset(%q, %d) = %d, want %d", c.code, c.points, got, c.bytes)
		}
		if got := pointOffset(c.code, c.bytes); got != c.points {
			t.Errorf("pointOffset(%q, %d) = %d, want %d", c.code, c.bytes, got, c.points)
		}
	}
	if got := pointOffset("🙂x", 2); got != 0 {
		t.Errorf("an offset inside a character is %d", got)
	}
}

func FuzzCursor(f *testing.F) {
	f.Add("𝒜é pa", 3)
	f.Add("\xff\xf0\x9f", 2)
	f.Add("x", -1)
	f.Fuzz(func(t *testing.T, code string, points int) {
		b := byteOffset(code, points)
		if b < 0 || b > len(code) {
			t.Fatalf("byteOffset = %d of %d", b, len(code))
		}
		if p := pointOffset(code, points); p < 0 || p > len(code) {
			t.Fatalf("pointOffset = %d of %d", p, len(code))
		}
		if !utf8.ValidString(code) {
			return // the protocol's text is JSON, so valid
		}
		want := min(max(points, 0), utf8.RuneCountInString(code))
		if p := pointOffset(code, b); p != want {
			t.Fatalf("%d points became %d", want, p)
		}
		if !utf8.ValidString(code[:b]) {
			t.Fatalf("byteOffset cut a character in %q at %d", code, b)
		}
	})
}
