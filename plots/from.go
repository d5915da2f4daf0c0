package plots

import (
	"errors"
	"fmt"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg/draw"

	"songsong/plots/internal/page"
)

// From makes a Figure of any gonum plot, which then has every format of the
// other figures, right for Vietnamese. The plot is drawn with its own fonts and
// styles, 140 mm wide (or as [Width] says) and two thirds as high; [Title] and
// the other text options don't apply, but for [Name], [Caption] and [Alt].
//
// The plot is read when the figure is first drawn; don't change it afterwards.
func From(p *plot.Plot, options ...Option) *Figure {
	set := newSettings("plot", options)
	if p == nil {
		return failed(set, errors.New("plots: there is no plot to draw: it is nil"))
	}
	fig := &Figure{set: set, summary: "Plot"}
	if p.Title.Text != "" {
		fig.summary = page.Compose(p.Title.Text)
	}
	if set.caption != nil {
		fig.caption = []string{*set.caption}
	}
	size := set.width - 2*margin*set.scale()
	fig.panels = []panel{{height: size * 2 / 3 / set.scale(), draw: func(c draw.Canvas) (err error) {
		defer func() { // gonum tells of wrong data by panicking
			if r := recover(); r != nil {
				err = fmt.Errorf("plots: gonum can't draw this plot: %v", r)
			}
		}()
		compose(p)
		p.Draw(c)
		return nil
	}}}
	fig.data = table{header: []string{"title", "x", "y"}}
	fig.data.add(p.Title.Text, p.X.Label.Text, p.Y.Label.Text)
	return fig
}

// compose normalises the texts that gonum measures rune by rune.
func compose(p *plot.Plot) {
	for _, s := range []*string{&p.Title.Text, &p.X.Label.Text, &p.Y.Label.Text} {
		*s = page.Compose(*s)
	}
}
