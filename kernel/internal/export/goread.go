package export

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"

	"songsong/kernel/internal/notebook"
)

// ReadGo makes a notebook of a Go program that [Write] has written, or of one
// in the percent format that jupytext writes: lines "// %%" begin its cells.
func ReadGo(path string) (*notebook.Notebook, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("can't read the program: %w", err)
	}
	nb, err := parseGo(string(data))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	nb.Path = path
	return nb, nil
}

var cellLine = regexp.MustCompile(`^// ?%%(?: +\[(markdown|md|raw)\])?(.*)$`)

func parseGo(text string) (*notebook.Notebook, error) {
	nb := &notebook.Notebook{}
	var lines []string
	var c *notebook.Cell
	end := func() {
		if c != nil {
			c.Source = cellSource(c.Type, lines)
		}
		lines = nil
	}
	text = madeMain.ReplaceAllString(strings.ReplaceAll(text, "\r\n", "\n"), "")
	for line := range strings.SplitSeq(text, "\n") {
		m := cellLine.FindStringSubmatch(line)
		if m == nil {
			lines = append(lines, line)
			continue
		}
		end()
		c = &notebook.Cell{Type: notebook.Code, Metadata: map[string]any{}}
		switch m[1] {
		case "markdown", "md":
			c.Type = notebook.Markdown
		case "raw":
			c.Type = notebook.Raw
		}
		readHead(c, m[2])
		nb.Cells = append(nb.Cells, c)
	}
	end()
	if c == nil {
		return nil, errors.New("no line begins with \"// %%\", as the cells of a notebook in the percent format do")
	}
	if len(nb.Cells) > 1 && strings.HasPrefix(nb.Cells[0].Source, madeBy) {
		nb.Cells = nb.Cells[1:] // jupytext has made a cell of what stands above the first
	}
	nb.NameKernel()
	return nb, nil
}

var (
	headID   = regexp.MustCompile(`\bid="([^"]*)"`)
	headTags = regexp.MustCompile(`\btags=\[([^\]]*)\]`)
)

func readHead(c *notebook.Cell, head string) {
	if m := headID.FindStringSubmatch(head); m != nil {
		c.ID = m[1]
	}
	m := headTags.FindStringSubmatch(head)
	if m == nil {
		return
	}
	tags := []any{}
	for quoted := range strings.SplitSeq(m[1], ",") {
		if tag, err := strconv.Unquote(strings.TrimSpace(quoted)); err == nil {
			tags = append(tags, tag)
		}
	}
	c.Metadata["tags"] = tags
}

func cellSource(kind string, lines []string) string {
	if kind != notebook.Code {
		for i, l := range lines {
			lines[i] = strings.TrimPrefix(strings.TrimPrefix(l, "//"), " ")
		}
		return strings.TrimRight(strings.Join(lines, "\n"), "\n")
	}
	var kept []string
	for _, l := range lines {
		switch {
		case strings.HasSuffix(l, markMade), strings.HasSuffix(l, markBody):
			continue
		case strings.HasPrefix(l, strings.TrimSpace(markCell)):
			l = strings.TrimPrefix(strings.TrimPrefix(l, strings.TrimSpace(markCell)), " ")
		}
		kept = append(kept, l)
	}
	return unmark(strings.TrimRight(strings.Join(kept, "\n"), "\n"))
}

var (
	madeMain  = regexp.MustCompile(`(?s)func main\(\) \{ ` + markMade + `.*`)
	shownOpen = regexp.MustCompile(`display\.Show\(\s*` + markValue + `\n`)
	varType   = regexp.MustCompile(` /\*type\*/ /\*(.*?)\*/ `)
)

// unmark turns what goWriter did to a cell's text back.
func unmark(s string) string {
	s = shownOpen.ReplaceAllString(s, "")
	s = varType.ReplaceAllString(s, " $1 ")
	return strings.NewReplacer(") "+markValue, "", markDefine, ":=", markVar, "var", "//songsong:var", "var", markImport, "").Replace(s)
}
