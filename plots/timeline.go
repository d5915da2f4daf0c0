package plots

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Span says that a worker was busy with something from Start to End, both
// counted from any common beginning. It has the fields of threads.Span, so logs
// of package threads and pools can be drawn as they are.
type Span struct {
	Name   string
	Worker string
	Start  time.Duration
	End    time.Duration
}

// Timeline draws who worked on what and when: a row per worker, a bar per span, and at the right the share of the
// time each was busy. Up to seven different names have a colour each; with more,
// all bars are alike and names stand in those that are long enough.
//
// spans may be of any type with the fields of [Span], such as threads.Span.
func Timeline[S ~struct {
	Name   string
	Worker string
	Start  time.Duration
	End    time.Duration
}](spans []S, options ...Option) *Figure {
	plain := make([]Span, len(spans))
	for i, s := range spans {
		plain[i] = Span(s)
	}
	return timeline(plain, newSettings("timeline", options))
}

func timeline(spans []Span, set settings) *Figure {
	if err := checkSpans(spans); err != nil {
		return failed(set, err)
	}
	spans = slices.Clone(spans)
	slices.SortStableFunc(spans, func(a, b Span) int { return cmp.Compare(a.Start, b.Start) })
	begin := spans[0].Start
	l := lanes{set: &set}
	var names []string
	for _, s := range spans {
		indexOf(&l.names, s.Worker)
		indexOf(&names, s.Name)
		l.end = max(l.end, seconds(s.End-begin))
	}
	slices.SortStableFunc(l.names, natural)
	colored := len(names) <= len(palette)
	busy := make([]float64, len(l.names))
	for _, s := range spans {
		lane := indexOf(&l.names, s.Worker)
		col := palette[0]
		if colored {
			col = colorOf(indexOf(&names, s.Name))
		}
		b := laneBar{lane: lane, a: seconds(s.Start - begin), b: seconds(s.End - begin), color: col, text: s.Name}
		if colored && len(names) > 1 {
			b.text = ""
		}
		l.bars = append(l.bars, b)
		busy[lane] += b.b - b.a
	}
	total := 0.0
	for _, b := range busy {
		l.right = append(l.right, set.percent(share(b, l.end)))
		total += b
	}
	fig := &Figure{set: set}
	if colored && len(names) > 1 {
		for i, n := range names {
			fig.legend = append(fig.legend, entry{n, boxSample(colorOf(i))})
		}
	}
	fig.summary = set.say("timeline.summary", len(spans), len(l.names), set.brief(l.end, 3), set.percent(share(total, l.end*float64(len(l.names)))))
	return finishLanes(fig, &l, "timeline", spanTable(spans, begin))
}

// share is a part of a whole, at most 1: spans inside one another count once
// at the most.
func share(part, whole float64) float64 {
	if whole == 0 {
		return 0
	}
	return min(1, part/whole)
}

func checkSpans(spans []Span) error {
	if len(spans) == 0 {
		return errors.New("plots: there is no span to draw")
	}
	for _, s := range spans {
		if s.End < s.Start {
			return fmt.Errorf("plots: the span %q of %q ends before it starts", s.Name, s.Worker)
		}
	}
	return nil
}

// finishLanes fills in what timelines and lock waits share. Their caption is
// the summary, for it belongs under the figure too.
func finishLanes(fig *Figure, l *lanes, key string, data table) *Figure {
	set := &fig.set
	fig.title = set.heading(set.say(key))
	p, err := l.panel()
	if err != nil {
		return failed(*set, err)
	}
	fig.panels = []panel{p}
	fig.caption = []string{fig.summary, set.say(key + ".right")}
	if set.simulated {
		fig.caption = append(fig.caption, set.say("caption.simulated"))
	}
	if set.caption != nil {
		fig.caption = []string{*set.caption}
	}
	fig.summary = strings.TrimSuffix(set.say(key), ".") + ": " + fig.summary
	fig.data = data
	return fig
}

func spanTable(spans []Span, begin time.Duration) table {
	t := table{header: []string{"worker", "name", "start_seconds", "end_seconds"}}
	for _, s := range spans {
		t.add(s.Worker, s.Name, seconds(s.Start-begin), seconds(s.End-begin))
	}
	return t
}
