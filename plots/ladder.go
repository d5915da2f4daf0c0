package plots

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"songsong/plots/internal/page"
	"songsong/plots/measure"
)

// Ladder draws what operations cost, cheapest first, on a logarithmic scale:
// every repetition as a faint dot, each median with its 95 % interval, and how
// many times dearer it is than the cheapest.
func Ladder(s *measure.Samples, options ...Option) *Figure {
	b, fig := newSampled(s, "ladder", options)
	if fig != nil {
		return fig
	}
	slices.SortStableFunc(b.items, func(a, c item) int { return cmp.Compare(a.sum.Median, c.sum.Median) })
	p := b.rowsPlot("cost.axis")
	b.logX(p, 0.4)
	k := b.set.scale()
	for i, it := range b.items {
		p.Add(rowDots{b.y(i), it, k})
	}
	p.Add(rowLabels{b.ratioLabels(), style(page.Regular, 0.9*fontSize*k, ink), k})
	return b.finish(p, "ladder", 27)
}

// ratioLabels are the costs in words, at the right end of each row.
func (b *sampled) ratioLabels() []rowLabel {
	var out []rowLabel
	for i, it := range b.items {
		label := b.set.duration(it.sum.Median, 3)
		if i > 0 {
			label += " (" + b.set.number(roundTo(it.sum.Median/b.items[0].sum.Median, 2), 2) + "×)"
		}
		right := it.sum.Median
		for _, v := range it.values {
			right = math.Max(right, v)
		}
		out = append(out, rowLabel{b.y(i), right, label})
	}
	return out
}

// roundTo keeps n significant digits.
func roundTo(x float64, n int) float64 {
	mag := math.Pow10(n - 1 - int(math.Floor(math.Log10(math.Abs(x)))))
	return math.Round(x*mag) / mag
}

// rowDots draws an operation's repetitions and median in its row.
type rowDots struct {
	y    float64
	item item
	k    vg.Length
}

// Plot implements plot.Plotter.
func (d rowDots) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	c.SetColor(faint(d.item.color, dotOpacity))
	for i, v := range d.item.values {
		disc(&c, vg.Point{X: tx(v), Y: ty(d.y) + spread(i)*0.8*d.k}, dotRadius*d.k)
	}
	drawMedian(&c, p, d.y, d.item, d.k)
}

type rowLabel struct {
	y, x float64
	text string
}

// GlyphBoxes implements plot.GlyphBoxer: it keeps room for the labels.
func (d rowLabels) GlyphBoxes(p *plot.Plot) []plot.GlyphBox {
	var out []plot.GlyphBox
	for _, l := range d.labels {
		w := page.Width(d.style.Font, l.text)
		out = append(out, plot.GlyphBox{X: p.X.Norm(l.x), Y: p.Y.Norm(l.y), Rectangle: vg.Rectangle{Max: vg.Point{X: w + 8*d.k}}})
	}
	return out
}

// rowLabels writes the value beside each row.
type rowLabels struct {
	labels []rowLabel
	style  draw.TextStyle
	k      vg.Length
}

// Plot implements plot.Plotter.
func (d rowLabels) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	sty := d.style
	sty.YAlign = text.YCenter
	for _, l := range d.labels {
		c.FillText(sty, vg.Point{X: tx(l.x) + 6*d.k, Y: ty(l.y)}, l.text)
	}
}
