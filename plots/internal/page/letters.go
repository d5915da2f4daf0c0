package page

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"unicode"

	xfont "golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/text/unicode/norm"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/font/liberation"
)

// A Weight selects one of the three cuts a figure uses.
type Weight int

// The cuts.
const (
	Regular Weight = iota
	Bold
	Italic
)

// Font returns gonum's name for a cut of Liberation Sans at a size.
func Font(w Weight, size font.Length) font.Font {
	f := font.Font{Typeface: "Liberation", Variant: "Sans", Size: size}
	switch w {
	case Bold:
		f.Weight = xfont.WeightBold
	case Italic:
		f.Style = xfont.StyleItalic
	}
	return f
}

// face is one cut of a font, in font units.
type face struct {
	name string // plain letters, unique among the faces used
	font *opentype.Font
	em   fixed.Int26_6
	file func() ([]byte, error) // the font file for PDF
}

var faces struct {
	sync.Mutex
	of map[font.Font]*face // by font of size 0; guarded by Mutex
}

// faceOf finds a font in gonum's cache, which holds the Liberation family and
// whatever a program adds; an unknown font is its default, as in gonum.
func faceOf(f font.Font) (*face, error) {
	f.Size = 0
	faces.Lock()
	defer faces.Unlock()
	if faces.of == nil {
		faces.of = map[font.Font]*face{}
		font.DefaultCache.Add(liberation.Collection()) // as gonum/plot does when it is imported
	}
	if known, ok := faces.of[f]; ok {
		return known, nil
	}
	found := font.DefaultCache.Lookup(f, 1)
	if found.Face == nil {
		return nil, fmt.Errorf("plots: there is no font named %q", f.Name())
	}
	var buf sfnt.Buffer
	name, err := found.Face.Name(&buf, sfnt.NameIDPostScript)
	if err != nil {
		return nil, fmt.Errorf("plots: the font %q has no name: %w", f.Name(), err)
	}
	known := &face{name: name, font: found.Face, em: fixed.Int26_6(found.Face.UnitsPerEm())}
	known.file = sync.OnceValues(known.source)
	faces.of[f] = known
	return known, nil
}

// source returns the font file, without what a PDF doesn't need.
func (f *face) source() ([]byte, error) {
	var out bytes.Buffer
	if _, err := f.font.WriteSourceTo(nil, &out); err != nil {
		return nil, fmt.Errorf("plots: read the font %s: %w", f.name, err)
	}
	return lean(out.Bytes()), nil
}

// glyph is one placed outline; x and advance are in font units.
type glyph struct {
	index   sfnt.GlyphIndex
	char    rune
	x       float64
	advance float64
}

// run is a line of text as glyphs; matrix maps the text's own coordinates
// (points, origin at the left end of the baseline) to the page.
type run struct {
	face   *face
	size   float64
	text   string
	glyphs []glyph
	width  float64 // font units
	matrix matrix
}

func (r run) unit() float64 { return r.size / float64(r.face.em) }

// shape places the glyphs of one line: NFC, kerning, no ligatures.
func shape(f font.Font, s string) (run, error) {
	r := run{size: f.Size.Points(), text: norm.NFC.String(s)}
	var err error
	if r.face, err = faceOf(f); err != nil {
		return r, err
	}
	var buf sfnt.Buffer
	var prev sfnt.GlyphIndex
	for i, c := range r.text {
		idx, err := r.face.font.GlyphIndex(&buf, c)
		if err != nil {
			return r, fmt.Errorf("plots: look up %q: %w", c, err)
		}
		if idx == 0 || unicode.Is(unicode.Mn, c) {
			return r, &MissingGlyphError{Rune: c, Label: r.text}
		}
		if i > 0 {
			r.width += kern(r.face, &buf, prev, idx)
		}
		adv, err := r.face.font.GlyphAdvance(&buf, idx, r.face.em, xfont.HintingNone)
		if err != nil {
			return r, fmt.Errorf("plots: width of %q: %w", c, err)
		}
		r.glyphs = append(r.glyphs, glyph{idx, c, r.width, float64(adv)})
		r.width += float64(adv)
		prev = idx
	}
	return r, nil
}

func kern(f *face, buf *sfnt.Buffer, a, b sfnt.GlyphIndex) float64 {
	k, err := f.font.Kern(buf, a, b, f.em, xfont.HintingNone)
	if err != nil { // ErrNotFound: the pair is not kerned
		return 0
	}
	return float64(k)
}

// Compose joins letters and their marks (NFC).
func Compose(s string) string { return norm.NFC.String(s) }

// A MissingGlyphError says that the font has no glyph for a character of a
// label, or that a combining mark has no letter it can be joined with.
type MissingGlyphError struct {
	Rune  rune
	Label string
}

func (e *MissingGlyphError) Error() string {
	return fmt.Sprintf("plots: the label %q has %q (U+%04X), which the figure's font can't draw; use another character", e.Label, e.Rune, e.Rune)
}

// outline returns the contours of a glyph in font units, y up.
func (f *face) outline(g sfnt.GlyphIndex) (path, error) {
	var buf sfnt.Buffer
	segments, err := f.font.LoadGlyph(&buf, g, f.em, nil)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("plots: outline of glyph %d", g), err)
	}
	var out path
	conv := func(p fixed.Point26_6) point { return point{float64(p.X), -float64(p.Y)} }
	for _, s := range segments {
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			if len(out) > 0 {
				out = append(out, step{op: 'Z'})
			}
			out = append(out, step{'M', [3]point{conv(s.Args[0])}})
		case sfnt.SegmentOpLineTo:
			out = append(out, step{'L', [3]point{conv(s.Args[0])}})
		case sfnt.SegmentOpQuadTo:
			out = append(out, step{'Q', [3]point{conv(s.Args[0]), conv(s.Args[1])}})
		case sfnt.SegmentOpCubeTo:
			out = append(out, step{'C', [3]point{conv(s.Args[0]), conv(s.Args[1]), conv(s.Args[2])}})
		}
	}
	if len(out) > 0 {
		out = append(out, step{op: 'Z'})
	}
	return out, nil
}

// Wrap breaks text into lines no wider than width, at spaces but not at
// no-break spaces. It is an error if
// one word is wider than that.
func Wrap(f font.Font, s string, width font.Length) ([]string, error) {
	var lines []string
	for _, paragraph := range strings.Split(s, "\n") {
		line := ""
		for _, word := range strings.FieldsFunc(paragraph, func(c rune) bool { return c == ' ' }) {
			try := strings.TrimPrefix(line+" "+word, " ")
			if line != "" && Width(f, try) > width {
				lines = append(lines, line)
				try = word
			}
			if w := Width(f, try); w > width+0.01 {
				return nil, fmt.Errorf("plots: the word %q is %.0f points wide and there is room for %.0f; shorten it or make the figure wider", word, w.Points(), width.Points())
			}
			line = try
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// Width returns how wide a line of text is. Characters without a glyph count
// nothing here; drawing them is the error.
func Width(f font.Font, s string) font.Length {
	r, err := shape(f, s)
	if r.face == nil || err != nil && r.width == 0 {
		return 0
	}
	return font.Length(r.width * r.unit())
}
