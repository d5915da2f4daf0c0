package gonbui

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/png"
	"log"
	"sync"

	"songsong/kernel/display"
	"songsong/kernel/internal/rt"
)

// IsNotebook reports whether a notebook shows what this program displays.
var IsNotebook = display.Connected()

// Debug makes [Logf] write.
var Debug bool

// Logf writes to the log if [Debug] is set.
func Logf(format string, args ...any) {
	if Debug {
		log.Printf(format, args...)
	}
}

// Open does nothing: the notebook is always connected.
func Open() error { return nil }

// Sync does nothing: what is shown is on its way before the call returns.
func Sync() {}

// Error returns why the last thing could not be shown, nil if all were.
func Error() error {
	failed.Lock()
	defer failed.Unlock()
	return failed.err
}

var failed struct {
	sync.Mutex
	err error
}

func show(d display.Data) {
	if !display.Connected() {
		return
	}
	if err := display.Display(d); err != nil {
		failed.Lock()
		defer failed.Unlock()
		failed.err = err
	}
}

// DisplayHTML shows a fragment of HTML.
func DisplayHTML(html string) { show(display.HTML(html)) }

// DisplayHTMLF is [DisplayHTML] with the format and arguments of fmt.Sprintf.
func DisplayHTMLF(format string, args ...any) { DisplayHTML(fmt.Sprintf(format, args...)) }

// DisplayMarkdown shows Markdown, with formulas between dollar signs.
func DisplayMarkdown(markdown string) { show(display.Markdown(markdown)) }

// DisplayPNG shows an encoded PNG image.
func DisplayPNG(png []byte) { show(display.PNG(png)) }

// DisplaySVG shows a drawing in SVG.
func DisplaySVG(svg string) {
	show(display.MIME(display.MIMEMap{
		display.MIMETypeSVG:  svg,
		display.MIMETypeHTML: "<div>" + svg + "</div>", // shown where SVG is not, as in a notebook that is not trusted
		display.MIMETypeText: "<SVG image>",
	}, nil))
}

// DisplayImage shows an image; it fails if the image can't be encoded as PNG.
func DisplayImage(img image.Image) error {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return err
	}
	DisplayPNG(b.Bytes())
	return nil
}

// shown holds the outputs that [UpdateHTML] and [UpdateMarkdown] have made.
var shown sync.Map // output → true

type output struct {
	cell int
	id   string
}

// UpdateHTML shows HTML in the output named id of this cell; the first call makes it.
func UpdateHTML(id, html string) { update(id, display.HTML(html)) }

// UpdateMarkdown is [UpdateHTML] for Markdown.
func UpdateMarkdown(id, markdown string) { update(id, display.Markdown(markdown)) }

func update(id string, d display.Data) {
	if !display.Connected() {
		return
	}
	if _, again := shown.LoadOrStore(output{rt.Current().ID, id}, true); again {
		display.Update(id, d)
		return
	}
	display.ShowID(id, d)
}

// UniqueID returns a name for [UpdateHTML] that nothing else in this session has.
func UniqueID() string { return display.UniqueID("gonb") }

// RequestInput asks the reader for a line, which what next reads standard input
// gets. It waits for the answer. If nobody can answer, that read fails.
func RequestInput(prompt string, password bool) {
	ask := display.Input
	if password {
		ask = display.Password
	}
	if line, err := ask(prompt); err == nil {
		rt.Feed(line + "\n")
	}
}

// EmbedImageAsPNGSrc returns the image as the src of an img element.
func EmbedImageAsPNGSrc(img image.Image) (string, error) {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return "", fmt.Errorf("the image can't be encoded as PNG: %w", err)
	}
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes()), nil
}
