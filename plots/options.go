package plots

import (
	"fmt"
	"sync"

	"gonum.org/v1/plot/vg"
)

// An Option changes a figure. Options are given after the data:
//
//	plots.Speedup(r, plots.Vietnamese, plots.LogLog, plots.Title("Tổng các số nguyên tố"))
type Option func(*settings)

type settings struct {
	language       language
	words          map[string]string // overrides, by key
	name           string
	title, caption *string
	xLabel, yLabel *string
	alt            string
	width          vg.Length
	logLog         bool
	fit            fitKind
	panels         panelSet
	uncorrected    bool
	simulated      bool
	hover          bool
	maxLanes       int
}

type fitKind int

const (
	fitAuto fitKind = iota
	fitNone
	fitAmdahl
	fitUSL
)

type panelSet int

const (
	panelsDefault panelSet = iota
	panelsOne
	panelsAll
)

// Column is the width of one column of a two-column paper, in millimetres.
const Column = 84

// defaultWidth is chosen so that a figure shrunk to one column still has its
// smallest text above 5 points.
const defaultWidth = 140 * millimetre

const millimetre = vg.Length(72 / 25.4)

var defaults struct {
	sync.Mutex
	options []Option // guarded by Mutex
}

// Use makes options the default of every figure made from now on, as in the
// first cell of a Vietnamese notebook: plots.Use(plots.Vietnamese). A further
// call replaces the defaults; without options it clears them.
func Use(options ...Option) {
	defaults.Lock()
	defer defaults.Unlock()
	defaults.options = options
}

func newSettings(name string, options []Option) settings {
	defaults.Lock()
	all := append(append([]Option{}, defaults.options...), options...)
	defaults.Unlock()
	s := settings{language: english, name: name, width: defaultWidth, words: map[string]string{}, maxLanes: 40}
	for _, o := range all {
		o(&s)
	}
	return s
}

// Vietnamese writes the figure's own words in Vietnamese, with decimal commas.
func Vietnamese(s *settings) { s.language = vietnamese }

// English writes the figure's own words in English. It is the default.
func English(s *settings) { s.language = english }

// LogLog makes both axes logarithmic; a speedup then is a straight line, and
// thousands of workers fit.
func LogLog(s *settings) { s.logLog = true }

// NoFit leaves out the fitted law.
func NoFit(s *settings) { s.fit = fitNone }

// WithAmdahl fits Amdahl's law to simulated series too; measured ones have it
// anyway.
func WithAmdahl(s *settings) { s.fit = fitAmdahl }

// Simulated labels the figure «simulated», for data that the figure can't know
// to be from a model, such as the spans of a simulated schedule.
func Simulated(s *settings) { s.simulated = true }

// Hover adds an interactive version (Vega-Lite 5) to the bundle of speedup,
// efficiency, Karp–Flatt and weak-scaling figures, showing the speedup.
// JupyterLab prefers it to the SVG: hovering shows each value and the wheel zooms. Without
// Hover JupyterLab shows the figure as it is exported.
func Hover(s *settings) { s.hover = true }

// WithUSL fits the universal scalability law instead of Amdahl's. It needs
// three worker counts or more.
func WithUSL(s *settings) { s.fit = fitUSL }

// OnePanel draws the main panel only, without efficiency below it.
func OnePanel(s *settings) { s.panels = panelsOne }

// AllPanels draws speedup, efficiency and the Karp–Flatt serial fraction.
func AllPanels(s *settings) { s.panels = panelsAll }

// WallOnly leaves out the speedup corrected for run-queue wait: right for work
// that sleeps or waits for input, where the correction means nothing.
func WallOnly(s *settings) { s.uncorrected = true }

// Name names the figure's files; letters, digits, '-' and '_' are kept.
func Name(name string) Option { return func(s *settings) { s.name = name } }

// Title sets the line above the figure; "" leaves it out, as papers want.
func Title(text string) Option { return func(s *settings) { s.title = &text } }

// Caption sets the text under the figure instead of machine, n and load; ""
// leaves it out.
func Caption(text string) Option { return func(s *settings) { s.caption = &text } }

// XLabel sets the text of the horizontal axis.
func XLabel(text string) Option { return func(s *settings) { s.xLabel = &text } }

// YLabel sets the text of the vertical axis of the main panel.
func YLabel(text string) Option { return func(s *settings) { s.yLabel = &text } }

// Alt sets the description for readers who can't see the figure. The default is
// its one-line summary.
func Alt(text string) Option { return func(s *settings) { s.alt = text } }

// Width sets the width in millimetres; [Column] lays the figure out for one
// column of a paper, with 7-point text.
func Width(mm float64) Option { return func(s *settings) { s.width = vg.Length(mm) * millimetre } }

// Word replaces one of the figure's own texts; texts in words.go
// lists the keys. A text with %-verbs must keep them, and "%%" is a percent
// sign.
func Word(key, text string) Option { return func(s *settings) { s.words[key] = text } }

// say returns one of the figure's own texts, filled in.
func (s *settings) say(key string, args ...any) string {
	text, ok := s.words[key]
	if !ok {
		entry, known := texts[key]
		if !known {
			panic(fmt.Sprintf("plots: no text named %q", key))
		}
		text = entry[s.language]
	}
	return fmt.Sprintf(text, args...)
}

func override(text string, with *string) string {
	if with != nil {
		return *with
	}
	return text
}

// scale is how much smaller than the default everything is drawn, for widths
// below the default; text never gets smaller than two thirds.
func (s *settings) scale() vg.Length {
	return min(1, max(2./3, s.width/defaultWidth))
}
