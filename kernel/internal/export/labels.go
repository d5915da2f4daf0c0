package export

import (
	"fmt"
	"strings"

	"songsong/kernel/internal/notebook"
)

// A label is what a reference such as @fig-speedup points to.
type label struct {
	id   string // anchor
	text string // such as "Figure 3"
}

// labels numbers the figures and the labelled tables of a notebook.
type labels struct {
	known   map[string]label           // by label
	figures map[*notebook.Output]label // every figure, labelled or not
	tables  map[*notebook.Output]label // the first output of a cell labelled tbl-…
}

func numberLabels(nb *notebook.Notebook, w words) *labels {
	l := &labels{known: map[string]label{}, figures: map[*notebook.Output]label{}, tables: map[*notebook.Output]label{}}
	for i, f := range nb.Figures() {
		lab := label{id: anchor(f.Name), text: fmt.Sprintf("%s %d", w["figure"], i+1)}
		l.figures[f.Output] = lab
		if _, ok := l.known[f.Label]; !ok && f.Label != "" {
			l.known[f.Label] = lab
		}
	}
	n := 0
	for _, c := range nb.Cells {
		name := c.Header()["label"]
		if !strings.HasPrefix(name, "tbl-") {
			continue
		}
		for _, o := range c.Outputs {
			if o.Type == notebook.Stream || o.Type == notebook.Error || o.IsFigure() {
				continue
			}
			n++
			lab := label{id: anchor(name), text: fmt.Sprintf("%s %d", w["table"], n)}
			l.tables[o], l.known[name] = lab, lab
			break
		}
	}
	return l
}

// anchor makes an id of a text, as Jupyter makes them of headings: spaces
// become dashes, letters of every language stay.
func anchor(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ' || r == '\t' || r == '\n':
			return '-'
		case strings.ContainsRune("\"'<>&`#", r):
			return -1
		}
		return r
	}, strings.TrimSpace(text))
}
