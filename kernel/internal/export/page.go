package export

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"strings"

	"songsong/kernel/internal/notebook"
)

//go:embed page.html
var pageText string

//go:embed page.css
var pageCSS string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// A page is what page.html shows.
type page struct {
	Lang     string
	Title    string
	W        words
	CSS      template.CSS
	Contents []heading
	Cells    []cellView
	Facts    []fact
	Fresh    bool // the notebook ran for this report
	Methods  []method
}

// A cellView is a cell on the page.
type cellView struct {
	ID      string // anchor
	Prose   template.HTML
	Code    template.HTML
	Name    string // of the code, such as "Code [3]"
	Fold    string // "open", "folded" or "hidden"
	Outputs []outputView
}

// A fact is a line of the environment box.
type fact struct{ Name, Value string }

// A method is a line of the method box.
type method struct {
	ID, Figure string
	Text       string
	Rows       string
}

// HTML returns the report as one page, and what its author may want to mend.
func HTML(nb *notebook.Notebook, opts Options) (html []byte, notices []string, err error) {
	w := wordsOf(nb.Language())
	css, err := highlightCSS()
	if err != nil {
		return nil, nil, err
	}
	b := &builder{nb: nb, opts: opts, w: w, labels: numberLabels(nb, w), csv: map[*notebook.Output][]byte{}}
	b.prose = newProse(nb, b.labels)
	for _, f := range nb.Figures() {
		b.csv[f.Output] = figureCSV(f, opts.Figures)
	}
	p := page{Lang: nb.Language(), Title: nb.Title(), W: w, CSS: template.CSS(css + pageCSS + paperCSS(opts.Paper))}
	if p.Title == "" {
		p.Title = strings.TrimSuffix(baseName(nb), ".ipynb")
	}
	for _, c := range nb.Cells {
		view, shown, err := b.cell(c)
		if err != nil {
			return nil, nil, fmt.Errorf("cell %d: %w", nb.Number(c), err)
		}
		if shown {
			p.Cells = append(p.Cells, view)
		}
	}
	p.Contents = contents(b.prose.headings)
	p.Facts, p.Methods = opts.Facts.lines(nb, w), b.methods()
	p.Fresh = !opts.Facts.Start.IsZero()
	var out bytes.Buffer
	if err := pageTemplate.Execute(&out, p); err != nil {
		return nil, nil, err
	}
	return out.Bytes(), b.prose.notices, nil
}

// HasTitle reports whether a cell holds the page's heading; else the page makes one.
func (p page) HasTitle() bool {
	for _, c := range p.Cells {
		if strings.Contains(string(c.Prose), "<h1") {
			return true
		}
	}
	return false
}

func contents(all []heading) []heading {
	var list []heading
	for _, h := range all {
		if h.Level == 2 || h.Level == 3 {
			list = append(list, h)
		}
	}
	return list
}

func paperCSS(paper string) string {
	if paper == "" {
		paper = "A4"
	}
	return fmt.Sprintf("@page { size: %s; margin: 18mm 16mm 20mm; @bottom-center { content: counter(page); font: 9pt sans-serif; color: #444; } }\n", paper)
}

// A builder turns cells into views.
type builder struct {
	nb     *notebook.Notebook
	opts   Options
	w      words
	labels *labels
	prose  *prose
	csv    map[*notebook.Output][]byte
}

func (b *builder) cell(c *notebook.Cell) (view cellView, shown bool, err error) {
	if c.HasTag("remove-cell") || c.HasTag("remove_cell") {
		return view, false, nil
	}
	view.ID = "cell-" + c.ID
	switch c.Type {
	case notebook.Markdown:
		view.Prose, err = b.prose.html(c)
		return view, true, err
	case notebook.Raw:
		return view, false, nil
	}
	_, source := notebook.SplitHeader(c.Source)
	if strings.TrimSpace(source) == "" && len(c.Outputs) == 0 {
		return view, false, nil
	}
	view.Fold = b.fold(c)
	view.Name = b.w["code"]
	if c.Count > 0 {
		view.Name = fmt.Sprintf("%s [%d]", b.w["code"], c.Count)
	}
	if view.Fold != "hidden" && strings.TrimSpace(source) != "" {
		view.Code = highlight(source, cellLanguage(source))
	}
	if !c.HasTag("remove-output") && !c.HasTag("remove_output") {
		view.Outputs, err = b.outputs(c)
	}
	return view, view.Code != "" || len(view.Outputs) > 0, err
}

func (b *builder) fold(c *notebook.Cell) string {
	switch {
	case c.HasTag("remove-input") || c.HasTag("remove_input") || c.Header()["echo"] == "false":
		return "hidden"
	case c.HasTag("hide-input") || c.Header()["code-fold"] == "true":
		return "folded"
	case b.opts.Code == "":
		return "open"
	}
	return b.opts.Code
}

// methods lists what the figures say of their measurements.
func (b *builder) methods() []method {
	var list []method
	for _, f := range b.nb.Figures() {
		text := f.Output.Format("text/plain")
		if own, ok := f.Output.Metadata["songsong"].(map[string]any); ok {
			if s, ok := own["method"].(string); ok {
				text = s
			}
		}
		m := method{ID: b.labels.figures[f.Output].id, Figure: b.labels.figures[f.Output].text, Text: text}
		if csv := strings.TrimSpace(string(b.csv[f.Output])); csv != "" {
			head, rest, _ := strings.Cut(csv, "\n")
			m.Rows = fmt.Sprintf(b.w["rows"], strings.Count(rest, "\n")+1, strings.ReplaceAll(head, ",", ", "))
		}
		list = append(list, m)
	}
	return list
}
