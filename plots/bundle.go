package plots

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
	"gonum.org/v1/plot/vg"
)

// SVG returns the figure as an SVG document that needs no fonts; text is drawn
// as outlines and stands in labels for screen readers.
func (f *Figure) SVG() ([]byte, error) {
	return f.render(func() ([]byte, error) { return f.drawn.SVG() })
}

// PDF returns the figure as a one-page PDF with its font inside; text can be
// selected and searched.
func (f *Figure) PDF() ([]byte, error) {
	return f.render(func() ([]byte, error) { return f.drawn.PDF() })
}

// EPS returns the figure as encapsulated PostScript with text as outlines.
func (f *Figure) EPS() ([]byte, error) {
	return f.render(func() ([]byte, error) { return f.drawn.EPS() })
}

// PNG returns the figure as a picture with dpi dots per inch; 96 is a screen's
// pixel, 300 is print.
func (f *Figure) PNG(dpi int) ([]byte, error) {
	return f.render(func() ([]byte, error) { return f.drawn.PNG(dpi) })
}

func (f *Figure) render(write func() ([]byte, error)) ([]byte, error) {
	f.draw()
	if f.err != nil {
		return nil, f.err
	}
	return write()
}

// CSV returns the figure's data, one row per repetition or mark, with a header
// line. Unknown values are empty.
func (f *Figure) CSV() []byte { return f.data.csv() }

// Size returns the width and height in CSS pixels (96 per inch).
func (f *Figure) Size() (width, height int) {
	f.draw()
	if f.drawn == nil {
		return 0, 0
	}
	px := func(l vg.Length) int { return int(math.Round(l.Dots(96))) }
	return px(f.drawn.Width), px(f.drawn.Height)
}

// MIMEBundle returns the figure in every form a front end or an exporter may
// pick: SVG, PNG at twice the screen's resolution, PDF, CSV and a line of text;
// never HTML. metadata gives the PNG's size in CSS pixels and the caption as text.
//
// It panics with Err's error if the figure can't be drawn: in a notebook that is
// the cell's error.
func (f *Figure) MIMEBundle() (data, metadata map[string]any) {
	svg, err1 := f.SVG()
	png, err2 := f.PNG(192)
	pdf, err3 := f.PDF()
	for _, err := range []error{err1, err2, err3} {
		if err != nil {
			panic(err)
		}
	}
	w, h := f.Size()
	data = map[string]any{
		"image/svg+xml":   string(svg),
		"image/png":       png,
		"application/pdf": pdf,
		"text/csv":        string(f.CSV()),
		"text/plain":      f.String(),
	}
	if f.vega != nil {
		data["application/vnd.vegalite.v5+json"] = f.vega
	}
	if os.Getenv("SONGSONG_FIGURES") != "" { // "songsong run --figures" saves it and keeps it out of the notebook
		if print, err := f.PNG(300); err == nil {
			data["image/png; dpi=300"] = print
		}
	}
	metadata = map[string]any{"image/png": map[string]any{"width": w, "height": h}}
	if caption := f.Caption(); caption != "" {
		metadata["songsong"] = map[string]any{"method": caption} // for the method box of a report
	}
	return data, metadata
}

// Save writes name.svg, name.pdf, name.png (300 dpi) and name.csv into the
// current folder, or into the folder that the environment variable
// SONGSONG_FIGURES names. An empty name takes the figure's own. Files that
// would not change are not touched.
func (f *Figure) Save(name string) error {
	if name == "" {
		name = f.Name()
	}
	dir := os.Getenv("SONGSONG_FIGURES")
	base := filepath.Join(filepath.Dir(name), fileName(filepath.Base(name)))
	if !filepath.IsAbs(base) {
		base = filepath.Join(dir, base)
	}
	if err := os.MkdirAll(filepath.Dir(base), 0o755); err != nil {
		return fmt.Errorf("plots: save %s: %w", name, err)
	}
	for ext, make := range map[string]func() ([]byte, error){
		".svg": f.SVG,
		".pdf": f.PDF,
		".png": func() ([]byte, error) { return f.PNG(300) },
		".csv": func() ([]byte, error) { return f.CSV(), f.Err() },
	} {
		content, err := make()
		if err != nil {
			return err
		}
		if err := writeChanged(base+ext, content); err != nil {
			return fmt.Errorf("plots: save %s: %w", name, err)
		}
	}
	return nil
}

func writeChanged(path string, content []byte) error {
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, content) {
		return nil
	}
	return os.WriteFile(path, content, 0o644)
}

// fileName makes a plain file name of any text: Vietnamese letters lose their
// marks, anything else becomes '-'.
func fileName(s string) string {
	var b strings.Builder
	for _, c := range norm.NFD.String(s) {
		switch {
		case unicode.Is(unicode.Mn, c):
		case c == 'đ':
			b.WriteByte('d')
		case c == 'Đ':
			b.WriteByte('D')
		case c < 128 && (unicode.IsLetter(c) || unicode.IsDigit(c)), c == '_':
			b.WriteRune(c)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	if name := strings.Trim(b.String(), "-"); name != "" {
		return name
	}
	return "figure"
}

// table is a figure's data.
type table struct {
	header []string
	rows   [][]string
}

func (t *table) add(cells ...any) {
	row := make([]string, len(cells))
	for i, c := range cells {
		switch v := c.(type) {
		case float64:
			if !math.IsNaN(v) {
				row[i] = strconv.FormatFloat(v, 'g', 9, 64)
			}
		default:
			row[i] = fmt.Sprint(v)
		}
	}
	t.rows = append(t.rows, row)
}

func (t table) csv() []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write(t.header) // a bytes.Buffer never fails
	_ = w.WriteAll(t.rows)
	return b.Bytes()
}
