package plots

import (
	"errors"
	"math"

	"gonum.org/v1/plot/vg"

	"songsong/plots/laws"
	"songsong/plots/measure"
)

// Efficiency draws the efficiency S(p)/p alone: what share of each worker is
// put to use.
func Efficiency(r *measure.Scaling, options ...Option) *Figure {
	b, fig := newScaling(r, "efficiency", options)
	if fig != nil {
		return fig
	}
	b.seriesLegend()
	b.efficiencyPanel(215)
	b.referenceLegend("ideal.efficiency")
	return b.finish("efficiency")
}

// KarpFlatt draws the serial fraction that each speedup implies. Where it stays
// level, a serial part limits the program; where it rises with the workers,
// overhead does. The line is what the fitted law implies, which for Amdahl's is
// its serial part. It needs a worker count above one.
func KarpFlatt(r *measure.Scaling, options ...Option) *Figure {
	b, fig := newScaling(r, "karp-flatt", options)
	if fig != nil {
		return fig
	}
	if b.counts[len(b.counts)-1] < 2 {
		return failed(b.set, errors.New("plots: the serial fraction of one worker means nothing; measure two or more"))
	}
	b.seriesLegend()
	b.karpFlattPanel(215)
	return b.finish("karpflatt")
}

// Weak draws the scaled speedup p·T(1)/T(p) of a job that grows with its
// workers, made by measure.Weak, with the fit of Gustafson's law.
func Weak(r *measure.Scaling, options ...Option) *Figure {
	b, fig := newScaling(r, "weak-scaling", options)
	if fig != nil {
		return fig
	}
	if !r.Weak {
		return failed(b.set, errors.New("plots: this job stayed the same size; plots.Speedup draws it, measure.Weak measures a growing one"))
	}
	b.mainPanel()
	if b.set.panels != panelsOne {
		b.efficiencyPanel(105)
	}
	return b.finish("weak")
}

// karpFlattPanel shows the points above one worker.
func (b *scaling) karpFlattPanel(height vg.Length) {
	p := newPlot(&b.set)
	p.Add(grid{y: true})
	b.coresLines(p, len(b.fig.panels) == 0)
	most := math.Min(1, math.Max(0.05, b.addSeries(p, impliedBy, karpFlattOf)))
	b.setX(p)
	p.Y.Min, p.Y.Max = math.Min(0, b.least(karpFlattOf)), most*1.05
	p.Y.Tick.Marker = b.set.valueTicks(3)
	b.countBeyond(p, karpFlattOf)
	b.hideUpperX()
	b.fig.panels = append(b.fig.panels, panel{plot: p, height: height, xLabel: b.xLabel(), yLabel: b.set.say("karpflatt.axis")})
}

// impliedBy is the serial fraction that a law implies: level for Amdahl's.
func impliedBy(speedup func(float64) float64) func(float64) float64 {
	return func(p float64) float64 { return laws.KarpFlatt(speedup(p), p) }
}

// least is the smallest median of a quantity.
func (b *scaling) least(of func(float64, int) float64) float64 {
	low := math.Inf(1)
	for i := range b.r.Series {
		for _, c := range b.columns(i, false, of) {
			low = math.Min(low, c.sum.Median)
		}
	}
	return low
}
