package notebook

import (
	"encoding/base64"
	"fmt"
	"path/filepath"
	"strings"
)

// A Figure is a drawing among the outputs of a notebook.
type Figure struct {
	Name    string // of its files, without extension: the cell's label, or notebook and cell number
	Caption string // fig-cap: of the cell
	Alt     string // fig-alt: of the cell
	Label   string // label: of the cell, "" if it has none
	Cell    *Cell
	Output  *Output
}

// The formats a figure is saved in. A bundle may hold a PNG for print beside
// the one for the screen, under pngPrint.
var figureFormats = []struct{ mime, ext string }{
	{"image/svg+xml", ".svg"},
	{"application/pdf", ".pdf"},
	{"image/png", ".png"},
	{"image/jpeg", ".jpg"},
	{"text/csv", ".csv"},
}

// pngPrint is the key of a PNG of 300 dots per inch in a figure's bundle.
const pngPrint = "image/png; dpi=300"

// IsFigure reports whether the output is a drawing.
func (o *Output) IsFigure() bool {
	if o.Type != Display && o.Type != Result {
		return false
	}
	for _, mime := range []string{"image/svg+xml", "image/png", "image/jpeg", "application/pdf"} {
		if _, ok := o.Data[mime]; ok {
			return true
		}
	}
	return false
}

// Figures returns the notebook's figures in order. Their names are unique.
func (nb *Notebook) Figures() []*Figure {
	var figures []*Figure
	taken := map[string]bool{}
	for i, c := range nb.Cells {
		header := c.Header()
		for _, o := range c.Outputs {
			if !o.IsFigure() {
				continue
			}
			base := fileName(header["label"])
			if base == "" {
				base = fmt.Sprintf("%s-%d", nb.baseName(), i+1)
			}
			name := base
			for n := 2; taken[name]; n++ {
				name = fmt.Sprintf("%s-%d", base, n)
			}
			taken[name] = true
			figures = append(figures, &Figure{Name: name, Caption: header["fig-cap"], Alt: header["fig-alt"], Label: header["label"], Cell: c, Output: o})
		}
	}
	return figures
}

func (nb *Notebook) baseName() string {
	if nb.Path == "" {
		return "cell"
	}
	return strings.TrimSuffix(filepath.Base(nb.Path), ".ipynb")
}

// fileName makes a label safe as the name of a file.
func fileName(label string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`/\:*?"<>|`, r) {
			return '-'
		}
		return r
	}, label), ".- ")
}

// Save writes the figure's files into dir and returns the paths of those that
// changed.
func (f *Figure) Save(dir string) (changed []string, err error) {
	for _, format := range figureFormats {
		data, err := f.Output.Bytes(format.mime)
		if print, _ := f.Output.Bytes(pngPrint); format.ext == ".png" && print != nil {
			data, err = print, nil
		}
		if err != nil {
			return changed, fmt.Errorf("figure %s: %w", f.Name, err)
		}
		if data == nil {
			continue
		}
		path := filepath.Join(dir, f.Name+format.ext)
		wrote, err := ReplaceFile(path, data)
		if err != nil {
			return changed, fmt.Errorf("can't save figure %s: %w", f.Name, err)
		}
		if wrote {
			changed = append(changed, path)
		}
	}
	return changed, nil
}

// Bytes returns the output in one format, out of base64 where it is binary;
// nil if it has none.
func (o *Output) Bytes(mime string) ([]byte, error) {
	s, ok := o.Data[mime].(string)
	if !ok {
		return nil, nil
	}
	if isBinary(mime) {
		b, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(s), ""))
		if err != nil {
			return nil, fmt.Errorf("its %s is damaged: %w", mime, err)
		}
		return b, nil
	}
	return []byte(s), nil
}

// isBinary reports whether notebooks hold the format as base64.
func isBinary(mime string) bool {
	if strings.HasPrefix(mime, "text/") || strings.HasSuffix(mime, "+xml") || isJSON(mime) || strings.HasSuffix(mime, "javascript") {
		return false
	}
	return strings.HasPrefix(mime, "image/") || strings.HasPrefix(mime, "audio/") || strings.HasPrefix(mime, "video/") ||
		strings.HasPrefix(mime, "application/")
}

// Lighten removes from the notebook what only files need: the PNG for print
// and, if csv is set, the data of figures.
func (nb *Notebook) Lighten(csv bool) {
	for _, c := range nb.Cells {
		for _, o := range c.Outputs {
			delete(o.Data, pngPrint)
			if csv && o.IsFigure() {
				delete(o.Data, "text/csv")
			}
		}
	}
}
