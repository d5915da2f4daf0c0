// Package compare says how the outputs of a notebook that has just run differ
// from those that were stored. Start with [Notebooks].
//
// What varies from run to run is no difference: durations, addresses, process
// numbers, temporary paths (see [Clean]). Cells with the tag timing may print
// other numbers and draw other curves, as long as they print and draw; cells
// with the tag unordered may print their lines in another order.
package compare

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"songsong/kernel/internal/notebook"
)

// A Difference is one thing in which the outputs differ.
type Difference struct {
	Number int    // of the cell among the code cells, from 1; 0 for the notebook as a whole
	Label  string // of the cell
	What   string // one sentence
	Diff   string // lines that differ, "" if a sentence is enough
}

func (d Difference) String() string {
	s := d.What
	if d.Number > 0 {
		label := ""
		if d.Label != "" {
			label = " (" + d.Label + ")"
		}
		s = fmt.Sprintf("cell %d%s: %s", d.Number, label, d.What)
	}
	if d.Diff != "" {
		s += "\n" + strings.TrimRight(d.Diff, "\n")
	}
	return s
}

// Notebooks compares the first n code cells; the cells of both must be the same.
// clean brings texts into the form that is compared.
func Notebooks(stored, fresh *notebook.Notebook, n int, clean Clean) []Difference {
	var found []Difference
	if what := outOfOrder(stored); what != "" {
		found = append(found, Difference{What: what})
	}
	old, now := stored.CodeCells(), fresh.CodeCells()
	for i := range min(n, len(old), len(now)) {
		if now[i].HasTag("skip-execution") {
			continue
		}
		c := comparison{clean: clean, timing: now[i].HasTag("timing"), unordered: now[i].HasTag("unordered")}
		c.cells(old[i], now[i])
		for _, d := range c.found {
			d.Number, d.Label = i+1, now[i].Label()
			found = append(found, d)
		}
	}
	return found
}

// outOfOrder finds stored counts that do not grow from top to bottom.
func outOfOrder(nb *notebook.Notebook) string {
	last := 0
	for i, c := range nb.CodeCells() {
		if c.Count == 0 {
			continue
		}
		if c.Count <= last {
			return fmt.Sprintf("the stored outputs come from another order of cells: cell %d was run as number %d, after number %d stands above it", i+1, c.Count, last)
		}
		last = c.Count
	}
	return ""
}

// A comparison is of one cell.
type comparison struct {
	clean             Clean
	timing, unordered bool
	found             []Difference
}

func (c *comparison) differ(diff, format string, args ...any) {
	c.found = append(c.found, Difference{What: fmt.Sprintf(format, args...), Diff: diff})
}

func (c *comparison) cells(old, now *notebook.Cell) {
	if old.Count == 0 && len(old.Outputs) == 0 && len(now.Outputs) > 0 {
		c.differ("", "it has outputs now, and none are stored; \"songsong run\" stores them")
		return
	}
	for _, name := range []string{"stdout", "stderr"} {
		c.stream(name, stream(old, name), stream(now, name))
	}
	c.errors(failure(old), failure(now))
	a, b := shown(old), shown(now)
	for i := range min(len(a), len(b)) {
		c.bundles(a[i], b[i])
	}
	switch {
	case len(a) > len(b):
		c.differ("", "it shows %s; %d are stored", values(len(b)), len(a))
	case len(a) < len(b):
		c.differ("", "it shows %s; %d are stored; the first that is new: %s", values(len(b)), len(a), firstLine(b[len(a)].Format("text/plain")))
	}
}

func values(n int) string {
	if n == 1 {
		return "1 value or figure"
	}
	return fmt.Sprintf("%d values or figures", n)
}

func (c *comparison) stream(name, old, now string) {
	if c.timing {
		if (old == "") != (now == "") {
			c.differ("", "%s, which is tagged timing, %s", name, map[bool]string{true: "is empty now", false: "was empty"}[now == ""])
		}
		return
	}
	c.texts(name, old, now)
}

func (c *comparison) texts(name, old, now string) {
	a, b := c.clean.Text(old), c.clean.Text(now)
	if c.unordered {
		a, b = sorted(a), sorted(b)
	}
	if a == b {
		return
	}
	c.differ(unified(a, b), "%s differs%s", name, hint(a, b))
}

var digits = regexp.MustCompile(`\d+([.,]\d+)*`)

// hint names the tag that would let two texts pass.
func hint(a, b string) string {
	switch {
	case sorted(a) == sorted(b):
		return " only in the order of its lines (the tag unordered lets that pass)"
	case digits.ReplaceAllString(a, "0") == digits.ReplaceAllString(b, "0"):
		return " only in its numbers (if they are measured, the tag timing lets that pass)"
	}
	return ""
}

func (c *comparison) errors(old, now *notebook.Output) {
	switch {
	case old == nil && now == nil:
	case old == nil:
		c.differ("", "it fails now with %s: %s", now.ErrName, firstLine(now.ErrValue))
	case now == nil:
		c.differ("", "it no longer fails; the stored error is %s: %s", old.ErrName, firstLine(old.ErrValue))
	case old.ErrName != now.ErrName:
		c.differ("", "it fails with %s: %s; the stored error is %s: %s", now.ErrName, firstLine(now.ErrValue), old.ErrName, firstLine(old.ErrValue))
	case !c.timing:
		c.texts("the error", old.ErrValue, now.ErrValue)
	}
}

// besides are formats that stand beside those that are compared.
var besides = []string{"text/csv", "image/png; dpi=300"}

func (c *comparison) bundles(old, now *notebook.Output) {
	a, b := formats(old), formats(now)
	if old.Type != now.Type || !slices.Equal(a, b) {
		c.differ("", "it shows %s as %s; stored is %s as %s", now.Type, strings.Join(b, ", "), old.Type, strings.Join(a, ", "))
		return
	}
	if c.timing {
		return
	}
	if now.IsFigure() {
		c.figures(old, now)
		return
	}
	for _, mime := range a {
		c.format(mime, old.Data[mime], now.Data[mime])
	}
}

func (c *comparison) format(mime string, old, now any) {
	a, ok1 := old.(string)
	b, ok2 := now.(string)
	if ok1 && ok2 {
		c.texts(mime, a, b)
		return
	}
	c.texts(mime, notebook.JSON(old), notebook.JSON(now))
}

func formats(o *notebook.Output) []string {
	list := slices.Sorted(maps.Keys(o.Data))
	return slices.DeleteFunc(list, func(mime string) bool { return slices.Contains(besides, mime) })
}

func stream(c *notebook.Cell, name string) string {
	var b strings.Builder
	for _, o := range c.Outputs {
		if o.Type == notebook.Stream && o.Name == name {
			b.WriteString(o.Text)
		}
	}
	return b.String()
}

func shown(c *notebook.Cell) []*notebook.Output {
	var list []*notebook.Output
	for _, o := range c.Outputs {
		if o.Type == notebook.Display || o.Type == notebook.Result {
			list = append(list, o)
		}
	}
	return list
}

func failure(c *notebook.Cell) *notebook.Output {
	for _, o := range c.Outputs {
		if o.Type == notebook.Error {
			return o
		}
	}
	return nil
}

func sorted(text string) string {
	lines := strings.Split(text, "\n")
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return line
}

// maxDiff is how many lines of a diff are shown.
const maxDiff = 60

// unified is the difference of two texts without the head that names files.
func unified(a, b string) string {
	lines := strings.Split(string(diff.Diff("stored", []byte(end(a)), "now", []byte(end(b)))), "\n")
	for len(lines) > 0 && !strings.HasPrefix(lines[0], "@@") {
		lines = lines[1:]
	}
	if len(lines) > maxDiff {
		lines = append(lines[:maxDiff], fmt.Sprintf("… and %d more lines", len(lines)-maxDiff))
	}
	for i, l := range lines {
		if r := []rune(l); len(r) > 200 {
			lines[i] = string(r[:199]) + "…"
		}
	}
	return strings.Join(lines, "\n")
}

func end(s string) string {
	if s != "" && !strings.HasSuffix(s, "\n") {
		s += "\n"
	}
	return s
}
