package plots

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// The palette of Okabe and Ito («Color Universal Design», 2008), which people
// with any common colour blindness can tell apart. Yellow is left out: it is
// too pale for thin lines on white. Every series has a shape of its own too, so
// that a grey print can be read.
var palette = []color.NRGBA{
	{0x00, 0x72, 0xB2, 255}, // blue
	{0xD5, 0x5E, 0x00, 255}, // vermilion
	{0x00, 0x9E, 0x73, 255}, // bluish green
	{0xCC, 0x79, 0xA7, 255}, // reddish purple
	{0xE6, 0x9F, 0x00, 255}, // orange
	{0x56, 0xB4, 0xE9, 255}, // sky blue
	{0x40, 0x40, 0x40, 255}, // dark grey
}

var (
	ink     = color.NRGBA{0x1A, 0x1A, 0x1A, 255} // text
	muted   = color.NRGBA{0x55, 0x55, 0x55, 255} // caption, reference lines
	axisInk = color.NRGBA{0x80, 0x80, 0x80, 255}
	gridInk = color.NRGBA{0xE6, 0xE6, 0xE6, 255}
)

func colorOf(i int) color.NRGBA { return palette[i%len(palette)] }

// faint is a colour at the given opacity.
func faint(c color.NRGBA, alpha float64) color.NRGBA {
	c.A = uint8(math.Round(255 * alpha))
	return c
}

func hex(c color.NRGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }

// mix is a colour on white: share 1 is the colour, 0 is white.
func mix(c color.NRGBA, share float64) color.NRGBA {
	m := func(v uint8) uint8 { return uint8(math.Round(255 + share*(float64(v)-255))) }
	return color.NRGBA{m(c.R), m(c.G), m(c.B), 255}
}

// shape draws a filled marker of radius r.
type shape func(c *draw.Canvas, at vg.Point, r vg.Length)

var shapes = []shape{disc, square, triangle, diamond, wedge, cross}

func shapeOf(i int) shape { return shapes[i%len(shapes)] }

func disc(c *draw.Canvas, at vg.Point, r vg.Length) {
	var p vg.Path
	p.Move(vg.Point{X: at.X + r, Y: at.Y})
	p.Arc(at, r, 0, 2*math.Pi)
	p.Close()
	c.Fill(p)
}

func square(c *draw.Canvas, at vg.Point, r vg.Length) {
	polygon(c, at, 0.9*r, 1, 1, -1, 1, -1, -1, 1, -1)
}

func triangle(c *draw.Canvas, at vg.Point, r vg.Length) {
	polygon(c, at, 1.15*r, 0, 1, -0.95, -0.75, 0.95, -0.75)
}

func wedge(c *draw.Canvas, at vg.Point, r vg.Length) {
	polygon(c, at, 1.15*r, 0, -1, -0.95, 0.75, 0.95, 0.75)
}

func diamond(c *draw.Canvas, at vg.Point, r vg.Length) {
	polygon(c, at, 1.25*r, 0, 1, 1, 0, 0, -1, -1, 0)
}

func cross(c *draw.Canvas, at vg.Point, r vg.Length) {
	const a, b = 1.0, 0.42
	polygon(c, at, 1.1*r, b, a, -b, a, -b, b, -a, b, -a, -b, -b, -b, -b, -a, b, -a, b, -b, a, -b, a, b, b, b)
}

func polygon(c *draw.Canvas, at vg.Point, r vg.Length, xy ...float64) {
	var p vg.Path
	for i := 0; i < len(xy); i += 2 {
		pt := vg.Point{X: at.X + r*vg.Length(xy[i]), Y: at.Y + r*vg.Length(xy[i+1])}
		if i == 0 {
			p.Move(pt)
		} else {
			p.Line(pt)
		}
	}
	p.Close()
	c.Fill(p)
}
