package display

import (
	"fmt"
	"html"
	"strings"
	"unicode/utf8"
)

func (t *table) html() string {
	var b strings.Builder
	b.WriteString("<table>\n")
	if t.caption != "" {
		fmt.Fprintf(&b, "<caption>%s</caption>\n", html.EscapeString(t.caption))
	}
	if len(t.head) > 0 {
		b.WriteString("<thead><tr>")
		for i, h := range t.head {
			fmt.Fprintf(&b, `<th scope="col"%s>%s</th>`, t.align(i), html.EscapeString(h))
		}
		b.WriteString("</tr></thead>\n")
	}
	b.WriteString("<tbody>\n")
	for _, row := range t.rows {
		b.WriteString("<tr>")
		for i, c := range row {
			open, end := "<td", "</td>"
			if i == 0 && t.rowHead {
				open, end = `<th scope="row"`, "</th>"
			}
			b.WriteString(open + t.align(i) + ">" + html.EscapeString(c) + end)
		}
		b.WriteString("</tr>\n")
	}
	b.WriteString("</tbody>\n</table>")
	if t.more > 0 {
		fmt.Fprintf(&b, "\n<p>%s</p>", t.moreText())
	}
	return b.String()
}

func (t *table) align(column int) string {
	if column < len(t.number) && t.number[column] {
		return ` style="text-align:right"`
	}
	return ` style="text-align:left"`
}

func (t *table) moreText() string { return fmt.Sprintf("… and %d more rows", t.more) }

func (t *table) markdown() string {
	var b strings.Builder
	if t.caption != "" {
		b.WriteString(t.caption + "\n\n")
	}
	escape := strings.NewReplacer("|", `\|`, "\n", " ", "<", "&lt;")
	line := func(cells []string) {
		b.WriteString("|")
		for i := range t.columns() {
			c := ""
			if i < len(cells) {
				c = escape.Replace(cells[i])
			}
			b.WriteString(" " + c + " |")
		}
		b.WriteString("\n")
	}
	line(t.head)
	b.WriteString("|")
	for i := range t.columns() {
		if i < len(t.number) && t.number[i] {
			b.WriteString("---:|")
		} else {
			b.WriteString("---|")
		}
	}
	b.WriteString("\n")
	for _, row := range t.rows {
		line(row)
	}
	if t.more > 0 {
		b.WriteString("\n" + t.moreText() + "\n")
	}
	return b.String()
}

func (t *table) columns() int { return max(len(t.head), len(t.number)) }

// text lays the table out in columns, numbers to the right.
func (t *table) text() string {
	width := make([]int, t.columns())
	measure := func(row []string) {
		for i, c := range row {
			width[i] = max(width[i], utf8.RuneCountInString(c))
		}
	}
	measure(t.head)
	for _, row := range t.rows {
		measure(row)
	}
	var b strings.Builder
	if t.caption != "" {
		b.WriteString(t.caption + "\n")
	}
	write := func(row []string) {
		var line strings.Builder
		for i, c := range row {
			pad := strings.Repeat(" ", width[i]-utf8.RuneCountInString(c))
			if i < len(t.number) && t.number[i] {
				c = pad + c
			} else {
				c += pad
			}
			if i > 0 {
				line.WriteString("  ")
			}
			line.WriteString(strings.ReplaceAll(c, "\n", " "))
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	if len(t.head) > 0 {
		write(t.head)
		rule := make([]string, len(width))
		for i, w := range width {
			rule[i] = strings.Repeat("─", w)
		}
		write(rule)
	}
	for _, row := range t.rows {
		write(row)
	}
	if t.more > 0 {
		b.WriteString(t.moreText() + "\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}
