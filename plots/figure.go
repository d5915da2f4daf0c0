package plots

import (
	"errors"
	"strings"
	"sync"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"songsong/plots/internal/page"
)

// A Figure is a drawing with its data. The functions of this package make them;
// a notebook shows one when it is a cell's last expression. A Figure doesn't
// change once made and may be used by several goroutines.
type Figure struct {
	set     settings
	title   string
	legend  []entry
	panels  []panel
	caption []string // sentences
	summary string
	data    table
	vega    any
	err     error

	once  sync.Once
	drawn *page.Page
}

// panel is one coordinate system; panels stand under one another.
type panel struct {
	plot   *plot.Plot
	draw   func(draw.Canvas) error // instead of plot, for drawings without axes
	height vg.Length               // of the data area and its ticks, at the default width
	xLabel string                  // under the panel
	yLabel string                  // above the panel
}

// Err says why the figure can't be drawn: no data, a character without a glyph
// (it names the character and the label), a word too long for its place.
func (f *Figure) Err() error {
	f.draw()
	return f.err
}

// Name is the base of the figure's file names.
func (f *Figure) Name() string { return fileName(f.set.name) }

// String is the figure's one-line summary with its key numbers.
func (f *Figure) String() string {
	if f.err != nil {
		return f.err.Error()
	}
	return strings.ReplaceAll(f.summary, noBreak, " ")
}

// Caption is the text under the figure.
func (f *Figure) Caption() string { return joinSentences(f.caption) }

// failed is a figure that only tells why it isn't there.
func failed(set settings, err error) *Figure { return &Figure{set: set, err: err} }

// layout lays a figure out from top to bottom: title, legend, panels, caption.
type layout struct {
	f     *Figure
	k     vg.Length // scale of everything
	width vg.Length
	parts []part
}

type part struct {
	height vg.Length
	draw   func(c draw.Canvas) error
}

const margin = 5 // points at the default scale

// fontSize is the size of axis labels; the rest follows from it.
const fontSize = 10.5

func (f *Figure) draw() {
	f.once.Do(func() {
		if f.err == nil {
			f.err = f.layOut()
		}
	})
}

func (f *Figure) layOut() error {
	l := layout{f: f, k: f.set.scale()}
	l.width = f.set.width - 2*margin*l.k
	for _, add := range []func() error{l.addTitle, l.addLegend, l.addPanels, l.addCaption} {
		if err := add(); err != nil {
			return err
		}
	}
	height := 2 * margin * l.k
	for _, p := range l.parts {
		height += p.height
	}
	pg := page.New(f.set.width, height)
	pg.Title, pg.Description, pg.Language = f.heading(), f.description(), f.set.language.tag()
	top := height - margin*l.k
	for _, p := range l.parts {
		c := draw.Canvas{Canvas: pg, Rectangle: vg.Rectangle{
			Min: vg.Point{X: margin * l.k, Y: top - p.height},
			Max: vg.Point{X: margin*l.k + l.width, Y: top},
		}}
		if err := p.draw(c); err != nil {
			return err
		}
		top -= p.height
	}
	f.drawn = pg
	return pg.Err()
}

// heading is the title for readers who can't see: the title, or the summary.
func (f *Figure) heading() string {
	if f.title != "" {
		return f.title
	}
	return f.String()
}

func (f *Figure) description() string {
	if f.set.alt != "" {
		return f.set.alt
	}
	return f.String()
}

func (l *layout) addTitle() error {
	if l.f.title == "" {
		return nil
	}
	return l.addText(l.f.title, style(page.Bold, 1.1*fontSize*l.k, ink), 3*l.k)
}

func (l *layout) addCaption() error {
	text := l.f.Caption()
	if text == "" {
		return nil
	}
	l.space(4 * l.k)
	return l.addText(text, style(page.Regular, 0.82*fontSize*l.k, muted), 0)
}

// addText adds wrapped lines, with space below.
func (l *layout) addText(text string, sty draw.TextStyle, below vg.Length) error {
	lines, err := page.Wrap(sty.Font, text, l.width)
	if err != nil {
		return err
	}
	pitch := page.LineHeight * sty.Font.Size
	for _, line := range lines {
		l.parts = append(l.parts, part{pitch, func(c draw.Canvas) error {
			c.FillText(sty, vg.Point{X: c.Min.X, Y: c.Max.Y}, line)
			return nil
		}})
	}
	l.space(below)
	return nil
}

func (l *layout) space(h vg.Length) {
	l.parts = append(l.parts, part{h, func(draw.Canvas) error { return nil }})
}

// addPanels aligns the data areas of all panels. The name of a
// vertical axis stands above it, not turned: Vietnamese with its marks reads
// badly sideways.
func (l *layout) addPanels() error {
	left, right := vg.Length(0), l.width
	areas := make([]draw.Canvas, len(l.f.panels))
	for i, p := range l.f.panels {
		if p.plot == nil {
			continue
		}
		c := draw.Canvas{Rectangle: vg.Rectangle{Max: vg.Point{X: l.width, Y: p.height * l.k}}}
		areas[i] = p.plot.DataCanvas(c)
		left, right = max(left, areas[i].Min.X), min(right, areas[i].Max.X)
	}
	label := style(page.Regular, fontSize*l.k, ink)
	for i, p := range l.f.panels {
		if p.yLabel != "" {
			if err := l.addText(p.yLabel, label, 2*l.k); err != nil {
				return err
			}
		}
		l.parts = append(l.parts, part{p.height * l.k, func(c draw.Canvas) error {
			if p.draw != nil {
				return p.draw(c)
			}
			p.plot.Draw(draw.Crop(c, left-areas[i].Min.X, right-areas[i].Max.X, 0, 0))
			return nil
		}})
		if p.xLabel != "" {
			if err := l.addCentered(p.xLabel, label, left, right); err != nil {
				return err
			}
		}
		if i < len(l.f.panels)-1 {
			l.space(5 * l.k)
		}
	}
	return nil
}

// addCentered adds text in the middle of the data area.
func (l *layout) addCentered(text string, sty draw.TextStyle, left, right vg.Length) error {
	lines, err := page.Wrap(sty.Font, text, right-left)
	if err != nil {
		return err
	}
	sty.XAlign = draw.XCenter
	l.space(2 * l.k)
	for _, line := range lines {
		l.parts = append(l.parts, part{page.LineHeight * sty.Font.Size, func(c draw.Canvas) error {
			c.FillText(sty, vg.Point{X: c.Min.X + (left+right)/2, Y: c.Max.Y}, line)
			return nil
		}})
	}
	return nil
}

var errNoData = errors.New("plots: there is nothing to draw: the measurement has no repetition")
