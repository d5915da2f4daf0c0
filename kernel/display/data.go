package display

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"strings"
)

// MIMEMap maps a MIME type to a value: a string for text, []byte for binary
// formats, or what encodes as JSON.
type MIMEMap = map[string]interface{}

// Data is one value in several formats; the front end chooses the richest it
// can show. Metadata is keyed by MIME type. Transient may hold "display_id",
// a name by which [Update] replaces the output later; it is not stored.
type Data = struct {
	Data      MIMEMap
	Metadata  MIMEMap
	Transient MIMEMap
}

// The MIME types that the functions of this package make.
const (
	MIMETypeHTML       = "text/html"
	MIMETypeJavaScript = "application/javascript"
	MIMETypeJPEG       = "image/jpeg"
	MIMETypeJSON       = "application/json"
	MIMETypeLatex      = "text/latex"
	MIMETypeMarkdown   = "text/markdown"
	MIMETypePDF        = "application/pdf"
	MIMETypePNG        = "image/png"
	MIMETypeSVG        = "image/svg+xml"
	MIMETypeText       = "text/plain"
)

const mimeTypeGIF = "image/gif"

// MakeData returns data in one format, with its text form beside it.
func MakeData(mimeType string, data interface{}) Data {
	if mimeType == MIMETypeText {
		return Data{Data: MIMEMap{MIMETypeText: data}}
	}
	return MakeData3(mimeType, plainText(mimeType, data), data)
}

// MakeData3 returns data in one format, with the given text beside it for
// front ends that can show no more.
func MakeData3(mimeType string, plaintext string, data interface{}) Data {
	return Data{Data: MIMEMap{mimeType: data, MIMETypeText: plaintext}}
}

// MIME returns the given formats and their metadata as they are.
func MIME(data, metadata MIMEMap) Data { return Data{Data: data, Metadata: metadata} }

// HTML shows a fragment of HTML.
func HTML(html string) Data { return MakeData(MIMETypeHTML, html) }

// Markdown shows Markdown text.
func Markdown(markdown string) Data { return MakeData(MIMETypeMarkdown, markdown) }

// SVG shows a drawing in SVG. JupyterLab shows it only in notebooks that the
// reader trusts; a figure should carry a PNG as well.
func SVG(svg string) Data { return MakeData3(MIMETypeSVG, "<SVG image>", svg) }

// JavaScript runs a script in the page, in front ends that allow it.
func JavaScript(javascript string) Data { return MakeData(MIMETypeJavaScript, javascript) }

// Latex shows a formula inside a line; dollar signs around it may be left out.
func Latex(latex string) Data {
	return MakeData3(MIMETypeLatex, latex, "$"+strings.Trim(latex, "$")+"$")
}

// Math shows a formula on a line of its own; dollar signs may be left out.
func Math(latex string) Data {
	return MakeData3(MIMETypeLatex, latex, "$$"+strings.Trim(latex, "$")+"$$")
}

// PNG shows an encoded PNG image.
func PNG(png []byte) Data { return MakeData(MIMETypePNG, png) }

// JPEG shows an encoded JPEG image.
func JPEG(jpeg []byte) Data { return MakeData(MIMETypeJPEG, jpeg) }

// PDF shows a PDF document, in front ends that can.
func PDF(pdf []byte) Data { return MakeData(MIMETypePDF, pdf) }

// JSON shows a tree that the reader can fold.
func JSON(json map[string]interface{}) Data { return MakeData(MIMETypeJSON, json) }

// Image encodes img as PNG and shows it at its size in pixels. It panics if
// the image can't be encoded, which means that it is empty.
func Image(img image.Image) Data {
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		panic(fmt.Errorf("display: can't show this image: %w", err))
	}
	size := img.Bounds().Size()
	d := MakeData3(MIMETypePNG, fmt.Sprintf("<image, %d×%d pixels>", size.X, size.Y), buf.Bytes())
	d.Metadata = MIMEMap{MIMETypePNG: MIMEMap{"width": size.X, "height": size.Y}}
	return d
}

// plainText is what stands in for data where only text can be shown.
func plainText(mimeType string, data interface{}) string {
	if b, ok := data.([]byte); ok {
		if isText(mimeType) {
			return string(b)
		}
		name := strings.ToUpper(mimeType[strings.LastIndexByte(mimeType, '/')+1:])
		kind := "data"
		if strings.HasPrefix(mimeType, "image/") {
			kind = "image"
		} else if mimeType == MIMETypePDF {
			kind = "document"
		}
		return fmt.Sprintf("<%s %s, %d bytes>", name, kind, len(b))
	}
	return fmt.Sprint(data)
}

func isText(mimeType string) bool {
	return strings.HasPrefix(mimeType, "text/") || strings.HasSuffix(mimeType, "+xml") ||
		mimeType == MIMETypeJavaScript || strings.HasSuffix(mimeType, "json")
}
