package plots

import (
	"cmp"
	"fmt"
	"image/color"
	"math"
	"strings"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"songsong/plots/internal/page"
)

// lanes is a chart of named rows along time: timelines and lock waits.
type lanes struct {
	set   *settings
	names []string
	bars  []laneBar
	end   float64  // seconds
	right []string // words at the right of each row
}

// laneBar is a bar in a row, from a to b seconds.
type laneBar struct {
	lane  int
	a, b  float64
	color color.NRGBA
	thin  bool // waiting: half as high
	text  string
}

// indexOf returns the place of a name in a list, adding it if it is new.
func indexOf(list *[]string, name string) int {
	for i, n := range *list {
		if n == name {
			return i
		}
	}
	*list = append(*list, name)
	return len(*list) - 1
}

// natural compares names as people do: worker 2 before worker 10.
func natural(a, b string) int {
	for a != "" && b != "" {
		na, nb := digits(a), digits(b)
		if na > 0 && nb > 0 {
			x, y := strings.TrimLeft(a[:na], "0"), strings.TrimLeft(b[:nb], "0")
			if c := cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y)); c != 0 {
				return c
			}
			a, b = a[na:], b[nb:]
			continue
		}
		if a[0] != b[0] {
			return cmp.Compare(a[0], b[0])
		}
		a, b = a[1:], b[1:]
	}
	return cmp.Compare(len(a), len(b))
}

// digits is how many digits a string begins with.
func digits(s string) int {
	return len(s) - len(strings.TrimLeft(s, "0123456789"))
}

const laneHeight = 17 // points at the default scale

// panel draws the lanes; more of them than can be read are an error.
func (l *lanes) panel() (panel, error) {
	if len(l.names) > l.set.maxLanes {
		return panel{}, fmt.Errorf("plots: rows for %d workers can't be read; draw at most %d of them", len(l.names), l.set.maxLanes)
	}
	p := newPlot(l.set)
	k := l.set.scale()
	var ticks plot.ConstantTicks
	most := 1
	for i, n := range l.names {
		lines, err := page.Wrap(p.Y.Tick.Label.Font, n, l.set.width*0.3)
		if err != nil {
			return panel{}, err
		}

		most = max(most, len(lines))
		ticks = append(ticks, plot.Tick{Value: l.y(i), Label: strings.Join(lines, "\n")})
	}
	p.Y.Tick.Marker = ticks
	p.Y.Tick.Length = 0
	p.Y.LineStyle.Width = 0
	p.Y.Tick.Label.XAlign, p.Y.Tick.Label.YAlign = text.XRight, text.YCenter
	p.Y.Min, p.Y.Max = -0.5, float64(len(l.names))-0.5
	p.Y.Padding, p.X.Padding = 2, 2*k
	unit := unitOf(l.end)
	p.X.Min, p.X.Max = 0, l.end
	if l.end == 0 {
		p.X.Max = 1e-9
	}
	inner := l.set.valueTicks(6)
	p.X.Tick.Marker = plot.TickerFunc(func(lo, hi float64) []plot.Tick {
		out := inner(lo/unit.seconds, hi/unit.seconds)
		for i := range out {
			out[i].Value *= unit.seconds
		}
		return out
	})
	p.Add(grid{x: true}, laneMarks{l, k})
	height := laneHeight*vg.Length(most*len(l.names)) + 22
	return panel{plot: p, height: height, xLabel: override(l.set.say("lanes.axis", unit.name), l.set.xLabel)}, nil
}

func (l *lanes) y(lane int) float64 { return float64(len(l.names) - 1 - lane) }

type laneMarks struct {
	l *lanes
	k vg.Length
}

// Plot implements plot.Plotter.
func (d laneMarks) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	row := ty(1) - ty(0)
	sty := style(page.Regular, 0.72*fontSize*d.k, ink)
	sty.XAlign, sty.YAlign = text.XCenter, text.YCenter
	for _, b := range d.l.merged(0.3 / float64(tx(1)-tx(0))) {
		half := row * 0.36
		if b.thin {
			half = row * 0.16
		}
		x0, x1 := tx(b.a), max(tx(b.b), tx(b.a)+0.4)
		if x1-x0 > 1.6 {
			x1 -= 0.5 // a seam between neighbours
		}
		y := ty(d.l.y(b.lane))
		c.SetColor(b.color)
		rectangle(&c, x0, y-half, x1, y+half)
		if b.text != "" && !b.thin && page.Width(sty.Font, b.text)+3*d.k < x1-x0 {
			on := sty
			on.Color = inkOn(b.color)
			c.FillText(on, vg.Point{X: (x0 + x1) / 2, Y: y}, b.text)
		}
	}
	side := style(page.Regular, 0.82*fontSize*d.k, muted)
	side.YAlign = text.YCenter
	for i, t := range d.l.right {
		c.FillText(side, vg.Point{X: c.Max.X + 4*d.k, Y: ty(d.l.y(i))}, t)
	}
}

// GlyphBoxes implements plot.GlyphBoxer: it keeps room for the words at the
// right.
func (d laneMarks) GlyphBoxes(p *plot.Plot) []plot.GlyphBox {
	var out []plot.GlyphBox
	font := page.Font(page.Regular, 0.82*fontSize*d.k)
	for i, t := range d.l.right {
		w := page.Width(font, t)
		out = append(out, plot.GlyphBox{X: 1, Y: p.Y.Norm(d.l.y(i)), Rectangle: vg.Rectangle{Max: vg.Point{X: w + 5*d.k}}})
	}
	return out
}

// merged joins bars of one row and look with gaps too small to be seen (in
// seconds), so that a hundred thousand spans stay a small file.
func (l *lanes) merged(gap float64) []laneBar {
	type look struct {
		lane  int
		color color.NRGBA
		thin  bool
	}
	last := map[look]int{}
	var out []laneBar
	for _, b := range l.bars {
		key := look{b.lane, b.color, b.thin}
		if i, ok := last[key]; ok && b.a-out[i].b < gap && (b.b-b.a < 2*gap || out[i].b-out[i].a < 2*gap) {
			out[i].b = math.Max(out[i].b, b.b)
			out[i].text = ""
			continue
		}
		last[key] = len(out)
		out = append(out, b)
	}
	return out
}

// inkOn is black or white, whichever can be read on a colour.
func inkOn(c color.NRGBA) color.Color {
	if 0.299*float64(c.R)+0.587*float64(c.G)+0.114*float64(c.B) > 140 {
		return ink
	}
	return color.White
}

func seconds(d time.Duration) float64 { return d.Seconds() }
