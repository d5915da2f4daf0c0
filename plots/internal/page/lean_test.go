package page

import (
	"bytes"
	"testing"

	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// TestLean: a lean font is smaller, has the same outlines and widths, and keeps
// its name.
func TestLean(t *testing.T) {
	face, err := faceOf(Font(Regular, 10))
	if err != nil {
		t.Fatal(err)
	}
	var whole bytes.Buffer
	if _, err := face.font.WriteSourceTo(nil, &whole); err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string][]byte{"Liberation Sans": whole.Bytes(), "Go Mono": gomono.TTF} {
		small := lean(file)
		if len(small) > len(file)*4/5 {
			t.Errorf("%s: %d bytes of %d are left", name, len(small), len(file))
		}
		compareFonts(t, name, file, small)
	}
}

func compareFonts(t *testing.T, name string, file, small []byte) {
	t.Helper()
	a, err1 := opentype.Parse(file)
	b, err2 := opentype.Parse(small)
	if err1 != nil || err2 != nil {
		t.Fatal(name, err1, err2)
	}
	var buf sfnt.Buffer
	want, _ := a.Name(&buf, sfnt.NameIDPostScript)
	if got, err := b.Name(&buf, sfnt.NameIDPostScript); got != want || err != nil {
		t.Errorf("%s: the name is %q, was %q", name, got, want)
	}
	if a.NumGlyphs() != b.NumGlyphs() {
		t.Fatalf("%s: %d glyphs of %d", name, b.NumGlyphs(), a.NumGlyphs())
	}
	em := fixed.Int26_6(a.UnitsPerEm())
	for i := range sfnt.GlyphIndex(a.NumGlyphs()) {
		p, err1 := a.LoadGlyph(&buf, i, em, nil)
		first := append(sfnt.Segments{}, p...)
		q, err2 := b.LoadGlyph(&buf, i, em, nil)
		if err1 != nil || err2 != nil || len(first) != len(q) {
			t.Fatalf("%s: glyph %d has %d segments, had %d (%v, %v)", name, i, len(q), len(first), err1, err2)
		}
		for k := range q {
			if first[k] != q[k] {
				t.Fatalf("%s: glyph %d has another outline", name, i)
			}
		}
	}
}

func TestLeanLeavesOtherFilesAlone(t *testing.T) {
	face, err := faceOf(Font(Bold, 10))
	if err != nil {
		t.Fatal(err)
	}
	var whole bytes.Buffer
	if _, err := face.font.WriteSourceTo(nil, &whole); err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string][]byte{
		"nothing": nil, "text": []byte("this is not a font at all, only text"), "cut": whole.Bytes()[:4000], "header": whole.Bytes()[:12],
	} {
		if got := lean(file); !bytes.Equal(got, file) {
			t.Errorf("%s: %d bytes became %d", name, len(file), len(got))
		}
	}
}
