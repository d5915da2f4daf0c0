package plots

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"songsong/plots/internal/page"
	"songsong/plots/measure"
)

// sampled builds the figures of measure.Samples: rows, one per operation.
type sampled struct {
	s     *measure.Samples
	set   settings
	fig   *Figure
	items []item
	unit  timeUnit
	axis  string // name of the horizontal axis
}

type item struct {
	name   string
	values []float64 // seconds
	sum    measure.Summary
	color  color.NRGBA
	shape  shape
}

func newSampled(s *measure.Samples, name string, options []Option) (*sampled, *Figure) {
	set := newSettings(name, options)
	if s == nil {
		return nil, failed(set, errNoData)
	}
	b := &sampled{s: s, set: set}
	var groups []string
	for _, x := range s.Items {
		if len(x.Seconds) == 0 {
			continue
		}
		g := slices.Index(groups, x.Group())
		if g < 0 {
			groups = append(groups, x.Group())
			g = len(groups) - 1
		}
		b.items = append(b.items, item{x.Name, x.Seconds, x.Summary(), colorOf(g), shapeOf(g)})
	}
	if len(b.items) == 0 {
		err := errNoData
		if s.Err != nil {
			err = fmt.Errorf("%w (%w)", errNoData, s.Err)
		}
		return nil, failed(set, err)
	}
	b.fig = &Figure{set: set}
	b.unit = unitFor(b.items)
	return b, nil
}

// y is the height of row i; the first is on top.
func (b *sampled) y(i int) float64 { return float64(len(b.items) - 1 - i) }

// rowsPlot has a named row for each item.
func (b *sampled) rowsPlot(axis string) *plot.Plot {
	p := newPlot(&b.set)
	b.axis = b.set.say(axis)
	var ticks plot.ConstantTicks
	room := b.set.width * 0.36
	for i, it := range b.items {
		label := it.name
		if lines, err := page.Wrap(p.Y.Tick.Label.Font, it.name, room); err == nil {
			label = strings.Join(lines, "\n")
		} else {
			b.fig.err = err
		}
		ticks = append(ticks, plot.Tick{Value: b.y(i), Label: label})
	}
	p.Y.Tick.Marker = ticks
	p.Y.Tick.Length = 0
	p.Y.LineStyle.Width = 0
	p.Y.Tick.Label.XAlign, p.Y.Tick.Label.YAlign = text.XRight, text.YCenter
	p.Y.Min, p.Y.Max = -0.5, float64(len(b.items))-0.5
	p.Y.Padding = 2
	p.Add(grid{x: true})
	return p
}

func (b *sampled) extent() (lo, hi float64) {
	lo, hi = math.Inf(1), 0
	for _, it := range b.items {
		for _, v := range it.values {
			lo, hi = math.Min(lo, v), math.Max(hi, v)
		}
	}
	return lo, hi
}

// logX covers the data, with a whole decade on the left; room is the share of
// the figure's width that the axis will have.
func (b *sampled) logX(p *plot.Plot, room vg.Length) {
	lo, hi := b.extent()
	p.X.Scale = plot.LogScale{}
	p.X.Min = math.Pow(10, math.Floor(math.Log10(lo*0.9)))
	p.X.Max = hi * 1.1
	p.X.Tick.Marker = plot.TickerFunc(func(lo, hi float64) []plot.Tick {
		var ticks []plot.Tick
		label := page.Width(p.X.Tick.Label.Font, "100 µs") + 8*b.set.scale()
		every := max(1, int(math.Ceil(math.Log10(hi/lo)*float64(label/(room*b.set.width)))))
		for e := int(math.Ceil(math.Log10(lo) - 1e-9)); float64(e) <= math.Log10(hi)+1e-9; e++ {
			t := plot.Tick{Value: math.Pow10(e)}
			if (e+30)%every == 0 {
				t.Label = b.set.brief(t.Value, 1)
			}
			ticks = append(ticks, t)
		}
		return ticks
	})
}

func (b *sampled) linearOrLogX(p *plot.Plot) {
	lo, hi := b.extent()
	if hi/lo > 10 {
		b.logX(p, 0.55)
		return
	}
	p.X.Min, p.X.Max = 0, hi*1.03
	b.axis += " (" + b.unit.name + ")"
	ticks := b.set.valueTicks(6)
	p.X.Tick.Marker = plot.TickerFunc(func(lo, hi float64) []plot.Tick {
		out := ticks(lo/b.unit.seconds, hi/b.unit.seconds)
		for i := range out {
			out[i].Value *= b.unit.seconds
		}
		return out
	})
}

// finish gives each row its height and fills in the rest.
func (b *sampled) finish(p *plot.Plot, key string, rowHeight vg.Length) *Figure {
	b.fig.panels = []panel{{plot: p, height: rowHeight*vg.Length(len(b.items)) + 22, xLabel: override(b.axis, b.set.xLabel)}}
	title := b.s.Title
	if title == "" {
		title = b.set.say(key)
	}
	b.fig.title = b.set.heading(title)
	b.legend()
	n := 0
	var words []string
	for _, it := range b.items {
		n = max(n, len(it.values))
		words = append(words, it.name+" "+b.set.duration(it.sum.Median, 3)+" "+b.set.interval(b.set.duration(it.sum.Lo, 3), b.set.duration(it.sum.Hi, 3)))
	}
	b.fig.summary = capitalize(b.set.say(key)) + ": " + strings.Join(append(words, nonEmpty(b.set.verdict(b.s.Report))...), "; ")
	b.fig.caption = b.set.reportCaption(b.s.Report, n, b.elsewhere(), b.stopped())
	if b.set.caption != nil {
		b.fig.caption = []string{*b.set.caption}
	}
	b.fig.data = b.table()
	return b.fig
}

// elsewhere names what another program measured; those repetitions were not
// interleaved with the others.
func (b *sampled) elsewhere() string {
	var names []string
	for _, x := range b.s.Items {
		if x.Elsewhere {
			names = append(names, x.Name)
		}
	}
	if names == nil || len(names) == len(b.s.Items) {
		return ""
	}
	return b.set.say("caption.elsewhere", strings.Join(names, ", "))
}

func (b *sampled) stopped() string {
	if b.s.Err == nil {
		return ""
	}
	return capitalize(b.set.say("stopped"))
}

func (b *sampled) legend() {
	if b.fig.legend == nil {
		b.fig.legend = []entry{{b.set.say("median"), pointSample(disc, muted, false)}, {b.set.say("repetition"), dotSample(muted)}}
	}
}

func (b *sampled) table() table {
	t := table{header: []string{"name", "round", "seconds", "elsewhere"}}
	for _, x := range b.s.Items {
		for i, v := range x.Seconds {
			t.add(x.Name, i+1, v, x.Elsewhere)
		}
	}
	return t
}

func drawMedian(c *draw.Canvas, p *plot.Plot, y float64, it item, k vg.Length) {
	tx, ty := p.Transforms(c)
	if it.sum.Bounded() {
		sty := draw.LineStyle{Color: it.color, Width: 1.1 * k}
		c.StrokeLine2(sty, tx(it.sum.Lo), ty(y), tx(it.sum.Hi), ty(y))
		for _, x := range []float64{it.sum.Lo, it.sum.Hi} {
			c.StrokeLine2(sty, tx(x), ty(y)-2.4*k, tx(x), ty(y)+2.4*k)
		}
	}
	marker(c, vg.Point{X: tx(it.sum.Median), Y: ty(y)}, it.shape, it.color, false, k)
}
