package page

import (
	"bytes"
	"fmt"
	"image/color"
	"image/png"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgeps"
	"gonum.org/v1/plot/vg/vgimg"
)

// PNG draws the page at the given number of dots per inch on white.
func (p *Page) PNG(dpi int) ([]byte, error) {
	if err := p.Err(); err != nil {
		return nil, err
	}
	c := vgimg.NewWith(vgimg.UseWH(p.Width, p.Height), vgimg.UseDPI(dpi), vgimg.UseBackgroundColor(color.White))
	if err := p.replay(c); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	enc := png.Encoder{CompressionLevel: png.DefaultCompression}
	if err := enc.Encode(&out, fewColors(c.Image())); err != nil {
		return nil, fmt.Errorf("plots: write PNG: %w", err)
	}
	return out.Bytes(), nil
}

// EPS writes the page as encapsulated PostScript with text as outlines.
// PostScript has no transparency, so pale colours are mixed with white.
func (p *Page) EPS() ([]byte, error) {
	if err := p.Err(); err != nil {
		return nil, err
	}
	c := vgeps.NewTitle(p.Width, p.Height, "figure")
	if err := p.replay(opaque{c}); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if _, err := c.WriteTo(&out); err != nil {
		return nil, fmt.Errorf("plots: write EPS: %w", err)
	}
	return undated(out.Bytes()), nil
}

// undated drops the comment with the time of writing.
func undated(eps []byte) []byte {
	var out []byte
	for line := range bytes.Lines(eps) {
		if !bytes.HasPrefix(line, []byte("%%CreationDate")) {
			out = append(out, line...)
		}
	}
	return out
}

type opaque struct{ vg.Canvas }

func (o opaque) SetColor(c color.Color) {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	mix := func(v uint8) uint8 { return uint8((int(v)*int(n.A) + 255*(255-int(n.A))) / 255) }
	o.Canvas.SetColor(color.NRGBA{mix(n.R), mix(n.G), mix(n.B), 255})
}

// replay draws the marks on another canvas, text as filled outlines.
func (p *Page) replay(c vg.Canvas) error {
	for _, m := range p.marks {
		c.SetColor(m.pen.color)
		switch m.kind {
		case fillMark:
			c.Fill(m.path.vg(identity))
		case circleMark:
			c.Fill(m.disc.vg())
		case strokeMark:
			c.SetLineWidth(vg.Length(m.pen.width))
			c.SetLineDash(lengths(m.pen.dash), vg.Length(m.pen.offset))
			c.Stroke(m.path.vg(identity))
		case textMark:
			q, err := m.run.path()
			if err != nil {
				return err
			}
			c.Fill(q)
		}
	}
	return nil
}

func (d disc) vg() vg.Path {
	at := vg.Point{X: vg.Length(d.center.x), Y: vg.Length(d.center.y)}
	var p vg.Path
	p.Move(vg.Point{X: at.X + vg.Length(d.radius), Y: at.Y})
	p.Arc(at, vg.Length(d.radius), 0, 2*math.Pi)
	p.Close()
	return p
}

func lengths(d []float64) []vg.Length {
	out := make([]vg.Length, len(d))
	for i, l := range d {
		out[i] = vg.Length(l)
	}
	return out
}

// path returns the outlines of a run in page coordinates.
func (r run) path() (vg.Path, error) {
	var out vg.Path
	k := r.unit()
	for _, g := range r.glyphs {
		o, err := r.face.outline(g.index)
		if err != nil {
			return nil, err
		}
		out = append(out, o.vg(r.matrix.times(matrix{k, 0, 0, k, g.x * k, 0}))...)
	}
	return out, nil
}

func (q path) vg(m matrix) vg.Path {
	var out vg.Path
	at := func(p point) vg.Point {
		p = m.apply(p)
		return vg.Point{X: vg.Length(p.x), Y: vg.Length(p.y)}
	}
	for _, s := range q {
		switch s.op {
		case 'M':
			out.Move(at(s.pt[0]))
		case 'L':
			out.Line(at(s.pt[0]))
		case 'Q':
			out.QuadTo(at(s.pt[0]), at(s.pt[1]))
		case 'C':
			out.CubeTo(at(s.pt[0]), at(s.pt[1]), at(s.pt[2]))
		case 'Z':
			out.Close()
		}
	}
	return out
}
