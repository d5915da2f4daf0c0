package assist

import (
	"regexp"
	"strings"

	"songsong/kernel/internal/source"
)

// Merge puts gopls' proposals, which know what would fit, before the type
// checker's own, which are complete. Where both know a name, the own one says what it is.
func Merge(p Place, gopls, own []Completion) []Completion {
	if len(gopls) == 0 {
		return own
	}
	byText := map[string]Completion{}
	for _, c := range own {
		byText[c.Text] = c
	}
	var out []Completion
	seen := map[string]bool{}
	for _, c := range gopls {
		if seen[c.Text] {
			continue
		}
		seen[c.Text] = true
		if o, ok := byText[c.Text]; ok {
			c = o
		}
		out = append(out, c)
	}
	for _, c := range own {
		if !seen[c.Text] {
			out = append(out, c)
		}
	}
	return out
}

// Usable reports whether cells can use a proposal of gopls: imports that it would
// add must be those that cells add by themselves.
func Usable(p Place, text string, imports []string) bool {
	if strings.ContainsAny(text, "Ꞩꞩ") {
		return false
	}
	name := text
	if p.Dot {
		name = p.Before
	}
	for _, path := range imports {
		if source.KnownPackages()[name] != path {
			return false
		}
	}
	return true
}

// Detail is what gopls says of a proposal, as our own proposals say it.
func Detail(kind, detail string) string {
	switch kind {
	case "function", "method":
		detail = strings.TrimPrefix(detail, "func")
	case "module":
		detail = strings.Trim(detail, `"`)
	case "keyword":
		detail = ""
	}
	return cut(detail)
}

// WithHover puts gopls' Markdown in the place of a text, which may be empty.
func WithHover(t Text, hover string) Text {
	t.Hover = hover
	if t.Decl == "" {
		t.Decl = plain(hover)
	}
	return t
}

// WithSignature adds what gopls knows of the call that the cursor is in: the
// argument it is at, and all else if the text is empty.
func WithSignature(t Text, label, doc, parameter string) Text {
	if t.Decl == "" {
		t = Text{Decl: strings.Replace("func "+label, "func func", "func", 1), Comment: plain(doc), Markdown: doc}
	}
	if parameter != "" {
		t.Comment = "argument: " + parameter + "\n\n" + t.Comment
		t.Markdown = "argument: `" + parameter + "`\n\n" + t.Markdown
	}
	return t
}

var (
	link  = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)
	fence = regexp.MustCompile("(?m)^(```\\w*|---)\n?")
)

// plain is Markdown of gopls without its marks.
func plain(markdown string) string {
	text := link.ReplaceAllString(markdown, "$1")
	text = fence.ReplaceAllString(text, "")
	return strings.TrimSpace(strings.NewReplacer("`", "", `\`, "").Replace(text))
}
