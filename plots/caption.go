package plots

import (
	"math"
	"slices"
	"strings"

	"songsong/plots/machine"
	"songsong/plots/measure"
)

// joinSentences puts the parts of a caption together, a full stop after each.
func joinSentences(parts []string) string {
	var out []string
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, strings.TrimSuffix(p, ".")+".")
		}
	}
	return strings.Join(out, " ")
}

// machineText is the machine in one line, in the figure's language.
func (s *settings) machineText(m machine.Info) string {
	var parts []string
	if m.CPU != "" {
		parts = append(parts, m.CPU)
	}
	switch {
	case m.PhysicalCores > 0 && m.PhysicalCores != m.LogicalCores:
		parts = append(parts, s.say("caption.smt", m.PhysicalCores, m.LogicalCores))
	case m.LogicalCores > 0:
		parts = append(parts, s.say("caption.cores", m.LogicalCores))
	}
	if m.CPULimit > 0 {
		parts = append(parts, s.say("caption.limit", s.number(m.CPULimit, 2)))
	}
	if m.GoVersion != "" {
		parts = append(parts, "Go "+strings.TrimPrefix(m.GoVersion, "go")+" "+m.Arch)
	}
	return strings.Join(parts, ", ")
}

// loadText is the load before and after.
func (s *settings) loadText(r measure.Report) string {
	if r.LoadBefore < 0 || r.Machine.GoVersion == "" {
		return ""
	}
	from, to := s.fixed(r.LoadBefore, 2), s.fixed(r.LoadAfter, 2)
	if math.Abs(r.LoadBefore-r.LoadAfter) < 0.1 || r.LoadAfter < 0 {
		return s.say("caption.load", from)
	}
	return s.say("caption.load", from+" → "+to)
}

// methodText says how often was measured and how it is summarised.
func (s *settings) methodText(r measure.Report, n int) string {
	key := "caption.n1"
	if r.Rounds > 0 {
		key, n = "caption.n", r.Rounds
	}
	return s.say(key, n) + "; " + s.say("caption.median")
}

// verdict is empty for a settled measurement.
func (s *settings) verdict(r measure.Report) string {
	switch {
	case r.Rounds == 0 || r.Settled:
		return ""
	case math.IsInf(r.Spread, 1):
		return s.say("inconclusive.few")
	}
	return s.say("inconclusive", s.percent(r.Spread))
}

// reportCaption is the caption of everything measured here.
func (s *settings) reportCaption(r measure.Report, n int, between ...string) []string {
	first := strings.Join(nonEmpty(s.machineText(r.Machine), s.loadText(r)), ", ")
	out := append([]string{capitalize(first), s.methodText(r, n)}, between...)
	return append(out, capitalize(s.verdict(r)))
}

func nonEmpty(parts ...string) []string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return out
}

// capitalize makes the first letter of a sentence a capital.
func capitalize(s string) string {
	for i, c := range s {
		return strings.ToUpper(string(c)) + s[i+len(string(c)):]
	}
	return s
}

// caption is what stands under a figure of scaling.
func (b *scaling) caption() []string {
	s := &b.set
	if s.caption != nil {
		return []string{*s.caption}
	}
	if b.r.Simulated {
		return []string{s.say("caption.simulated")}
	}
	base := s.say("caption.serial")
	switch {
	case b.r.Base != nil:
	case len(b.r.Series) > 1 && b.allFromOne():
		base = s.say("caption.bases1")
	case len(b.r.Series) > 1:
		base = s.say("caption.bases")
	default:
		base = s.say("caption.base", b.r.Series[0].Points[0].Workers)
	}
	stopped := ""
	if b.r.Err != nil {
		stopped = capitalize(s.say("stopped"))
	}
	n := 0
	for _, series := range b.r.Series {
		for _, p := range series.Points {
			n = max(n, len(p.Wall))
		}
	}
	mixed := ""
	if slices.ContainsFunc(b.r.Series, func(x measure.Series) bool { return x.Simulated }) {
		mixed = s.say("caption.mixed")
	}
	beyond := ""
	if n := len(b.beyond); n > 0 {
		beyond = s.say("caption.beyond", n)
	}
	return s.reportCaption(b.r.Report, n, capitalize(base), beyond, mixed, stopped)
}

// allFromOne says whether every series starts at one worker.
func (b *scaling) allFromOne() bool {
	for _, s := range b.r.Series {
		if s.Points[0].Workers != 1 {
			return false
		}
	}
	return true
}

// summary is the one line of text/plain.
func (b *scaling) summary() string {
	var parts []string
	for i, s := range b.r.Series {
		cols := b.columns(i, false, speedupOf)
		best := cols[len(cols)-1]
		line := ""
		if best.sum.Bounded() {
			line = b.set.say("summary.speedup", s.Name, b.set.fixed(best.sum.Median, 2), b.set.interval(b.set.fixed(best.sum.Lo, 2), b.set.fixed(best.sum.Hi, 2)), int(best.x))
		} else {
			line = b.set.say("summary.one", s.Name, b.set.fixed(best.sum.Median, 2), int(best.x))
		}
		if b.showCorrected(i) {
			c := b.columns(i, true, speedupOf)
			line += " (" + b.set.say("summary.corrected", b.set.fixed(c[len(c)-1].sum.Median, 2)) + ")"
		}
		if l := b.laws[i]; l.f != nil {
			line += ", " + l.text
		}
		if s.Simulated {
			line += " (" + b.set.say("simulated") + ")"
		}
		parts = append(parts, line)
	}
	return strings.Join(append(parts, nonEmpty(b.set.verdict(b.r.Report))...), "; ")
}

// heading is the title, with «simulated» if it is; a title of the caller's gets
// the word too, "" stays empty.
func (s *settings) heading(title string) string {
	title = override(title, s.title)
	if s.simulated && title != "" && !strings.Contains(title, s.say("simulated")) {
		title += " (" + s.say("simulated") + ")"
	}
	return title
}

// finish fills in what every figure of scaling has.
func (b *scaling) finish(key string) *Figure {
	title := b.r.Title
	if title == "" {
		title = b.set.say(key)
	}
	b.set.simulated = b.set.simulated || b.r.Simulated
	b.fig.title = b.set.heading(title)
	b.fig.caption = b.caption()
	b.fig.summary = capitalize(b.summary())
	b.fig.data = b.table()
	if b.set.hover {
		b.fig.vega = b.hover()
	}
	return b.fig
}

// table is every repetition as a row.
func (b *scaling) table() table {
	t := table{header: []string{"series", "workers", "round", "wall_seconds", "queue_wait_seconds", "speedup", "speedup_corrected", "efficiency", "simulated"}}
	for i, s := range b.r.Series {
		for k, p := range s.Points {
			wall, corr := b.r.Speedups(i, k, false), b.r.Speedups(i, k, true)
			for n, sec := range p.Wall {
				t.add(s.Name, p.Workers, n+1, sec, at(p.Wait, n), at(wall, n), at(corr, n), at(wall, n)/float64(p.Workers), s.Simulated)
			}
		}
	}
	for n, sec := range b.r.Base {
		t.add("base: "+b.r.BaseName, 1, n+1, sec, math.NaN(), 1.0, math.NaN(), 1.0, false)
	}
	return t
}

func at(values []float64, i int) float64 {
	if i >= len(values) {
		return math.NaN()
	}
	return values[i]
}
