package plots

import (
	"image/color"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"songsong/plots/internal/page"
)

// An entry of the legend: a sample of the mark and what it means. The legend
// stands above the panels in rows, so it never covers data.
type entry struct {
	text   string
	sample func(c *draw.Canvas, mid vg.Point, k vg.Length)
}

const (
	sampleWidth = 20 // points at the default scale
	sampleGap   = 4
	entryGap    = 14
)

func style(w page.Weight, size vg.Length, c color.Color) draw.TextStyle {
	return draw.TextStyle{Color: c, Font: page.Font(w, size), YAlign: text.YTop, Handler: page.Text}
}

// addLegend flows the entries into rows; an entry wider than the figure is
// wrapped.
func (l *layout) addLegend() error {
	if len(l.f.legend) == 0 {
		return nil
	}
	sty := style(page.Regular, 0.9*fontSize*l.k, ink)
	indent := (sampleWidth + sampleGap) * l.k
	var row []placed
	x := vg.Length(0)
	for _, e := range l.f.legend {
		lines, err := page.Wrap(sty.Font, e.text, l.width-indent)
		if err != nil {
			return err
		}
		w := vg.Length(0)
		for _, line := range lines {
			w = max(w, page.Width(sty.Font, line))
		}
		if len(row) > 0 && x+indent+w > l.width {
			l.addRow(row, sty)
			row, x = nil, 0
		}
		row = append(row, placed{e, lines, x})
		x += indent + w + entryGap*l.k
	}
	l.addRow(row, sty)
	l.space(4 * l.k)
	return nil
}

type placed struct {
	entry entry
	lines []string
	x     vg.Length
}

func (l *layout) addRow(row []placed, sty draw.TextStyle) {
	most := 1
	for _, p := range row {
		most = max(most, len(p.lines))
	}
	pitch := page.LineHeight * sty.Font.Size
	l.parts = append(l.parts, part{pitch * vg.Length(most), func(c draw.Canvas) error {
		for _, p := range row {
			mid := vg.Point{X: c.Min.X + p.x + sampleWidth*l.k/2, Y: c.Max.Y - 0.62*sty.Font.Size}
			p.entry.sample(&c, mid, l.k)
			for i, line := range p.lines {
				c.FillText(sty, vg.Point{X: c.Min.X + p.x + (sampleWidth+sampleGap)*l.k, Y: c.Max.Y - vg.Length(i)*pitch}, line)
			}
		}
		return nil
	}})
}

// Samples of marks.

func lineSample(sty draw.LineStyle) func(*draw.Canvas, vg.Point, vg.Length) {
	return func(c *draw.Canvas, mid vg.Point, k vg.Length) {
		half := vg.Length(sampleWidth) / 2 * k
		c.StrokeLine2(sty, mid.X-half, mid.Y, mid.X+half, mid.Y)
	}
}

func verticalSample(sty draw.LineStyle) func(*draw.Canvas, vg.Point, vg.Length) {
	return func(c *draw.Canvas, mid vg.Point, k vg.Length) {
		c.StrokeLine2(sty, mid.X, mid.Y-5*k, mid.X, mid.Y+5*k)
	}
}

// pointSample shows faint repetitions, and the median with its bar.
func pointSample(s shape, col color.NRGBA, hollow bool) func(*draw.Canvas, vg.Point, vg.Length) {
	return func(c *draw.Canvas, mid vg.Point, k vg.Length) {
		bar(c, vg.Point{X: mid.X, Y: mid.Y - 4.2*k}, vg.Point{X: mid.X, Y: mid.Y + 4.2*k}, col, k)
		marker(c, mid, s, col, hollow, k)
	}
}

// markSample shows a mark without an interval.
func markSample(s shape, col color.NRGBA) func(*draw.Canvas, vg.Point, vg.Length) {
	return func(c *draw.Canvas, mid vg.Point, k vg.Length) { marker(c, mid, s, col, false, k) }
}

// joinedSample shows a hollow mark on a dashed line.
func joinedSample(s shape, col color.NRGBA) func(*draw.Canvas, vg.Point, vg.Length) {
	return func(c *draw.Canvas, mid vg.Point, k vg.Length) {
		lineSample(dashed(col, 1*k, 3*k, 1.5*k))(c, mid, k)
		marker(c, mid, s, col, true, k)
	}
}

func dotSample(col color.NRGBA) func(*draw.Canvas, vg.Point, vg.Length) {
	return func(c *draw.Canvas, mid vg.Point, k vg.Length) {
		c.SetColor(faint(col, dotOpacity))
		for i, dy := range []vg.Length{-2.2, 1.4, 3.0} {
			disc(c, vg.Point{X: mid.X + vg.Length(i-1)*4*k, Y: mid.Y + dy*k}, dotRadius*k)
		}
	}
}

func boxSample(col color.NRGBA) func(*draw.Canvas, vg.Point, vg.Length) {
	return func(c *draw.Canvas, mid vg.Point, k vg.Length) {
		c.SetColor(col)
		rectangle(c, mid.X-7*k, mid.Y-3.5*k, mid.X+7*k, mid.Y+3.5*k)
	}
}

func thinSample(col color.NRGBA) func(*draw.Canvas, vg.Point, vg.Length) {
	return func(c *draw.Canvas, mid vg.Point, k vg.Length) {
		c.SetColor(col)
		rectangle(c, mid.X-7*k, mid.Y-1.7*k, mid.X+7*k, mid.Y+1.7*k)
	}
}

// medianSample shows a median as a line in its interval.
func medianSample(col color.NRGBA) func(*draw.Canvas, vg.Point, vg.Length) {
	return func(c *draw.Canvas, mid vg.Point, k vg.Length) {
		c.SetColor(faint(col, 0.55))
		rectangle(c, mid.X-5*k, mid.Y-3*k, mid.X+5*k, mid.Y+3*k)
		c.StrokeLine2(solid(col, 1.5*k), mid.X, mid.Y-5*k, mid.X, mid.Y+5*k)
	}
}

func rectangle(c *draw.Canvas, x0, y0, x1, y1 vg.Length) {
	c.Fill(rectPath(x0, y0, x1, y1))
}

func rectPath(x0, y0, x1, y1 vg.Length) vg.Path {
	var p vg.Path
	p.Move(vg.Point{X: x0, Y: y0})
	p.Line(vg.Point{X: x1, Y: y0})
	p.Line(vg.Point{X: x1, Y: y1})
	p.Line(vg.Point{X: x0, Y: y1})
	p.Close()
	return p
}
