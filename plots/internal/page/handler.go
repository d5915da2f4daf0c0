package page

import (
	"math"
	"strings"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
)

// Text is the text handler of every figure: NFC, lines far enough apart that
// stacked Vietnamese marks (Ộ, Ẵ) never touch the line above.
var Text text.Handler = handler{}

// Measures of a line, in ems. Liberation Sans draws Ẵ up to 1.07 em above the
// baseline and ộ down to 0.22 em below.
const (
	ascent  = 0.98
	descent = 0.22
	// LineHeight is the distance of two baselines.
	LineHeight = 1.30
)

type handler struct{}

func (handler) Cache() *font.Cache { return font.DefaultCache }

// Extents counts the descent to the ascent: gonum's axes add the descent once
// more to every anchor, which would push tick labels off their ticks.
func (handler) Extents(f font.Font) font.Extents {
	return font.Extents{Ascent: (ascent + descent) * f.Size, Height: LineHeight * f.Size}
}

func (handler) Lines(s string) []string { return strings.Split(strings.TrimRight(s, "\n"), "\n") }

func (handler) Box(s string, f font.Font) (width, height, depth vg.Length) {
	return Width(f, s), ascent * f.Size, descent * f.Size
}

// Draw puts the block of text where its style's alignment says, turned around
// the anchor.
func (h handler) Draw(c vg.Canvas, s string, sty text.Style, at vg.Point) {
	lines := h.Lines(s)
	if len(lines) == 1 && lines[0] == "" {
		return
	}
	c.Push()
	defer c.Pop()
	c.SetColor(sty.Color)
	c.Translate(at)
	if math.Abs(sty.Rotation) > 1e-9 {
		c.Rotate(sty.Rotation)
	}
	size := sty.Font.Size
	height := size * vg.Length(LineHeight*float64(len(lines)-1)+ascent+descent)
	y := height*(1+vg.Length(sty.YAlign)) - ascent*size
	face := font.Face{Font: sty.Font}
	for _, line := range lines {
		x := vg.Length(sty.XAlign) * Width(sty.Font, line)
		c.FillString(face, vg.Point{X: x, Y: y}, line)
		y -= LineHeight * size
	}
}
