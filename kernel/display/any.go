package display

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"
)

// Any turns a value into [Data] of the given MIME type. It takes a string,
// []byte, io.Reader, io.WriterTo, image.Image, and every value that [Render]
// takes. With an empty MIME type it looks at the first bytes. It panics on
// other values and when reading fails.
func Any(mimeType string, data interface{}) Data {
	switch v := data.(type) {
	case string:
		return anyBytes(mimeType, []byte(v))
	case []byte:
		return anyBytes(mimeType, v)
	}
	if d, ok := Render(data); ok {
		return d
	}
	var buf bytes.Buffer
	var err error
	switch v := data.(type) {
	case io.WriterTo:
		_, err = v.WriteTo(&buf)
	case io.Reader:
		_, err = buf.ReadFrom(v)
	default:
		panic(fmt.Errorf("display: can't show a value of type %T: it has no method such as HTML, SVG, PNG or Render", data))
	}
	if err != nil {
		panic(fmt.Errorf("display: reading what to show: %w", err))
	}
	return anyBytes(mimeType, buf.Bytes())
}

// Auto is Any with the MIME type found by looking at the data.
func Auto(data interface{}) Data { return Any("", data) }

// File shows a file; with an empty MIME type it looks at the first bytes.
// It panics if the file can't be read.
func File(mimeType string, path string) Data {
	b, err := os.ReadFile(path)
	if err != nil {
		panic(fmt.Errorf("display: %w", err))
	}
	return anyBytes(mimeType, b)
}

func anyBytes(mimeType string, b []byte) Data {
	if mimeType == "" {
		mimeType = sniff(b)
	}
	if isText(mimeType) && utf8.Valid(b) {
		return MakeData(mimeType, string(b))
	}
	return MakeData(mimeType, b)
}

// sniff finds the format of b by its first bytes. (net/http knows more
// formats, but would make every cell that shows something link an HTTP server.)
func sniff(b []byte) string {
	head := b[:min(len(b), 512)]
	for _, m := range []struct{ magic, mime string }{
		{"\x89PNG\r\n\x1a\n", MIMETypePNG},
		{"\xff\xd8\xff", MIMETypeJPEG},
		{"GIF87a", mimeTypeGIF},
		{"GIF89a", mimeTypeGIF},
		{"%PDF-", MIMETypePDF},
	} {
		if bytes.HasPrefix(head, []byte(m.magic)) {
			return m.mime
		}
	}
	if !utf8.Valid(b) {
		return "application/octet-stream"
	}
	text := strings.ToLower(strings.TrimSpace(string(bytes.TrimPrefix(head, []byte("\ufeff")))))
	switch {
	case strings.HasPrefix(text, "<svg"),
		strings.HasPrefix(text, "<?xml") && strings.Contains(text, "<svg"):
		return MIMETypeSVG
	case strings.HasPrefix(text, "<!doctype html"), looksLikeHTML(text):
		return MIMETypeHTML
	}
	return MIMETypeText
}

func looksLikeHTML(text string) bool {
	for _, tag := range []string{"html", "head", "body", "div", "span", "p", "table", "h1", "h2", "h3", "a", "b", "br", "img", "ul", "ol", "pre", "style", "script", "!--"} {
		rest, ok := strings.CutPrefix(text, "<"+tag)
		if ok && (tag == "!--" || rest != "" && strings.ContainsRune(" >\n\t/", rune(rest[0]))) {
			return true
		}
	}
	return false
}
