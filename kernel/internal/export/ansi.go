package export

import (
	"html/template"
	"regexp"
	"strconv"
	"strings"
)

var (
	sgr     = regexp.MustCompile("\x1b\\[([0-9;]*)m")
	control = regexp.MustCompile("\x1b(?:\\[[0-?]*[ -/]*[@-~]|\\][^\x07\x1b]*(?:\x07|\x1b\\\\)|[@-Z\\\\-_])|[\x00-\x08\x0b-\x1f\x7f]")
)

var colours = [...]string{"black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"}

// ansiHTML writes a terminal's text as HTML: colours and bold become classes,
// other controls go.
func ansiHTML(s string) template.HTML {
	var b strings.Builder
	class := ansiClass{}
	for s != "" {
		m := sgr.FindStringSubmatchIndex(s)
		piece := s
		if m != nil {
			piece = s[:m[0]]
		}
		class.write(&b, piece)
		if m == nil {
			break
		}
		class.apply(s[m[2]:m[3]])
		s = s[m[1]:]
	}
	return template.HTML(b.String())
}

type ansiClass struct {
	bold, dim bool
	colour    string
}

func (c *ansiClass) write(b *strings.Builder, text string) {
	text = template.HTMLEscapeString(control.ReplaceAllString(text, ""))
	var names []string
	if c.bold {
		names = append(names, "a-bold")
	}
	if c.dim {
		names = append(names, "a-dim")
	}
	if c.colour != "" {
		names = append(names, "a-"+c.colour)
	}
	if text == "" || len(names) == 0 {
		b.WriteString(text)
		return
	}
	b.WriteString(`<span class="` + strings.Join(names, " ") + `">` + text + "</span>")
}

func (c *ansiClass) apply(codes string) {
	list := strings.Split(codes, ";")
	for i := 0; i < len(list); i++ {
		n, _ := strconv.Atoi(list[i])
		switch {
		case n == 0:
			*c = ansiClass{}
		case n == 1:
			c.bold = true
		case n == 2:
			c.dim = true
		case n == 22:
			c.bold, c.dim = false, false
		case n == 39:
			c.colour = ""
		case n >= 30 && n <= 37:
			c.colour = colours[n-30]
		case n >= 90 && n <= 97:
			c.colour = colours[n-90]
		case n == 38 || n == 48: // 256 colours or RGB: skip its numbers
			if i+1 < len(list) && list[i+1] == "5" {
				i += 2
			} else {
				i += 4
			}
		}
	}
}
