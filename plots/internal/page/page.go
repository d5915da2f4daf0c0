// Package page records what gonum/plot draws and writes it as SVG, PDF, PNG or
// EPS, so that all four look alike and are right for Vietnamese.
//
// Start with [New], draw on the Page through gonum's vg.Canvas interface, then
// call [Page.SVG], [Page.PDF], [Page.PNG] or [Page.EPS].
//
// gonum's own writers differ in text: its PDF encodes cp1252 (gonum/plot#347),
// its EPS writes raw UTF-8 and its SVG needs the reader to own the font. Here a
// string is normalised to NFC, looked up in the Liberation Sans font that gonum
// carries, and kept as positioned glyphs. SVG, PNG and EPS fill the outlines of
// those glyphs; PDF embeds the subset of the font, so its text can be selected
// and searched. A character without a glyph is an error, never a blank.
//
// The bytes depend on the drawing only: no time, no random identifier.
package page

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// A Page is a canvas of fixed size that records marks in its own coordinates:
// points, origin at the bottom left. Use one goroutine at a time.
type Page struct {
	Width, Height vg.Length
	Title         string // accessible title of the document
	Description   string // accessible description
	Language      string // BCP 47 tag, such as "vi"

	marks  []mark
	state  state
	stack  []state
	errors []error
}

// state is what Push saves.
type state struct {
	matrix matrix
	pen    pen
}

// pen is how a path is painted.
type pen struct {
	color  color.NRGBA
	width  float64 // of a stroke, in points
	dash   []float64
	offset float64
}

func (p pen) equal(q pen) bool {
	return p.color == q.color && p.width == q.width && p.offset == q.offset && slices.Equal(p.dash, q.dash)
}

type markKind int

const (
	fillMark markKind = iota
	strokeMark
	textMark
	circleMark
)

// mark is one thing drawn, in page coordinates.
type mark struct {
	kind markKind
	pen  pen
	path path // of fill and stroke
	run  run  // of text
	disc disc // of circle
}

// disc is a filled circle, the mark there are most of.
type disc struct {
	center point
	radius float64
}

// New returns an empty page of the given size.
func New(width, height vg.Length) *Page {
	p := &Page{Width: width, Height: height}
	p.state.matrix = identity
	vg.Initialize(p)
	return p
}

// Err returns what went wrong while drawing, joined: every character without a
// glyph, with the label it stands in.
func (p *Page) Err() error { return errors.Join(p.errors...) }

// Size returns the width and height of the page.
func (p *Page) Size() (x, y vg.Length) { return p.Width, p.Height }

// SetLineWidth sets the width of strokes.
func (p *Page) SetLineWidth(w vg.Length) { p.state.pen.width = w.Points() }

// SetLineDash sets the lengths of dashes and gaps.
func (p *Page) SetLineDash(pattern []vg.Length, offset vg.Length) {
	p.state.pen.dash = nil
	for _, d := range pattern {
		p.state.pen.dash = append(p.state.pen.dash, d.Points())
	}
	p.state.pen.offset = offset.Points()
}

// SetColor sets the colour of strokes, fills and text; nil is black.
func (p *Page) SetColor(c color.Color) {
	if c == nil {
		c = color.Black
	}
	p.state.pen.color = color.NRGBAModel.Convert(c).(color.NRGBA)
}

// Rotate turns what is drawn next by rad radians, counterclockwise.
func (p *Page) Rotate(rad float64) {
	sin, cos := math.Sincos(rad)
	p.transform(matrix{cos, sin, -sin, cos, 0, 0})
}

// Translate moves what is drawn next.
func (p *Page) Translate(pt vg.Point) {
	p.transform(matrix{1, 0, 0, 1, pt.X.Points(), pt.Y.Points()})
}

// Scale stretches what is drawn next.
func (p *Page) Scale(x, y float64) { p.transform(matrix{x, 0, 0, y, 0, 0}) }

func (p *Page) transform(m matrix) { p.state.matrix = p.state.matrix.times(m) }

// Push saves pen and transform.
func (p *Page) Push() { p.stack = append(p.stack, p.state) }

// Pop restores what the last Push saved.
func (p *Page) Pop() {
	last := len(p.stack) - 1
	p.state, p.stack = p.stack[last], p.stack[:last]
}

// Stroke draws the line of a path.
func (p *Page) Stroke(q vg.Path) {
	pen := p.state.pen
	if pen.width <= 0 || pen.color.A == 0 {
		return
	}
	pen.width *= p.state.matrix.scale()
	p.add(mark{kind: strokeMark, pen: pen, path: convert(q, p.state.matrix)})
}

// Fill paints the inside of a path (non-zero winding).
func (p *Page) Fill(q vg.Path) {
	if p.state.pen.color.A == 0 {
		return
	}
	if d, ok := p.circle(q); ok {
		p.add(mark{kind: circleMark, pen: pen{color: p.state.pen.color}, disc: d})
		return
	}
	p.add(mark{kind: fillMark, pen: pen{color: p.state.pen.color}, path: convert(q, p.state.matrix)})
}

// circle recognises a path that is one full turn.
func (p *Page) circle(q vg.Path) (disc, bool) {
	if len(q) != 3 || q[0].Type != vg.MoveComp || q[1].Type != vg.ArcComp || q[2].Type != vg.CloseComp || math.Abs(q[1].Angle) < 2*math.Pi-1e-9 {
		return disc{}, false
	}
	return disc{p.state.matrix.apply(fromVG(q[1].Pos)), q[1].Radius.Points() * p.state.matrix.scale()}, true
}

// add appends a mark. Opaque strokes alike are kept as one path: a grid is one
// element, not thirty.
func (p *Page) add(m mark) {
	if n := len(p.marks); n > 0 && m.kind == strokeMark && m.pen.color.A == 255 {
		if last := &p.marks[n-1]; last.kind == strokeMark && last.pen.equal(m.pen) {
			last.path = append(last.path, m.path...)
			return
		}
	}
	p.marks = append(p.marks, m)
}

// FillString draws a line of text with its left end on the baseline at pt.
func (p *Page) FillString(f font.Face, pt vg.Point, s string) {
	if f.Font.Size == 0 || s == "" {
		return
	}
	run, err := shape(f.Font, s)
	if err != nil {
		p.errors = append(p.errors, err)
		return
	}
	run.matrix = p.state.matrix.times(matrix{1, 0, 0, 1, pt.X.Points(), pt.Y.Points()})
	if err := p.inside(run); err != nil {
		p.errors = append(p.errors, err)
		return
	}
	p.marks = append(p.marks, mark{kind: textMark, pen: pen{color: p.state.pen.color}, run: run})
}

// inside refuses text that would be cut off at the edge of the page.
func (p *Page) inside(r run) error {
	const slack = 0.5 // points
	for _, y := range []float64{-0.05 * r.size, 0.72 * r.size} {
		for _, x := range []float64{0, r.width * r.unit()} {
			at := r.matrix.apply(point{x, y})
			if at.x < -slack || at.y < -slack || at.x > p.Width.Points()+slack || at.y > p.Height.Points()+slack {
				return fmt.Errorf("plots: the label %q doesn't fit on the figure; shorten it or make the figure wider", r.text)
			}
		}
	}
	return nil
}

// DrawImage is refused: a figure is vector from edge to edge. The error shows
// in Err.
func (p *Page) DrawImage(vg.Rectangle, image.Image) {
	p.errors = append(p.errors, errors.New("plots: a raster image inside a figure can't be written as vector graphics"))
}
