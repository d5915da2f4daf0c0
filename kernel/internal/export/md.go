package export

import (
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"

	"songsong/kernel/internal/notebook"
)

// writeMarkdown writes plain Markdown; figures lie as files in base_files.
func writeMarkdown(_ context.Context, nb *notebook.Notebook, base string, opts Options) (Result, error) {
	m := &mdWriter{nb: nb, opts: opts, dir: base + "_files", w: wordsOf(nb.Language())}
	m.labels = numberLabels(nb, m.w)
	m.result.Files = []string{base + ".md"}
	var parts []string
	for _, c := range nb.Cells {
		if c.HasTag("remove-cell") {
			continue
		}
		part, err := m.cell(c)
		if err != nil {
			return m.result, fmt.Errorf("cell %d: %w", nb.Number(c), err)
		}
		if part = strings.Trim(part, "\n"); part != "" {
			parts = append(parts, part)
		}
	}
	return m.result, save(base+".md", []byte(strings.Join(parts, "\n\n")+"\n"))
}

type mdWriter struct {
	nb     *notebook.Notebook
	opts   Options
	dir    string // of the figures
	w      words
	labels *labels
	result Result
}

func (m *mdWriter) cell(c *notebook.Cell) (string, error) {
	switch c.Type {
	case notebook.Markdown:
		return m.references(c.Source), nil
	case notebook.Raw:
		return "", nil
	}
	var parts []string
	_, source := notebook.SplitHeader(c.Source)
	if strings.TrimSpace(source) != "" && !c.HasTag("remove-input") && m.opts.Code != "hidden" {
		parts = append(parts, fenced(cellLanguage(source), source))
	}
	if !c.HasTag("remove-output") {
		for _, o := range c.Outputs {
			part, err := m.output(c, o)
			if err != nil {
				return "", err
			}
			parts = append(parts, strings.Trim(part, "\n"))
		}
	}
	return strings.Join(parts, "\n\n"), nil
}

var reference = regexp.MustCompile(`(^|[^\w@\\])@((?:fig|tbl)-[\p{L}\p{N}_-]*[\p{L}\p{N}])`)

// references writes "Figure 3" for @fig-x.
func (m *mdWriter) references(source string) string {
	return reference.ReplaceAllStringFunc(source, func(s string) string {
		g := reference.FindStringSubmatch(s)
		if lab, ok := m.labels.known[g[2]]; ok {
			return fmt.Sprintf("%s[%s](#%s)", g[1], lab.text, lab.id)
		}
		m.result.Notices = append(m.result.Notices, "there is no figure or table with the label "+g[2])
		return s
	})
}

func (m *mdWriter) output(c *notebook.Cell, o *notebook.Output) (string, error) {
	switch o.Type {
	case notebook.Stream:
		return fenced("text", plain(o.Text)), nil
	case notebook.Error:
		text := strings.Join(o.Traceback, "\n")
		if text == "" {
			text = o.ErrName + ": " + o.ErrValue
		}
		return fenced("text", plain(text)), nil
	}
	if lab, ok := m.labels.figures[o]; ok {
		return m.figure(c, o, lab)
	}
	caption := ""
	if lab, ok := m.labels.tables[o]; ok {
		caption = fmt.Sprintf("<a id=\"%s\"></a>**%s.** %s\n\n", lab.id, lab.text, c.Header()["tbl-cap"])
	}
	for _, mime := range []string{"text/markdown", "text/html", "text/latex"} {
		if s := o.Format(mime); s != "" {
			return caption + s, nil
		}
	}
	return caption + fenced("text", plain(o.Format("text/plain"))), nil
}

// figure saves the files of a figure and shows its SVG, or else its PNG.
func (m *mdWriter) figure(c *notebook.Cell, o *notebook.Output, lab label) (string, error) {
	files := map[string]string{}
	for _, f := range []struct{ mime, ext string }{{"image/svg+xml", ".svg"}, {"image/png", ".png"}, {"image/jpeg", ".jpg"}, {"application/pdf", ".pdf"}, {"text/csv", ".csv"}} {
		data, err := o.Bytes(f.mime)
		if err != nil {
			return "", err
		}
		if data == nil {
			continue
		}
		path := filepath.Join(m.dir, lab.id+f.ext)
		if err := save(path, data); err != nil {
			return "", err
		}
		m.result.Files = append(m.result.Files, path)
		files[f.ext] = strings.ReplaceAll(filepath.ToSlash(filepath.Join(filepath.Base(m.dir), lab.id+f.ext)), " ", "%20")
	}
	shown := ""
	for _, ext := range []string{".svg", ".png", ".jpg", ".pdf"} {
		if shown = files[ext]; shown != "" {
			break
		}
	}
	alt := strings.NewReplacer("[", "(", "]", ")", "\n", " ").Replace(altText(c, o))
	text := fmt.Sprintf("<a id=\"%s\"></a>\n![%s](%s)\n\n**%s.** %s", lab.id, alt, shown, lab.text, m.references(figureCaption(c, o)))
	if csv := files[".csv"]; csv != "" {
		text += fmt.Sprintf(" [%s](%s)", m.w["data"], csv)
	}
	return text, nil
}

// plain removes a terminal's controls.
func plain(s string) string { return control.ReplaceAllString(sgr.ReplaceAllString(s, ""), "") }

// fenced puts text between fences that are longer than any in it.
func fenced(language, text string) string {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	return fence + language + "\n" + strings.TrimRight(text, "\n") + "\n" + fence
}
