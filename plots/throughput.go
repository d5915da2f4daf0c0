package plots

import (
	"math"
	"slices"

	"gonum.org/v1/plot"

	"songsong/plots/laws"
	"songsong/plots/measure"
)

// Throughput draws how many jobs per unit of time a system did at each load, as
// a load test gives them: every observation as a mark, the universal scalability
// law fitted to them as R's usl does, a line at the load where the law peaks,
// and the line of ideal growth γ·p. It needs three loads and four observations;
// NoFit leaves the law out and takes any.
//
// The unit of time is the data's; say it with YLabel.
func Throughput(observed []laws.Observation, options ...Option) *Figure {
	set := newSettings("throughput", options)
	if len(observed) == 0 {
		return failed(set, errNoData)
	}
	b := &throughput{set: set, fig: &Figure{set: set}, cols: byWorkers(observed)}
	if set.fit != fitNone {
		u, err := laws.FitUSL(observed)
		if err != nil {
			return failed(set, err)
		}
		b.law = &u
	}
	b.draw()
	b.describe(observed)
	return b.fig
}

// throughput builds the figure of a load test.
type throughput struct {
	set  settings
	fig  *Figure
	cols []column
	law  *laws.USL
}

// byWorkers groups observations by load, least first.
func byWorkers(observed []laws.Observation) []column {
	values := map[float64][]float64{}
	for _, o := range observed {
		values[o.Workers] = append(values[o.Workers], o.Value)
	}
	var out []column
	for p, v := range values {
		out = append(out, column{p, v, measure.Summarize(v)})
	}
	slices.SortFunc(out, func(a, b column) int { return int(math.Copysign(1, a.x-b.x)) })
	return out
}

func (b *throughput) draw() {
	k := b.set.scale()
	p := newPlot(&b.set)
	p.Add(grid{y: true})
	first, last := b.cols[0].x, b.cols[len(b.cols)-1].x
	most := 0.0
	for _, c := range b.cols {
		most = math.Max(most, top(c))
	}
	b.add(entry{b.set.say("observed"), markSample(shapeOf(0), colorOf(0))})
	if b.law != nil {
		b.addLaw(p, first, last)
	}
	p.Add(columns{data: b.cols, color: colorOf(0), shape: shapeOf(0), k: k})
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = first, last, 0, 1.12*most
	if first == last {
		p.X.Max++
	}
	if b.set.logLog {
		p.X.Scale, p.Y.Scale = plot.LogScale{}, plot.LogScale{}
		p.Y.Min = b.cols[0].sum.Median / 1.3
		p.Y.Tick.Marker = b.set.powerTicks(2)
	} else {
		p.Y.Tick.Marker = b.set.valueTicks(5)
	}
	p.X.Tick.Marker = countTicks(b.loads(), b.set.logLog, b.set.width-75*k, p.X.Tick.Label.Font.Size)
	b.fig.panels = []panel{{plot: p, height: 215,
		xLabel: override(b.set.say("load.axis"), b.set.xLabel),
		yLabel: override(b.set.say("throughput.axis"), b.set.yLabel)}}
}

func (b *throughput) add(e entry) { b.fig.legend = append(b.fig.legend, e) }

// addLaw adds the fitted curve, the ideal line and the peak.
func (b *throughput) addLaw(p *plot.Plot, first, last float64) {
	k := b.set.scale()
	ideal := dashed(muted, 1*k, 5*k, 3*k)
	p.Add(curve{func(x float64) float64 { return b.law.Gamma.Value * x }, first, last, ideal})
	p.Add(curve{b.law.Throughput, first, last, solid(colorOf(1), 1.3*k)})
	b.add(entry{b.lawText(), lineSample(solid(colorOf(1), 1.3*k))})
	b.add(entry{b.set.say("ideal.throughput"), lineSample(ideal)})
	if peak := b.law.Peak(); peak > first && peak < last {
		sty := dashed(palette[3], 1*k, 1.5*k, 2*k)
		p.Add(upright{peak, sty})
		b.add(entry{b.set.say("peak", b.set.number(peak, 3)), verticalSample(sty)})
	}
}

func (b *throughput) lawText() string {
	u := b.law
	return b.set.say("usl.all", b.set.coefficient(u.Alpha), b.set.coefficient(u.Beta), b.set.coefficient(u.Gamma))
}

// loads are the loads as whole numbers, for the ticks.
func (b *throughput) loads() []int {
	var out []int
	for _, c := range b.cols {
		out = append(out, int(math.Round(c.x)))
	}
	return slices.Compact(out)
}

// describe fills in title, caption, summary and data.
func (b *throughput) describe(observed []laws.Observation) {
	s := &b.set
	b.fig.title = s.heading(s.say("throughput"))
	b.fig.caption = []string{override(s.say("caption.throughput", len(observed)), s.caption)}
	b.fig.summary = s.say("caption.throughput", len(observed))
	b.fig.data = table{header: []string{"load", "throughput", "fitted"}}
	if b.law != nil {
		b.fig.summary = b.lawText()
		if peak := b.law.Peak(); !math.IsInf(peak, 1) {
			b.fig.summary += "; " + s.say("peak", s.number(peak, 3))
		}
	}
	for _, o := range observed {
		fitted := math.NaN()
		if b.law != nil {
			fitted = b.law.Throughput(o.Workers)
		}
		b.fig.data.add(o.Workers, o.Value, fitted)
	}
}
