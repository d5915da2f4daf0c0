package export

import (
	"fmt"
	"html"
	"html/template"
	"regexp"
	"strings"

	"songsong/kernel/internal/notebook"
)

// An outputView is an output on the page.
type outputView struct {
	Class   string // stream, error, value or figure
	HTML    template.HTML
	ID      string        // anchor of a figure or table
	Number  string        // such as "Figure 3"
	Caption template.HTML // of a figure or table
	CSV     template.URL  // data: URL of a figure's data
	File    string        // name under which the data is saved
}

// outputs shows the outputs of a cell, each in its richest form.
func (b *builder) outputs(c *notebook.Cell) ([]outputView, error) {
	var list []outputView
	for _, o := range c.Outputs {
		view, err := b.output(c, o)
		if err != nil {
			return nil, err
		}
		if view.HTML != "" {
			list = append(list, view)
		}
	}
	return list, nil
}

func (b *builder) output(c *notebook.Cell, o *notebook.Output) (outputView, error) {
	switch o.Type {
	case notebook.Stream:
		return outputView{Class: "stream " + o.Name, HTML: pre(ansiHTML(o.Text))}, nil
	case notebook.Error:
		text := strings.Join(o.Traceback, "\n")
		if text == "" {
			text = o.ErrName + ": " + o.ErrValue
		}
		return outputView{Class: "error", HTML: pre(ansiHTML(text))}, nil
	}
	view := outputView{Class: "value"}
	var err error
	if view.HTML, err = b.bundle(c, o); err != nil {
		return view, err
	}
	if lab, ok := b.labels.tables[o]; ok {
		view.Class = "figure"
		err = b.captioned(&view, lab, c.Header()["tbl-cap"])
	}
	if lab, ok := b.labels.figures[o]; ok {
		view.Class = "figure drawing"
		err = b.captioned(&view, lab, figureCaption(c, o))
		if csv := b.csv[o]; len(csv) > 0 {
			view.CSV = template.URL(dataURL("text/csv;charset=utf-8", csv))
			view.File = lab.id + ".csv"
		}
	}
	return view, err
}

var svgTitle = regexp.MustCompile(`(?s)<title[^>]*>([^<]*)</title>`)

// figureCaption is the fig-cap: line of the cell, else the drawing's title.
func figureCaption(c *notebook.Cell, o *notebook.Output) string {
	if s := c.Header()["fig-cap"]; s != "" {
		return s
	}
	if m := svgTitle.FindStringSubmatch(o.Format("image/svg+xml")); m != nil {
		return html.UnescapeString(strings.TrimSpace(m[1]))
	}
	return ""
}

func (b *builder) captioned(view *outputView, lab label, caption string) error {
	view.ID, view.Number = lab.id, lab.text
	text, err := b.prose.fragment(caption)
	view.Caption = template.HTML(strings.TrimSpace(strings.NewReplacer("<p>", "", "</p>", "").Replace(string(text))))
	return err
}

func pre(inner template.HTML) template.HTML {
	return `<pre tabindex="0">` + inner + "</pre>"
}

// bundle shows the first format of a list, richest first, that o has.
func (b *builder) bundle(c *notebook.Cell, o *notebook.Output) (template.HTML, error) {
	if s := o.Format("text/html"); s != "" {
		return template.HTML(`<div class="html" tabindex="0">` + withoutScripts(s) + "</div>"), nil
	}
	if s := o.Format("image/svg+xml"); s != "" {
		return b.svg(c, o, s), nil
	}
	if s := o.Format("text/markdown"); s != "" {
		return b.prose.fragment(s)
	}
	if s := o.Format("text/latex"); s != "" {
		return formula(strings.Trim(strings.TrimSpace(s), "$"), strings.HasPrefix(strings.TrimSpace(s), "$$")), nil
	}
	for _, mime := range []string{"image/png", "image/jpeg", "image/gif"} {
		data, err := o.Bytes(mime)
		if err != nil {
			return "", err
		}
		if data != nil {
			return b.img(c, o, mime, data), nil
		}
	}
	if s := o.Format("text/plain"); s != "" {
		return pre(ansiHTML(s)), nil
	}
	return "", nil
}

// img shows a picture at its size in CSS pixels.
func (b *builder) img(c *notebook.Cell, o *notebook.Output, mime string, data []byte) template.HTML {
	size := ""
	if m, ok := o.Metadata[mime].(map[string]any); ok {
		for _, side := range []string{"width", "height"} {
			if v := fmt.Sprint(m[side]); m[side] != nil && digits.MatchString(v) {
				size += fmt.Sprintf(` %s="%s"`, side, v)
			}
		}
	}
	return template.HTML(fmt.Sprintf(`<img src="%s" alt="%s"%s>`, dataURL(mime, data), template.HTMLEscapeString(altText(c, o)), size))
}

var digits = regexp.MustCompile(`^\d+$`)

// altText says in words what a drawing shows.
func altText(c *notebook.Cell, o *notebook.Output) string {
	header := c.Header()
	for _, s := range []string{header["fig-alt"], o.Format("text/plain"), header["fig-cap"]} {
		if s = strings.TrimSpace(s); s != "" && !strings.HasPrefix(s, "<") {
			return s
		}
	}
	return c.Label()
}

var (
	svgStart = regexp.MustCompile(`(?s)<svg\b[^>]*>`)
	svgRole  = regexp.MustCompile(`\s(?:role|aria-[a-z]+|id)\s*=\s*(?:"[^"]*"|'[^']*')`)
	svgID    = regexp.MustCompile(`\b(id|aria-labelledby|aria-describedby)=(?:"([^"]+)"|'([^']+)')`)
	svgLabel = regexp.MustCompile(`\saria-label\s*=\s*(?:"[^"]*"|'[^']*')`)
	svgRef   = regexp.MustCompile(`url\(#([^)]+)\)`)
	svgLink  = regexp.MustCompile(`\b((?:xlink:)?href)=(?:"#([^"]+)"|'#([^']+)')`)
)

// svg puts a drawing into the page: with a text for those who can't see it,
// and with ids of its own, since two drawings on a page may use the same.
func (b *builder) svg(c *notebook.Cell, o *notebook.Output, s string) template.HTML {
	s = withoutScripts(s)
	start := svgStart.FindStringIndex(s)
	if start == nil {
		return pre(template.HTML(template.HTMLEscapeString(s)))
	}
	prefix := "svg"
	if lab, ok := b.labels.figures[o]; ok {
		prefix = lab.id
	}
	tag := svgRole.ReplaceAllString(s[start[0]:start[1]], "")
	tag = strings.TrimSuffix(strings.TrimSuffix(tag, ">"), "/")
	if strings.HasSuffix(s[start[0]:start[1]], "/>") {
		tag += fmt.Sprintf(` role="img" aria-label="%s"/>`, template.HTMLEscapeString(altText(c, o)))
	} else {
		tag += fmt.Sprintf(` role="img" aria-label="%s">`, template.HTMLEscapeString(altText(c, o)))
	}
	body := svgLabel.ReplaceAllString(s[start[1]:], "") // the drawing has one text as a whole
	body = svgID.ReplaceAllString(body, `$1="`+prefix+`-$2$3"`)
	body = svgRef.ReplaceAllString(body, `url(#`+prefix+`-$1)`)
	body = svgLink.ReplaceAllString(body, `$1="#`+prefix+`-$2$3"`)
	return template.HTML(tag + body)
}
