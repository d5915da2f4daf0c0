package plots

import (
	"image/color"
	"math"
	"strings"

	"gonum.org/v1/plot"

	"songsong/plots/laws"
	"songsong/plots/measure"
)

// law is a fitted curve of speedup.
type law struct {
	f      func(p float64) float64
	lo, hi func(p float64) float64 // at the ends of the interval; nil for laws of two parameters
	limit  float64                 // largest worker count it was fitted to
	text   string
}

func (b *scaling) fitLaws() {
	for i := range b.r.Series {
		b.laws = append(b.laws, b.fitOne(i))
	}
}

// fitOne fits the law chosen to every repetition of a series, without the
// run-queue wait where that is shown: the law is about the program, not about
// its neighbours. Too few points are no error: there is just no curve.
func (b *scaling) fitOne(i int) law {
	s := b.r.Series[i]
	if b.set.fit == fitNone || s.Simulated && b.set.fit == fitAuto {
		return law{}
	}
	limit := b.fitLimit(s)
	corrected := b.showCorrected(i)
	var obs []laws.Observation
	for _, p := range s.Points {
		if p.Workers > limit {
			continue
		}
		times := p.Wall
		if corrected {
			times = p.Corrected()
		}
		for _, t := range times {
			obs = append(obs, laws.Observation{Workers: float64(p.Workers), Value: t})
		}
	}
	l, err := b.fitLaw(i, corrected, obs)
	if err != nil {
		return law{}
	}
	l.limit = float64(limit)
	var notes []string
	if limit < s.Points[len(s.Points)-1].Workers {
		notes = append(notes, b.set.say("fit.range", limit))
	}
	if corrected {
		notes = append(notes, b.set.say("fit.corrected"))
	}
	if notes != nil {
		l.text += " (" + strings.Join(notes, ", ") + ")"
	}
	return l
}

func (b *scaling) fitLaw(series int, corrected bool, obs []laws.Observation) (law, error) {
	rebase := func(f func(float64) float64) func(float64) float64 { return b.rebase(series, corrected, f) }
	switch {
	case b.r.Weak:
		g, err := laws.FitGustafson(obs)
		at := func(serial float64) func(float64) float64 {
			return laws.Gustafson{Serial: laws.Estimate{Value: serial}}.Speedup
		}
		return law{f: g.Speedup, lo: at(g.Serial.Hi), hi: at(g.Serial.Lo), text: b.set.say("gustafson", b.share(g.Serial))}, err
	case b.set.fit == fitUSL:
		u, err := laws.FitUSLTimes(obs)
		return law{f: rebase(u.Speedup), text: b.set.say("usl", b.set.coefficient(u.Alpha), b.set.coefficient(u.Beta))}, err
	}
	a, err := laws.FitAmdahl(obs)
	at := func(serial float64) func(float64) float64 {
		return rebase(laws.Amdahl{Serial: laws.Estimate{Value: serial}}.Speedup)
	}
	return law{f: rebase(a.Speedup), lo: at(a.Serial.Hi), hi: at(a.Serial.Lo), text: b.set.say("amdahl", b.share(a.Serial))}, err
}

// fitLimit is the largest worker count that a law is fitted to: what the
// machine can run at once. More workers than cores can't be faster, and calling
// that a serial part would be wrong.
func (b *scaling) fitLimit(s measure.Series) int {
	last := s.Points[len(s.Points)-1].Workers
	cores := b.r.Report.Machine.Cores()
	if s.Simulated || cores < 2 {
		return last
	}
	return min(last, cores)
}

// rebase makes a law that is 1 at one worker pass where the figure's base puts
// the series' first point.
func (b *scaling) rebase(series int, corrected bool, f func(float64) float64) func(float64) float64 {
	first := b.r.Series[series].Points[0]
	k := 1 / f(float64(first.Workers))
	if b.r.Base != nil {
		k *= measure.Summarize(b.r.Speedups(series, 0, corrected)).Median
	}
	return func(p float64) float64 { return k * f(p) }
}

// share writes a fitted share with its interval, cut to what has a meaning.
func (b *scaling) share(e laws.Estimate) string {
	e = e.Clamp(0, 1)
	trim := func(x float64) string { return strings.TrimSuffix(b.set.percent(x), noBreak+"%") }
	return b.set.percent(e.Value) + " " + b.set.interval(trim(e.Lo), trim(e.Hi))
}

// coefficient writes a parameter of the scalability law.
func (s *settings) coefficient(e laws.Estimate) string {
	e = e.Clamp(0, math.Inf(1))
	return s.number(e.Value, 2) + " " + s.interval(s.number(e.Lo, 2), s.number(e.Hi, 2))
}

// addLaw draws a law with its band: solid as far as it was fitted, dotted
// beyond.
func (b *scaling) addLaw(p *plot.Plot, l law, curveOf func(func(float64) float64) func(float64) float64, col color.NRGBA) {
	k := b.set.scale()
	first, last := float64(b.counts[0]), float64(b.counts[len(b.counts)-1])
	limit := math.Min(l.limit, last)
	if l.lo != nil && limit > first {
		p.Add(band{curveOf(l.lo), curveOf(l.hi), first, limit, faint(col, 0.13)})
	}
	p.Add(curve{curveOf(l.f), first, limit, solid(col, 1.1*k)})
	if limit < last {
		p.Add(curve{curveOf(l.f), limit, last, dashed(col, 1*k, 1*k, 2.5*k)})
	}
}
