package plots

import (
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"songsong/plots/measure"
)

const (
	dotRadius  = 1.5  // points
	dotOpacity = 0.30 // of one repetition
	markRadius = 2.7
)

// column is the repetitions at one x with their summary.
type column struct {
	x      float64
	values []float64
	sum    measure.Summary
}

// columns draws every repetition as a faint dot, and each median with its
// interval. A repetition beyond the panel is an arrowhead at its edge. shift moves the whole series sideways, in points, so that several
// series at one worker count don't hide each other.
type columns struct {
	data   []column
	color  color.NRGBA
	shape  shape
	hollow bool
	shift  vg.Length
	room   vg.Length // kept free beside the edges, beyond the marks' own
	k      vg.Length
}

// Plot implements plot.Plotter.
func (d columns) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	in := func(y float64) bool { return y >= p.Y.Min && y <= p.Y.Max }
	for _, col := range d.data {
		x := tx(col.x) + d.shift*d.k
		c.SetColor(faint(d.color, dotOpacity))
		for i, v := range col.values {
			at := vg.Point{X: x + spread(i)*d.k, Y: ty(math.Max(p.Y.Min, math.Min(p.Y.Max, v)))}
			switch {
			case in(v):
				disc(&c, at, dotRadius*d.k)
			case v > p.Y.Max:
				triangle(&c, at, 1.3*dotRadius*d.k)
			default:
				wedge(&c, at, 1.3*dotRadius*d.k)
			}
		}
	}
	for _, col := range d.data {
		x := tx(col.x) + d.shift*d.k
		if col.sum.N > 0 && col.sum.Bounded() {
			lo, hi := math.Max(col.sum.Lo, p.Y.Min), math.Min(col.sum.Hi, p.Y.Max)
			bar(&c, vg.Point{X: x, Y: ty(lo)}, vg.Point{X: x, Y: ty(hi)}, d.color, d.k)
		}
		if col.sum.N > 0 && in(col.sum.Median) {
			marker(&c, vg.Point{X: x, Y: ty(col.sum.Median)}, d.shape, d.color, d.hollow, d.k)
		}
	}
}

// GlyphBoxes implements plot.GlyphBoxer: marks at the edge are not cut off.
func (d columns) GlyphBoxes(p *plot.Plot) []plot.GlyphBox {
	var out []plot.GlyphBox
	for _, col := range d.data {
		half := (6 + dotRadius + d.room) * d.k
		mid := d.shift * d.k
		out = append(out, plot.GlyphBox{X: p.X.Norm(col.x), Y: 0.5, Rectangle: vg.Rectangle{
			Min: vg.Point{X: mid - half}, Max: vg.Point{X: mid + half},
		}})
	}
	return out
}

// spread places repetition i a little to the side, the same way every time.
func spread(i int) vg.Length {
	const golden = 0.618033988749895
	_, frac := math.Modf(float64(i+1) * golden)
	return vg.Length(12*frac - 6)
}

// bar draws an interval with short caps.
func bar(c *draw.Canvas, lo, hi vg.Point, col color.NRGBA, k vg.Length) {
	sty := draw.LineStyle{Color: col, Width: 1.1 * k}
	c.StrokeLine2(sty, lo.X, lo.Y, hi.X, hi.Y)
	c.StrokeLine2(sty, lo.X-2.2*k, lo.Y, lo.X+2.2*k, lo.Y)
	c.StrokeLine2(sty, hi.X-2.2*k, hi.Y, hi.X+2.2*k, hi.Y)
}

// marker draws a filled or hollow shape with a white rim, so that it stands out
// from its own dots.
func marker(c *draw.Canvas, at vg.Point, s shape, col color.NRGBA, hollow bool, k vg.Length) {
	c.SetColor(color.White)
	s(c, at, (markRadius+0.9)*k)
	c.SetColor(col)
	s(c, at, markRadius*k)
	if hollow {
		c.SetColor(color.White)
		s(c, at, (markRadius-1.1)*k)
	}
}

// curve draws a function over the x range, as far as it is inside the panel.
type curve struct {
	f        func(x float64) float64
	from, to float64
	style    draw.LineStyle
}

// Plot implements plot.Plotter.
func (d curve) Plot(c draw.Canvas, p *plot.Plot) {
	c.StrokeLines(d.style, c.ClipLinesXY(simplify(trace(&c, p, d.f, d.from, d.to)))...)
}

// trace computes the points of a function in the panel.
func trace(c *draw.Canvas, p *plot.Plot, f func(float64) float64, from, to float64) []vg.Point {
	const n = 64
	tx, ty := p.Transforms(c)
	var pts []vg.Point
	for i := range n + 1 {
		t := float64(i) / n
		x := from + t*(to-from)
		if _, log := p.X.Scale.(plot.LogScale); log {
			x = from * math.Pow(to/from, t)
		}
		y := f(x)
		if _, log := p.Y.Scale.(plot.LogScale); log && y <= 0 {
			continue
		}
		if !math.IsNaN(y) && !math.IsInf(y, 0) {
			pts = append(pts, vg.Point{X: tx(x), Y: ty(y)})
		}
	}
	return pts
}

// band fills between two functions.
type band struct {
	lo, hi   func(x float64) float64
	from, to float64
	color    color.NRGBA
}

// Plot implements plot.Plotter.
func (d band) Plot(c draw.Canvas, p *plot.Plot) {
	pts := trace(&c, p, d.lo, d.from, d.to)
	back := trace(&c, p, d.hi, d.from, d.to)
	slices.Reverse(back)
	c.FillPolygon(d.color, c.ClipPolygonXY(append(pts, back...)))
}

// simplify drops the points of straight stretches.
func simplify(pts []vg.Point) []vg.Point {
	if len(pts) < 3 {
		return pts
	}
	out := pts[:1:1]
	for i := 1; i < len(pts)-1; i++ {
		a, b, c := out[len(out)-1], pts[i], pts[i+1]
		cross := (b.X-a.X)*(c.Y-a.Y) - (b.Y-a.Y)*(c.X-a.X)
		length := vg.Length(math.Hypot(float64(c.X-a.X), float64(c.Y-a.Y)))
		if math.Abs(float64(cross)) > 0.003*float64(length) {
			out = append(out, b)
		}
	}
	return append(out, pts[len(pts)-1])
}

// joined draws a line through the medians of a simulation.
type joined struct {
	data  []column
	style draw.LineStyle
}

// Plot implements plot.Plotter.
func (d joined) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	var pts []vg.Point
	for _, col := range d.data {
		pts = append(pts, vg.Point{X: tx(col.x), Y: ty(col.sum.Median)})
	}
	c.StrokeLines(d.style, c.ClipLinesXY(pts)...)
}

// upright draws a vertical reference line.
type upright struct {
	x     float64
	style draw.LineStyle
}

// Plot implements plot.Plotter.
func (d upright) Plot(c draw.Canvas, p *plot.Plot) {
	tx, _ := p.Transforms(&c)
	c.StrokeLine2(d.style, tx(d.x), c.Min.Y, tx(d.x), c.Max.Y)
}

// grid draws thin lines at the labelled ticks of the axes chosen.
type grid struct{ x, y bool }

// Plot implements plot.Plotter.
func (g grid) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	sty := draw.LineStyle{Color: gridInk, Width: 0.5}
	if g.y {
		for _, t := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
			if t.Label != "" && t.Value >= p.Y.Min && t.Value <= p.Y.Max {
				c.StrokeLine2(sty, c.Min.X, ty(t.Value), c.Max.X, ty(t.Value))
			}
		}
	}
	if g.x {
		for _, t := range p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max) {
			if t.Label != "" && t.Value >= p.X.Min && t.Value <= p.X.Max {
				c.StrokeLine2(sty, tx(t.Value), c.Min.Y, tx(t.Value), c.Max.Y)
			}
		}
	}
}

func solid(col color.Color, width vg.Length) draw.LineStyle {
	return draw.LineStyle{Color: col, Width: width}
}

func dashed(col color.Color, width vg.Length, dashes ...vg.Length) draw.LineStyle {
	return draw.LineStyle{Color: col, Width: width, Dashes: dashes}
}
