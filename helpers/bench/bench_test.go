package main

import (
	"strings"
	"testing"

	"songsong/helpers/internal/ratio"
)

// BenchmarkRatios reports every ratio of helpers/BENCH.md that needs no Python: nine interleaved rounds per group.
func BenchmarkRatios(b *testing.B) {
	for _, g := range groups {
		b.Run(strings.ReplaceAll(g.name, " ", "-"), func(b *testing.B) {
			for b.Loop() {
				times := ratio.Measure(9, g.ways(0.2)...)
				for _, goal := range g.goals {
					if r := times.Ratio(goal.way, goal.base); r.Median > 0 {
						b.ReportMetric(r.Median, strings.ReplaceAll(goal.way+"/"+goal.base, " ", "-"))
					}
				}
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}

// TestGroups runs every way once, small, and looks whether the ratios of the table exist.
func TestGroups(t *testing.T) {
	for _, g := range groups {
		ways := g.ways(0.001)
		names := map[string]bool{}
		for _, w := range ways {
			if names[w.Name] {
				t.Errorf("%s: two ways are called %q", g.name, w.Name)
			}
			names[w.Name] = true
		}
		for _, c := range pythonCases {
			names[c.name] = names[c.name] || c.group == g.name
		}
		for _, goal := range g.goals {
			if !names[goal.way] || !names[goal.base] {
				t.Errorf("%s: no ways for %s ÷ %s", g.name, goal.way, goal.base)
			}
		}
		times := ratio.Measure(1, ways...)
		for _, w := range ways {
			if times.Median(w.Name).Median <= 0 {
				t.Errorf("%s: %q took no time", g.name, w.Name)
			}
		}
	}
}
