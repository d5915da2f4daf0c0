package plots

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"

	"songsong/plots/laws"
	"songsong/plots/measure"
)

// Speedup draws how much faster a job got with more workers: every repetition
// as a faint dot, each median with its 95 % interval, the ideal line, the fit
// of Amdahl's law with its serial part, a line at the physical cores, and the
// efficiency below. Where the system tells the run-queue wait and it matters,
// hollow marks show the speedup without it.
func Speedup(r *measure.Scaling, options ...Option) *Figure {
	b, fig := newScaling(r, "speedup", options)
	if fig != nil {
		return fig
	}
	if r.Weak {
		return failed(b.set, fmt.Errorf("plots: this job grew with its workers; plots.Weak draws it"))
	}
	b.mainPanel()
	switch b.set.panels {
	case panelsOne:
	case panelsAll:
		b.efficiencyPanel(105)
		b.karpFlattPanel(105)
	default:
		b.efficiencyPanel(115)
	}
	return b.finish("speedup")
}

// scaling builds the figures of a measure.Scaling.
type scaling struct {
	r      *measure.Scaling
	set    settings
	fig    *Figure
	counts []int
	laws   []law               // one per series; f is nil where there is none
	beyond map[repetition]bool // outside a panel
}

// newScaling checks the data; the figure returned is nil unless there is
// nothing to draw.
func newScaling(r *measure.Scaling, name string, options []Option) (*scaling, *Figure) {
	set := newSettings(name, options)
	if r == nil {
		return nil, failed(set, errNoData)
	}
	reps := 0
	for _, s := range r.Series {
		for _, p := range s.Points {
			reps += len(p.Wall)
		}
	}
	if reps == 0 {
		err := errNoData
		if r.Err != nil {
			err = fmt.Errorf("%w (%w)", errNoData, r.Err)
		}
		return nil, failed(set, err)
	}
	b := &scaling{r: r, set: set, counts: r.Workers(), beyond: map[repetition]bool{}}
	b.fig = &Figure{set: set}
	b.fitLaws()
	return b, nil
}

func speedupOf(s float64, _ int) float64    { return s }
func efficiencyOf(s float64, p int) float64 { return s / float64(p) }
func karpFlattOf(s float64, p int) float64  { return laws.KarpFlatt(s, float64(p)) }

func (b *scaling) mainPanel() {
	y := b.set.say("speedup.axis")
	switch {
	case b.r.Weak:
		y = b.set.say("weak.axis")
	case b.r.Base != nil:
		y = b.set.say("speedup.base")
	}
	p := newPlot(&b.set)
	p.Add(grid{y: true})
	b.seriesLegend()
	b.coresLines(p, true)
	last := float64(b.counts[len(b.counts)-1])
	p.Add(curve{b.ideal, float64(b.counts[0]), last, b.idealStyle()})
	b.referenceLegend("ideal")
	most := b.addSeries(p, func(f func(float64) float64) func(float64) float64 { return f }, speedupOf)
	b.setX(p)
	b.setSpeedupY(p, most)
	b.countBeyond(p, speedupOf)
	b.fig.panels = append(b.fig.panels, panel{plot: p, height: 215, xLabel: b.xLabel(), yLabel: override(y, b.set.yLabel)})
}

// ideal is a speedup of p, or of p over the fewest workers where those are the
// base.
func (b *scaling) ideal(p float64) float64 {
	if b.r.Base != nil {
		return p
	}
	return p / float64(b.counts[0])
}

// addSeries adds the curve and the marks of every series and returns the
// largest value that must be seen. of makes the panel's quantity of a speedup,
// curveOf makes it of a law; nil draws no curve.
func (b *scaling) addSeries(p *plot.Plot, curveOf func(func(float64) float64) func(float64) float64, of func(float64, int) float64) float64 {
	most := 0.0
	k := b.set.scale()
	for i := range b.r.Series {
		if l := b.laws[i]; l.f != nil && curveOf != nil {
			b.addLaw(p, l, curveOf, colorOf(i))
		}
	}
	for i := range b.r.Series {
		for _, corrected := range []bool{false, true} {
			if corrected && !b.showCorrected(i) {
				continue
			}
			cols := b.columns(i, corrected, of)
			for _, c := range cols {
				most = math.Max(most, top(c))
			}
			if b.r.Series[i].Simulated {
				p.Add(joined{cols, dashed(colorOf(i), 1*k, 3*k, 1.5*k)})
				p.Add(columns{data: cols, color: colorOf(i), shape: shapeOf(i), hollow: true, k: k})
				continue
			}
			p.Add(columns{data: cols, color: colorOf(i), shape: shapeOf(i), hollow: corrected, shift: b.shift(i, corrected), k: k})
		}
	}
	return most
}

func (b *scaling) setX(p *plot.Plot) {
	k := b.set.scale()
	p.X.Min, p.X.Max = float64(b.counts[0]), float64(b.counts[len(b.counts)-1])
	if p.X.Min == p.X.Max {
		p.X.Max++
	}
	if b.set.logLog {
		p.X.Scale = plot.LogScale{}
	}
	room := b.set.width - 75*k
	p.X.Tick.Marker = countTicks(b.counts, b.set.logLog, room, p.X.Tick.Label.Font.Size)
	p.Add(b.edges())
}

// setSpeedupY shows the ideal line in full, unless that would squeeze the data
// into the lower part of the panel.
func (b *scaling) setSpeedupY(p *plot.Plot, most float64) {
	ideal := float64(b.counts[len(b.counts)-1])
	p.Y.Max = most * 2
	if ideal <= 2.6*most {
		p.Y.Max = math.Max(most*1.05, ideal*1.02)
	}
	if !b.set.logLog {
		p.Y.Min = 0
		p.Y.Tick.Marker = b.set.valueTicks(6)
		return
	}
	p.Y.Scale = plot.LogScale{}
	p.Y.Min = 1
	for i := range b.r.Series {
		for _, c := range b.columns(i, false, speedupOf) {
			for _, v := range c.values {
				p.Y.Min = math.Min(p.Y.Min, v*0.95)
			}
		}
	}
	p.Y.Tick.Marker = b.set.powerTicks(2)
}

func (b *scaling) efficiencyPanel(height vg.Length) {
	p := newPlot(&b.set)
	p.Add(grid{y: true})
	b.coresLines(p, len(b.fig.panels) == 0)
	last := float64(b.counts[len(b.counts)-1])
	p.Add(curve{func(x float64) float64 { return b.ideal(x) / x }, float64(b.counts[0]), last, b.idealStyle()})
	perWorker := func(f func(float64) float64) func(float64) float64 {
		return func(x float64) float64 { return f(x) / x }
	}
	most := math.Max(1, b.addSeries(p, perWorker, efficiencyOf))
	b.setX(p)
	p.Y.Min, p.Y.Max = 0, most*1.05
	p.Y.Tick.Marker = b.set.valueTicks(3)
	b.countBeyond(p, efficiencyOf)
	b.hideUpperX()
	b.fig.panels = append(b.fig.panels, panel{plot: p, height: height, xLabel: b.xLabel(), yLabel: b.set.say("efficiency.axis")})
}

// hideUpperX keeps the worker axis under the lowest panel only.
func (b *scaling) hideUpperX() {
	if n := len(b.fig.panels); n > 0 {
		last := &b.fig.panels[n-1]
		last.xLabel = ""
		if ticks, ok := last.plot.X.Tick.Marker.(plot.ConstantTicks); ok {
			last.plot.X.Tick.Marker = unlabelled(ticks)
		}
	}
}

func (b *scaling) xLabel() string { return override(b.set.say("workers.axis"), b.set.xLabel) }
