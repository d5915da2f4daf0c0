package plots

import (
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"songsong/plots/measure"
)

// columns summarises the chosen quantity of a series at every point.
func (b *scaling) columns(series int, corrected bool, of func(speedup float64, workers int) float64) []column {
	var out []column
	for i, p := range b.r.Series[series].Points {
		var values []float64
		for _, s := range b.r.Speedups(series, i, corrected) {
			if v := of(s, p.Workers); !math.IsNaN(v) {
				values = append(values, v)
			}
		}
		if len(values) > 0 {
			out = append(out, column{float64(p.Workers), values, measure.Summarize(values)})
		}
	}
	return out
}

// shift puts the measured series of one worker count side by side.
func (b *scaling) shift(series int, corrected bool) vg.Length {
	n, place := 0, 0
	for i, s := range b.r.Series {
		if s.Simulated {
			continue
		}
		if i < series {
			place++
		}
		n++
	}
	s := 11 * (vg.Length(place) - vg.Length(max(n, 1)-1)/2)
	if corrected {
		s += 5.5
	}
	return s
}

// repetition is one of a series at a point.
type repetition struct{ series, workers, round int }

// countBeyond notes the repetitions that only an arrowhead shows.
func (b *scaling) countBeyond(p *plot.Plot, of func(float64, int) float64) {
	for i := range b.r.Series {
		for _, corrected := range []bool{false, true} {
			if corrected && !b.showCorrected(i) {
				continue
			}
			for _, c := range b.columns(i, corrected, of) {
				for n, v := range c.values {
					if v > p.Y.Max || v < p.Y.Min {
						b.beyond[repetition{i, int(c.x), n}] = true
					}
				}
			}
		}
	}
}

func (b *scaling) idealStyle() draw.LineStyle {
	k := b.set.scale()
	return dashed(muted, 1*k, 5*k, 3*k)
}

func (b *scaling) referenceLegend(key string) {
	b.fig.legend = append(b.fig.legend, entry{b.set.say(key), lineSample(b.idealStyle())})
}

// top is the highest of a column that must be seen.
func top(c column) float64 {
	t := c.sum.Median
	for _, v := range c.values {
		t = math.Max(t, math.Min(v, 1.5*c.sum.Median))
	}
	if c.sum.Bounded() {
		t = math.Max(t, math.Min(c.sum.Hi, 1.5*c.sum.Median))
	}
	return t
}

// showCorrected says whether the run-queue wait changes any median by more than
// 3 %: only then is it worth a second set of marks.
func (b *scaling) showCorrected(series int) bool {
	if b.set.uncorrected || b.r.Series[series].Simulated {
		return false
	}
	wall, corr := b.columns(series, false, speedupOf), b.columns(series, true, speedupOf)
	if len(wall) != len(corr) {
		return false
	}
	for i := range wall {
		if math.Abs(corr[i].sum.Median/wall[i].sum.Median-1) > 0.03 {
			return true
		}
	}
	return false
}

// edges keeps the room that the marks of the first and the last worker count
// need, the same in every panel.
func (b *scaling) edges() columns {
	var ends []column
	for _, n := range []int{b.counts[0], b.counts[len(b.counts)-1]} {
		ends = append(ends, column{x: float64(n)})
	}
	return columns{data: ends, k: b.set.scale(), shift: 0, room: -b.shift(0, false)}
}

// coresLines marks how many workers the machine can really run at once.
func (b *scaling) coresLines(p *plot.Plot, legend bool) {
	if b.r.Simulated {
		return
	}
	k := b.set.scale()
	first, last := b.counts[0], b.counts[len(b.counts)-1]
	m := b.r.Report.Machine
	for _, l := range []struct {
		n   int
		key string
		sty draw.LineStyle
	}{
		{m.PhysicalCores, "cores.physical", dashed(palette[3], 1*k, 1.5*k, 2*k)},
		{m.LogicalCores, "cores.logical", dashed(axisInk, 1*k, 1.5*k, 2*k)},
	} {
		if l.n < max(first, 2) || l.n > last || l.key == "cores.logical" && l.n == m.PhysicalCores {
			continue
		}
		p.Add(upright{float64(l.n), l.sty})
		if legend {
			b.fig.legend = append(b.fig.legend, entry{b.set.say(l.key, l.n), verticalSample(l.sty)})
		}
	}
}

// hasRepetitions says whether there is more than one value anywhere.
func (b *scaling) hasRepetitions() bool {
	for _, s := range b.r.Series {
		for _, p := range s.Points {
			if len(p.Wall) > 1 {
				return true
			}
		}
	}
	return false
}

func (b *scaling) seriesLegend() {
	k := b.set.scale()
	add := func(text string, sample func(*draw.Canvas, vg.Point, vg.Length)) {
		b.fig.legend = append(b.fig.legend, entry{text, sample})
	}
	for i, s := range b.r.Series {
		name := s.Name
		if s.Simulated {
			add(s.Name+" ("+b.set.say("simulated")+")", joinedSample(shapeOf(i), colorOf(i)))
			if l := b.laws[i]; l.f != nil {
				add(l.text, lineSample(solid(colorOf(i), 1.1*k)))
			}
			continue
		}
		if len(b.r.Series) == 1 {
			name = s.Name + ": " + b.set.say("median")
		}
		add(name, pointSample(shapeOf(i), colorOf(i), false))
		if b.showCorrected(i) {
			add(b.set.say("corrected", s.Name), pointSample(shapeOf(i), colorOf(i), true))
		}
		if l := b.laws[i]; l.f != nil {
			add(l.text, lineSample(solid(colorOf(i), 1.1*k)))
		}
	}
	if b.hasRepetitions() {
		add(b.set.say("repetition"), dotSample(muted))
	}
}
