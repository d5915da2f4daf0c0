// Package notebook reads and writes Jupyter notebooks (nbformat 4). Start with
// [ReadFile] and [Notebook.WriteFile].
//
// It reads what Jupyter, Colab and VS Code write, from nbformat 4.0 on, and
// keeps fields it does not know. What it writes is canonical: the same
// notebook gives the same bytes, so that a diff shows ideas. It does not run
// cells (package runner does) and knows no older format.
package notebook

import (
	"slices"
	"strings"
)

// A Notebook is a list of cells.
type Notebook struct {
	Path     string // file it was read from, for messages; "" if none
	Cells    []*Cell
	Metadata map[string]any
	extra    map[string]any // unknown fields
}

// The types of cells.
const (
	Code     = "code"
	Markdown = "markdown"
	Raw      = "raw"
)

// A Cell is prose or code with its outputs.
type Cell struct {
	Type     string // Code, Markdown or Raw
	ID       string // unique in the notebook: 1 to 64 letters, digits, - and _
	Source   string
	Metadata map[string]any
	Count    int // execution count; 0 if it has not run
	Outputs  []*Output

	Attachments map[string]any // of Markdown: file name → MIME bundle
	extra       map[string]any
}

// The types of outputs.
const (
	Stream  = "stream"
	Display = "display_data"
	Result  = "execute_result"
	Error   = "error"
)

// An Output is one thing that a cell printed, showed or failed with.
type Output struct {
	Type string

	Name, Text string // of Stream: "stdout" or "stderr", and what was written

	Data     map[string]any // of Display and Result: MIME type → string (text or base64) or JSON value
	Metadata map[string]any
	Count    int // of Result

	ErrName, ErrValue string // of Error
	Traceback         []string

	extra map[string]any
}

// Tags returns the cell's tags.
func (c *Cell) Tags() []string {
	list, _ := c.Metadata["tags"].([]any)
	var tags []string
	for _, t := range list {
		if s, ok := t.(string); ok {
			tags = append(tags, s)
		}
	}
	return tags
}

// HasTag reports whether the cell has the tag.
func (c *Cell) HasTag(tag string) bool { return slices.Contains(c.Tags(), tag) }

// Label names the cell for the reader: its label: line, else its first heading
// or line of code that is no import, shortened to 50 characters.
func (c *Cell) Label() string {
	header, rest := SplitHeader(c.Source)
	if label := header["label"]; label != "" {
		return label
	}
	for line := range strings.Lines(rest) {
		line = strings.TrimSpace(strings.TrimLeft(line, "#"))
		if line == "" || isImport(line) {
			continue
		}
		if r := []rune(line); len(r) > 50 {
			line = string(r[:49]) + "…"
		}
		return line
	}
	return ""
}

// isImport reports whether a line looks like a piece of an import declaration.
func isImport(line string) bool {
	word, _, _ := strings.Cut(line, " ")
	return word == "import" || word == "import(" || line == ")" || strings.HasPrefix(line, `"`) && strings.HasSuffix(line, `"`)
}

// Language returns the language of the prose as a BCP 47 code, from the
// notebook's metadata: "lang" or "language" as Quarto and MyST write it, or
// the folder the file lies in (vi/ or en/). It is "en" if nothing says it.
func (nb *Notebook) Language() string {
	for _, key := range []string{"lang", "language"} {
		if s, ok := nb.Metadata[key].(string); ok && s != "" {
			return s
		}
	}
	for dir := range strings.SplitSeq(strings.ReplaceAll(nb.Path, "\\", "/"), "/") {
		if dir == "vi" || dir == "en" {
			return dir
		}
	}
	return "en"
}

// Programming is the programming language that the metadata name, and the
// kernelspec; "" where they name none.
func (nb *Notebook) Programming() (language, kernel string) {
	spec, _ := nb.Metadata["kernelspec"].(map[string]any)
	info, _ := nb.Metadata["language_info"].(map[string]any)
	kernel, _ = spec["name"].(string)
	if language, _ = spec["language"].(string); language == "" {
		language, _ = info["name"].(string)
	}
	return language, kernel
}

// Title is the notebook's title: metadata "title", else its first heading, else "".
func (nb *Notebook) Title() string {
	if s, ok := nb.Metadata["title"].(string); ok && s != "" {
		return s
	}
	for _, c := range nb.Cells {
		if c.Type != Markdown {
			continue
		}
		for line := range strings.Lines(c.Source) {
			if rest, ok := strings.CutPrefix(line, "# "); ok {
				return strings.TrimSpace(rest)
			}
		}
	}
	return ""
}

// CodeCells returns the cells that can run, in order.
func (nb *Notebook) CodeCells() []*Cell {
	var cells []*Cell
	for _, c := range nb.Cells {
		if c.Type == Code {
			cells = append(cells, c)
		}
	}
	return cells
}

// Number returns the place of c in the notebook, counted from 1 over all
// cells; 0 if it isn't there.
func (nb *Notebook) Number(c *Cell) int { return slices.Index(nb.Cells, c) + 1 }

// Format returns the output in one format as text, "" if it has none.
func (o *Output) Format(mime string) string {
	s, _ := o.Data[mime].(string)
	return s
}
