package plots

import (
	"image/color"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"songsong/plots/measure"
)

// Distributions draws each operation's repetitions as dots, with the box of the
// middle half, the median and its 95 % interval, on a linear scale if all are
// within a factor of ten, else logarithmic.
func Distributions(s *measure.Samples, options ...Option) *Figure {
	b, fig := newSampled(s, "distributions", options)
	if fig != nil {
		return fig
	}
	p := b.rowsPlot("time.axis")
	b.linearOrLogX(p)
	k := b.set.scale()
	for i, it := range b.items {
		p.Add(rowBox{b.y(i), it, k})
	}
	b.fig.legend = []entry{
		{b.set.say("repetition"), dotSample(muted)},
		{b.set.say("box"), boxSample(faint(muted, 0.25))},
		{b.set.say("box.median"), medianSample(muted)},
	}
	return b.finish(p, "distributions", 40)
}

// rowBox draws the repetitions above and the box of the middle half below the
// middle of a row.
type rowBox struct {
	y    float64
	item item
	k    vg.Length
}

// Plot implements plot.Plotter.
func (d rowBox) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	c.SetColor(faint(d.item.color, dotOpacity))
	for i, v := range d.item.values {
		disc(&c, vg.Point{X: tx(v), Y: ty(d.y) + 8*d.k + spread(i)*0.9*d.k}, dotRadius*d.k)
	}
	d.box(&c, p, ty(d.y)-7*d.k)
}

// box draws extremes, middle half, interval of the median, and the median as a
// line.
func (d rowBox) box(c *draw.Canvas, p *plot.Plot, y vg.Length) {
	tx, _ := p.Transforms(c)
	v := slices.Sorted(slices.Values(d.item.values))
	col := d.item.color
	c.StrokeLine2(solid(faint(col, 0.6), 0.8*d.k), tx(v[0]), y, tx(v[len(v)-1]), y)
	c.SetColor(color.White)
	rectangle(c, tx(quantile(v, 0.25)), y-5*d.k, tx(quantile(v, 0.75)), y+5*d.k)
	c.SetColor(faint(col, 0.25))
	rectangle(c, tx(quantile(v, 0.25)), y-5*d.k, tx(quantile(v, 0.75)), y+5*d.k)
	if d.item.sum.Bounded() {
		c.SetColor(faint(col, 0.55))
		rectangle(c, tx(d.item.sum.Lo), y-3*d.k, tx(d.item.sum.Hi), y+3*d.k)
	}
	c.StrokeLine2(solid(col, 1.5*d.k), tx(d.item.sum.Median), y-6*d.k, tx(d.item.sum.Median), y+6*d.k)
}

// quantile interpolates between order statistics (type 7, as R and NumPy do).
func quantile(sorted []float64, q float64) float64 {
	h := q * float64(len(sorted)-1)
	i := int(h)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (h-float64(i))*(sorted[i+1]-sorted[i])
}
