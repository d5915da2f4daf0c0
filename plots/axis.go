package plots

import (
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"

	"songsong/plots/internal/page"
)

// newPlot returns an empty panel in the figure's style. Axis names are drawn by
// the figure: gonum misplaces those of logarithmic axes.
func newPlot(s *settings) *plot.Plot {
	p := plot.New()
	k := s.scale()
	p.BackgroundColor = nil
	p.TextHandler = page.Text
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.Label.TextStyle.Handler = page.Text // axes measure a space with it
		a.Label.TextStyle.Font = page.Font(page.Regular, fontSize*k)
		a.Tick.Label.Handler = page.Text
		a.Tick.Label.Font = page.Font(page.Regular, 0.93*fontSize*k)
		a.Tick.Label.Color = ink
		a.Tick.LineStyle.Color = axisInk
		a.Tick.LineStyle.Width = 0.6 * k
		a.Tick.Length = 3.5 * k
		a.LineStyle.Color = axisInk
		a.LineStyle.Width = 0.6 * k
		a.Padding = 6 * k
	}
	p.Y.Padding = 4 * k
	p.X.Tick.Label.XAlign, p.X.Tick.Label.YAlign = text.XCenter, text.YTop
	return p
}

// countTicks marks the worker counts that were measured, leaving out labels
// that would touch: 1, 2, 4, 8, 16 and never 3, 9, 15.
func countTicks(counts []int, log bool, room, fontSize vg.Length) plot.ConstantTicks {
	if len(counts) == 0 {
		return nil
	}
	at := func(n int) float64 {
		if log {
			return math.Log(float64(n))
		}
		return float64(n)
	}
	first, last := at(counts[0]), at(counts[len(counts)-1])
	perUnit := float64(room) / math.Max(last-first, 1e-9)
	half := func(n int) float64 {
		return float64(page.Width(page.Font(page.Regular, fontSize), strconv.Itoa(n)))/2 + 2.5
	}
	var ticks plot.ConstantTicks
	end := math.Inf(-1)
	lastLabel := counts[len(counts)-1]
	lastStart := (at(lastLabel)-first)*perUnit - half(lastLabel)
	for i, n := range counts {
		x := (at(n) - first) * perUnit
		label := strconv.Itoa(n)
		if x-half(n) < end || (i < len(counts)-1 && x+half(n) > lastStart) {
			label = ""
		} else {
			end = x + half(n)
		}
		ticks = append(ticks, plot.Tick{Value: float64(n), Label: label})
	}
	return ticks
}

// valueTicks are about n round steps over a linear range, in the language's
// decimals.
func (s *settings) valueTicks(n int) plot.TickerFunc {
	return func(lo, hi float64) []plot.Tick {
		step := niceStep((hi - lo) / float64(n))
		decimals := max(0, -int(math.Floor(math.Log10(step)+1e-9)))
		if r := step * math.Pow10(decimals); math.Abs(r-math.Round(r)) > 1e-6 {
			decimals++
		}
		var ticks []plot.Tick
		for v := math.Ceil(lo/step-1e-9) * step; v <= hi+step*1e-9; v += step {
			ticks = append(ticks, plot.Tick{Value: v, Label: s.fixed(v, decimals)})
		}
		return ticks
	}
}

// niceStep is the least of 1, 2, 2.5, 5 times a power of ten not below x.
func niceStep(x float64) float64 {
	if !(x > 0) {
		return 1
	}
	mag := math.Pow(10, math.Floor(math.Log10(x)))
	for _, m := range []float64{1, 2, 2.5, 5} {
		if m*mag >= x*(1-1e-9) {
			return m * mag
		}
	}
	return 10 * mag
}

// powerTicks are powers of base on a logarithmic axis.
func (s *settings) powerTicks(base float64) plot.TickerFunc {
	return func(lo, hi float64) []plot.Tick {
		first := math.Ceil(math.Log(lo)/math.Log(base) - 1e-9)
		last := math.Floor(math.Log(hi)/math.Log(base) + 1e-9)
		every := math.Max(1, math.Ceil((last-first)/8))
		var ticks []plot.Tick
		for e := first; e <= last; e++ {
			t := plot.Tick{Value: math.Pow(base, e)}
			if math.Mod(e-first, every) == 0 {
				t.Label = s.short(t.Value, 3)
			}
			ticks = append(ticks, t)
		}
		return ticks
	}
}

// unlabelled keeps the marks of an upper panel and drops their words: the axis
// is labelled once, at the lowest panel.
func unlabelled(ticks plot.ConstantTicks) plot.ConstantTicks {
	out := make(plot.ConstantTicks, len(ticks))
	for i, t := range ticks {
		out[i].Value = t.Value
	}
	return out
}
