package page

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"image/color"
	"math"
	"strconv"
	"strings"

	"golang.org/x/image/font/sfnt"
)

// SVG writes the page as an SVG document. Each glyph's outline stands once in
// <defs>; its id names font and glyph, so several figures inlined in one HTML
// page agree about every id. Attributes stand in single quotes and a group on
// one line: as JSON in a notebook that is a fifth shorter.
func (p *Page) SVG() ([]byte, error) {
	if err := p.Err(); err != nil {
		return nil, err
	}
	w := svgWriter{height: p.Height.Points(), defs: map[string]bool{}}
	for _, m := range p.marks {
		if err := w.mark(m); err != nil {
			return nil, err
		}
	}
	w.close()
	var out bytes.Buffer
	width, height := num(p.Width.Points()), num(p.Height.Points())
	fmt.Fprintf(&out, `<svg xmlns='http://www.w3.org/2000/svg' width='%spt' height='%spt' viewBox='0 0 %s %s' role='img'`, width, height, width, height)
	if p.Language != "" {
		fmt.Fprintf(&out, ` lang='%s'`, escape(p.Language))
	}
	out.WriteString(">\n")
	if p.Title != "" {
		fmt.Fprintf(&out, "<title>%s</title>\n", escape(p.Title))
	}
	if p.Description != "" {
		fmt.Fprintf(&out, "<desc>%s</desc>\n", escape(p.Description))
	}
	if w.glyphs.Len() > 0 {
		fmt.Fprintf(&out, "<defs>\n%s</defs>\n", w.glyphs.String())
	}
	fmt.Fprintf(&out, "<rect width='%s' height='%s' fill='#fff'/>\n", width, height)
	out.Write(w.body.Bytes())
	out.WriteString("</svg>\n")
	return out.Bytes(), nil
}

type svgWriter struct {
	height       float64
	glyphs, body bytes.Buffer
	defs         map[string]bool
	open         bool   // a group is open
	group        string // its attributes
}

func (w *svgWriter) mark(m mark) error {
	switch m.kind {
	case fillMark:
		w.in(paint("fill", m.pen.color))
		fmt.Fprintf(&w.body, `<path d='%s'/>`, w.data(m.path))
	case circleMark:
		w.in(paint("fill", m.pen.color))
		c := m.disc.center
		fmt.Fprintf(&w.body, `<circle cx='%s' cy='%s' r='%s'/>`, num(c.x), num(w.height-c.y), num(m.disc.radius))
	case strokeMark:
		w.in(` fill='none'` + paint("stroke", m.pen.color) + strokeStyle(m.pen))
		fmt.Fprintf(&w.body, `<path d='%s'/>`, w.data(m.path))
	case textMark:
		w.in(paint("fill", m.pen.color))
		return w.text(m)
	}
	return nil
}

// in makes the next marks children of a group with these attributes; marks of
// one look share a group.
func (w *svgWriter) in(attributes string) {
	if w.open && attributes == w.group {
		return
	}
	w.close()
	fmt.Fprintf(&w.body, "<g%s>", attributes)
	w.open, w.group = true, attributes
}

func (w *svgWriter) close() {
	if w.open {
		w.body.WriteString("</g>\n")
		w.open = false
	}
}

// text writes a run as uses of glyph outlines, and its words as the group's
// label for screen readers and for searching the file.
func (w *svgWriter) text(m mark) error {
	r, k := m.run, m.run.unit()
	t := r.matrix
	fmt.Fprintf(&w.body, `<g aria-label='%s' transform='matrix(%s %s %s %s %s %s)'>`, escape(r.text),
		small(t[0]*k), small(-t[1]*k), small(t[2]*k), small(-t[3]*k), num(t[4]), num(w.height-t[5]))
	for _, g := range r.glyphs {
		id, err := w.define(r.face, g.index)
		if err != nil {
			return err
		}
		if id != "" {
			fmt.Fprintf(&w.body, `<use href='#%s'%s/>`, id, place(g.x))
		}
	}
	w.body.WriteString("</g>")
	return nil
}

// place is where a glyph stands in its run; the first needs no word.
func place(x float64) string {
	if x == 0 {
		return ""
	}
	return " x='" + num(x) + "'"
}

// define writes a glyph's outline the first time and returns its id, which is
// empty for a glyph without ink.
func (w *svgWriter) define(f *face, g sfnt.GlyphIndex) (string, error) {
	o, err := f.outline(g)
	if err != nil || len(o) == 0 {
		return "", err
	}
	id := f.id(g)
	if !w.defs[id] {
		w.defs[id] = true
		fmt.Fprintf(&w.glyphs, `<path id='%s' d='%s'/>`, id, data(o, func(p point) point { return p }))
	}
	return id, nil
}

// id is short for the fonts of our own figures, whose glyphs are many.
func (f *face) id(g sfnt.GlyphIndex) string {
	short, ok := map[string]string{"LiberationSans": "r", "LiberationSans-Bold": "b", "LiberationSans-Italic": "i"}[f.name]
	if !ok {
		short = f.name + "-"
	}
	return fmt.Sprintf("ls%s%d", short, g)
}

func (w *svgWriter) data(q path) string {
	return data(q, func(p point) point { return point{p.x, w.height - p.y} })
}

// data writes a path in its shortest form: relative steps, and a letter only
// where it changes. Each number is the difference of two that are rounded to a
// hundredth, so nothing drifts.
func data(q path, to func(point) point) string {
	var b strings.Builder
	var at, start hundredths
	last := byte('Z')
	for _, s := range q {
		from := at
		var steps []float64
		for i := range points(s.op) {
			at = round(to(s.pt[i]))
			steps = append(steps, (at.x-from.x)/100, (at.y-from.y)/100)
		}
		op := s.op | 0x20 // lower case: relative
		switch {
		case op == 'm':
			start = at
		case op == 'z':
			at = start
		case op == 'l' && steps[0] == 0 && steps[1] != 0:
			op, steps = 'v', steps[1:]
		case op == 'l' && steps[1] == 0 && steps[0] != 0:
			op, steps = 'h', steps[:1]
		}
		letter := op != last || op == 'm' || op == 'z'
		if last = op; letter {
			b.WriteByte(op)
		}
		for i, x := range steps {
			if (i > 0 || !letter) && x >= 0 {
				b.WriteByte(' ')
			}
			b.WriteString(num(x))
		}
	}
	return b.String()
}

// hundredths is a point in hundredths of a unit, all whole numbers.
type hundredths point

func round(p point) hundredths {
	return hundredths{math.Round(p.x * 100), math.Round(p.y * 100)}
}

// points is how many points a step has.
func points(op byte) int {
	switch op {
	case 'M', 'L':
		return 1
	case 'Q':
		return 2
	case 'C':
		return 3
	}
	return 0
}

func paint(attr string, c color.NRGBA) string {
	s := fmt.Sprintf(` %s='#%02x%02x%02x'`, attr, c.R, c.G, c.B)
	if attr == "fill" && c.R == 0 && c.G == 0 && c.B == 0 {
		s = ""
	}
	if c.A != 255 {
		s += fmt.Sprintf(` %s-opacity='%s'`, attr, num(float64(c.A)/255))
	}
	return s
}

func strokeStyle(p pen) string {
	s := fmt.Sprintf(` stroke-width='%s'`, num(p.width))
	if len(p.dash) == 0 {
		return s
	}
	var d []string
	for _, l := range p.dash {
		d = append(d, num(l))
	}
	s += ` stroke-dasharray='` + strings.Join(d, " ") + `'`
	if p.offset != 0 {
		s += ` stroke-dashoffset='` + num(p.offset) + `'`
	}
	return s
}

// num writes a coordinate to a hundredth of a unit, small a factor to six
// digits.
func num(x float64) string {
	return strconv.FormatFloat(math.Round(x*100)/100+0, 'f', -1, 64)
}

func small(x float64) string {
	return strconv.FormatFloat(math.Round(x*1e7)/1e7+0, 'f', -1, 64)
}

func escape(s string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(s)) // a bytes.Buffer never fails
	return b.String()
}
