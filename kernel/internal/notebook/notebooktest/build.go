package notebooktest

import (
	"strings"

	"songsong/kernel/internal/notebook"
)

// Notebook makes a notebook of cells; each is "TYPE tag tag\nsource".
func Notebook(cells ...string) *notebook.Notebook {
	nb := &notebook.Notebook{Metadata: map[string]any{}}
	for _, text := range cells {
		head, source, _ := strings.Cut(text, "\n")
		words := strings.Fields(head)
		c := &notebook.Cell{Type: words[0], Source: source, Metadata: map[string]any{}}
		if len(words) > 1 {
			tags := []any{}
			for _, t := range words[1:] {
				tags = append(tags, t)
			}
			c.Metadata["tags"] = tags
		}
		nb.Cells = append(nb.Cells, c)
	}
	nb.Bytes() // gives ids
	return nb
}
