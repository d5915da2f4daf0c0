package page

import (
	"bytes"
	"fmt"
	"time"

	"codeberg.org/go-pdf/fpdf"
)

// PDF writes the page as a PDF of one page: paths as vectors, text as text in
// embedded subsets of its fonts, so it can be selected and searched.
func (p *Page) PDF() ([]byte, error) {
	if err := p.Err(); err != nil {
		return nil, err
	}
	size := fpdf.SizeType{Wd: p.Width.Points(), Ht: p.Height.Points()}
	doc := fpdf.NewCustom(&fpdf.InitType{UnitStr: "pt", Size: size})
	doc.SetCatalogSort(true)
	doc.SetCreationDate(time.Unix(0, 0).UTC())
	doc.SetModificationDate(time.Unix(0, 0).UTC())
	doc.SetProducer("songsong", true)
	doc.SetTitle(p.Title, true)
	doc.SetSubject(p.Description, true)
	doc.SetLang(p.Language)
	doc.SetMargins(0, 0, 0)
	doc.SetAutoPageBreak(false, 0)
	doc.AddPage()
	w := pdfWriter{doc: doc, height: size.Ht, fonts: map[string]bool{}, alpha: 255}
	for _, m := range p.marks {
		if err := w.mark(m); err != nil {
			return nil, err
		}
	}
	var out bytes.Buffer
	if err := doc.Output(&out); err != nil {
		return nil, fmt.Errorf("plots: write PDF: %w", err)
	}
	return out.Bytes(), nil
}

type pdfWriter struct {
	doc    *fpdf.Fpdf
	height float64
	fonts  map[string]bool
	alpha  uint8
}

func (w *pdfWriter) mark(m mark) error {
	c := m.pen.color
	if c.A != w.alpha {
		w.doc.SetAlpha(float64(c.A)/255, "Normal")
		w.alpha = c.A
	}
	switch m.kind {
	case fillMark:
		w.doc.SetFillColor(int(c.R), int(c.G), int(c.B))
		w.path(m.path)
		w.doc.DrawPath("F")
	case circleMark:
		w.dot(m)
	case strokeMark:
		w.doc.SetDrawColor(int(c.R), int(c.G), int(c.B))
		w.doc.SetLineWidth(m.pen.width)
		w.doc.SetDashPattern(m.pen.dash, m.pen.offset)
		w.path(m.path)
		w.doc.DrawPath("D")
	case textMark:
		w.doc.SetTextColor(int(c.R), int(c.G), int(c.B))
		return w.text(m.run)
	}
	return nil
}

// dot draws a disc as a line of no length with round ends: a tenth of the bytes
// of a path.
func (w *pdfWriter) dot(m mark) {
	c, at := m.pen.color, m.disc.center
	w.doc.SetDrawColor(int(c.R), int(c.G), int(c.B))
	w.doc.SetLineWidth(2 * m.disc.radius)
	w.doc.SetDashPattern(nil, 0)
	w.doc.SetLineCapStyle("round")
	w.doc.MoveTo(at.x, w.height-at.y)
	w.doc.LineTo(at.x, w.height-at.y)
	w.doc.DrawPath("D")
	w.doc.SetLineCapStyle("butt")
}

func (w *pdfWriter) path(q path) {
	y := func(p point) float64 { return w.height - p.y }
	for _, s := range q {
		a, b, c := s.pt[0], s.pt[1], s.pt[2]
		switch s.op {
		case 'M':
			w.doc.MoveTo(a.x, y(a))
		case 'L':
			w.doc.LineTo(a.x, y(a))
		case 'C':
			w.doc.CurveBezierCubicTo(a.x, y(a), b.x, y(b), c.x, y(c))
		case 'Z':
			w.doc.ClosePath()
		}
	}
}

// text shows a run piece by piece, a new piece after every kerned pair, so that
// each letter stands where the other formats put it.
func (w *pdfWriter) text(r run) error {
	if !w.fonts[r.face.name] {
		w.fonts[r.face.name] = true
		file, err := r.face.file()
		if err != nil {
			return err
		}
		w.doc.AddUTF8FontFromBytes(r.face.name, "", file)
	}
	w.doc.SetFont(r.face.name, "", r.size)
	w.doc.TransformBegin()
	t := r.matrix
	w.doc.Transform(fpdf.TransformMatrix{A: t[0], B: t[1], C: t[2], D: t[3], E: t[4], F: t[5]})
	for _, piece := range pieces(r) {
		w.doc.Text(piece.x*r.unit(), w.height, piece.text)
	}
	w.doc.TransformEnd()
	return nil
}

type piece struct {
	x    float64 // font units
	text string
}

// pieces cuts a run where kerning moved a glyph.
func pieces(r run) []piece {
	var out []piece
	next := -1.0
	for _, g := range r.glyphs {
		if g.x != next {
			out = append(out, piece{x: g.x})
		}
		out[len(out)-1].text += string(g.char)
		next = g.x + g.advance
	}
	return out
}
