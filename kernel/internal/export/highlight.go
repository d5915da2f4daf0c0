package export

import (
	"bytes"
	"fmt"
	"html/template"
	"strings"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/formatters/html"
	"github.com/alecthomas/chroma/v2/lexers"
	"github.com/alecthomas/chroma/v2/styles"
)

// The styles of code, on light and on dark paper. Both keep a contrast of 4.5:1
// with the paper (their comments are darkened in page.css).
const (
	lightStyle = "github"
	darkStyle  = "github-dark"
)

func formatter() *html.Formatter {
	return html.New(html.WithClasses(true), html.ClassPrefix("hl-"), html.TabWidth(4), html.PreventSurroundingPre(true))
}

// highlight writes code in colours; unknown languages are written plainly.
func highlight(code, language string) template.HTML {
	code = strings.TrimSuffix(code, "\n")
	inner := template.HTMLEscapeString(code)
	if lexer := lexers.Get(language); lexer != nil && language != "" {
		var b bytes.Buffer
		tokens, err := chroma.Coalesce(lexer).Tokenise(nil, code)
		if err == nil && formatter().Format(&b, styles.Get(lightStyle), tokens) == nil {
			inner = strings.TrimSuffix(b.String(), "\n")
		}
	}
	return template.HTML(`<pre class="hl-chroma" tabindex="0"><code>` + inner + "</code></pre>\n")
}

// cellLanguage is the language of a code cell: what its first line says, else Go.
func cellLanguage(source string) string {
	for line := range strings.Lines(source) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#|") || strings.HasPrefix(line, "//|") {
			continue
		}
		name, ok := strings.CutPrefix(line, "%%")
		if !ok {
			break
		}
		switch word, _, _ := strings.Cut(name, " "); word {
		case "python", "python3":
			return "python"
		case "bash", "sh", "script":
			return "bash"
		case "html", "markdown", "javascript":
			return word
		}
	}
	return "go"
}

// highlightCSS is the style sheet of highlighted code in both schemes.
func highlightCSS() (string, error) {
	var light, dark bytes.Buffer
	if err := formatter().WriteCSS(&light, styles.Get(lightStyle)); err != nil {
		return "", err
	}
	if err := formatter().WriteCSS(&dark, styles.Get(darkStyle)); err != nil {
		return "", err
	}
	return fmt.Sprintf("@media print, (prefers-color-scheme: light) {\n%s}\n@media screen and (prefers-color-scheme: dark) {\n%s}\n", light.String(), dark.String()), nil
}
