package page

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	imagedraw "image/draw"
	"image/png"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	xfont "golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
	"golang.org/x/text/unicode/norm"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// vietnamese is every letter of the language that is more than ASCII, both
// cases: 12 vowels in 6 tones (less the 6 plain ASCII ones), đ, and the sign ₫.
func vietnamese() []rune {
	var out []rune
	for _, vowel := range "aăâeêioôơuưy" {
		for _, tone := range []string{"", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"} {
			low := norm.NFC.String(string(vowel) + tone)
			out = append(out, []rune(low)...)
			out = append(out, []rune(norm.NFC.String(strings.ToUpper(low)))...)
		}
	}
	return append(out, 'đ', 'Đ', '₫')
}

func TestVietnameseLetters(t *testing.T) {
	letters := vietnamese()
	if len(letters) != 147 {
		t.Fatalf("there are %d letters in the test, want 147", len(letters))
	}
	for _, w := range []Weight{Regular, Bold, Italic} {
		for _, c := range letters {
			if _, err := shape(Font(w, 10), string(c)); err != nil {
				t.Errorf("%c in %d: %v", c, w, err)
			}
		}
	}
}

// write puts one line of text on a page.
func write(s string, w Weight, size vg.Length) *Page {
	width := Width(Font(w, size), s) + 2*size
	p := New(width, 2*size)
	p.SetColor(color.Black)
	p.FillString(font.Face{Font: Font(w, size)}, vg.Point{X: size, Y: 0.6 * size}, s)
	return p
}

// TestLettersByPixel compares every letter of the PNG with the same letter drawn
// by another rasteriser from the font itself.
func TestLettersByPixel(t *testing.T) {
	const size = 40 // points; at 72 dpi also pixels
	for _, c := range vietnamese() {
		p := write(string(c), Regular, size)
		got := decode(t, must(p.PNG(72)))
		want := reference(string(c), got.Bounds(), size)
		inkGot, inkWant, off := compareInk(got, want)
		if inkWant < 10 || off > 0.12*inkWant {
			t.Errorf("%c: ink %.0f, want %.0f, difference %.0f", c, inkGot, inkWant, off)
		}
	}
}

func reference(s string, b image.Rectangle, size float64) image.Image {
	img := image.NewRGBA(b)
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	known, err := faceOf(Font(Regular, 1))
	if err != nil {
		panic(err)
	}
	face, err := opentype.NewFace(known.font, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: xfont.HintingNone})
	if err != nil {
		panic(err)
	}
	d := xfont.Drawer{Dst: img, Src: image.Black, Face: face}
	d.Dot = fixed.P(int(size), b.Dy()-int(0.6*size))
	d.DrawString(s)
	return img
}

// compareInk adds up darkness, in pixels, and its difference.
func compareInk(a, b image.Image) (inkA, inkB, off float64) {
	p, q := gray(a), gray(b)
	for y := range p.Rect.Dy() {
		for x := range p.Rect.Dx() {
			u := 1 - float64(p.GrayAt(x, y).Y)/255
			v := 1 - float64(q.GrayAt(x, y).Y)/255
			inkA, inkB, off = inkA+u, inkB+v, off+math.Abs(u-v)
		}
	}
	return inkA, inkB, off
}

func gray(m image.Image) *image.Gray {
	g := image.NewGray(m.Bounds())
	imagedraw.Draw(g, g.Rect, m, m.Bounds().Min, imagedraw.Src)
	return g
}

func TestDecomposedTextIsComposed(t *testing.T) {
	s := "Độ tăng tốc, Ẵ Ộ ữ"
	a, b := must(write(s, Bold, 12).SVG()), must(write(norm.NFD.String(s), Bold, 12).SVG())
	if !bytes.Equal(a, b) {
		t.Error("NFD text gives another SVG than NFC text")
	}
}

func TestMissingGlyph(t *testing.T) {
	for _, s := range []string{"S\u209A", "x\u0302\u0323\u0302", "dấu 漢"} {
		p := write(s, Regular, 10)
		var missing *MissingGlyphError
		if err := p.Err(); !errors.As(err, &missing) || !strings.Contains(err.Error(), norm.NFC.String(s)) {
			t.Errorf("%q: error is %v, want one that names the label", s, err)
		}
		if _, err := p.SVG(); err == nil {
			t.Errorf("%q was written", s)
		}
	}
}

func TestTextOutsideThePage(t *testing.T) {
	p := New(50, 20)
	p.FillString(font.Face{Font: Font(Regular, 10)}, vg.Point{X: 10, Y: 5}, "quá dài để vừa")
	if p.Err() == nil {
		t.Error("a label that runs over the edge is no error")
	}
}

// drawing uses every kind of mark.
func drawing() *Page {
	p := New(200, 100)
	p.Title, p.Description, p.Language = "Tiêu đề <&>", "Mô tả", "vi"
	c := draw.New(p)
	c.SetColor(color.NRGBA{0, 114, 178, 80})
	var q vg.Path
	q.Move(vg.Point{X: 30, Y: 20})
	q.Arc(vg.Point{X: 20, Y: 20}, 10, 0, 2*math.Pi)
	q.Close()
	c.Fill(q)
	c.StrokeLine2(draw.LineStyle{Color: color.NRGBA{213, 94, 0, 255}, Width: 2, Dashes: []vg.Length{4, 2}}, 10, 50, 190, 60)
	c.FillPolygon(color.NRGBA{0, 158, 115, 255}, []vg.Point{{X: 100, Y: 10}, {X: 120, Y: 10}, {X: 110, Y: 30}})
	sty := draw.TextStyle{Color: color.Black, Font: Font(Regular, 12), Handler: Text}
	c.FillText(sty, vg.Point{X: 10, Y: 80}, "Nguyễn Thị Ửng AV To")
	sty.Rotation = math.Pi / 2
	c.FillText(sty, vg.Point{X: 180, Y: 10}, "Đường găng")
	return p
}

func TestSameBytesEveryTime(t *testing.T) {
	for name, write := range formats() {
		first := must(write(drawing()))
		for range 5 {
			if !bytes.Equal(first, must(write(drawing()))) {
				t.Errorf("%s differs from run to run", name)
				break
			}
		}
	}
}

func formats() map[string]func(*Page) ([]byte, error) {
	return map[string]func(*Page) ([]byte, error){
		"SVG": (*Page).SVG, "PDF": (*Page).PDF, "EPS": (*Page).EPS,
		"PNG": func(p *Page) ([]byte, error) { return p.PNG(144) },
	}
}

// TestPDFText checks with pdftotext that the text of a PDF can be searched, all
// 147 letters of it.
func TestPDFText(t *testing.T) {
	tool := need(t, "pdftotext")
	letters := string(vietnamese())
	pdf := save(t, must(write(letters, Regular, 8).PDF()), "letters.pdf")
	out, err := exec.Command(tool, pdf, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(strings.Fields(string(out)), ""); norm.NFC.String(got) != letters {
		t.Errorf("pdftotext reads %q, want %q", got, letters)
	}
}

// TestPDFLooksLikePNG renders the PDF with poppler and compares the ink.
func TestPDFLooksLikePNG(t *testing.T) {
	tool := need(t, "pdftoppm")
	for name, p := range map[string]*Page{"drawing": drawing(), "letters": write(string(vietnamese()), Regular, 20)} {
		pdf := save(t, must(p.PDF()), name+".pdf")
		if out, err := exec.Command(tool, "-r", "144", "-png", "-singlefile", pdf, strings.TrimSuffix(pdf, ".pdf")).CombinedOutput(); err != nil {
			t.Fatal(err, string(out))
		}
		b, err := os.ReadFile(strings.TrimSuffix(pdf, ".pdf") + ".png")
		if err != nil {
			t.Fatal(err)
		}
		got, want := decode(t, b), decode(t, must(p.PNG(144)))
		if d := got.Bounds().Size().Sub(want.Bounds().Size()); d.X < -1 || d.X > 1 || d.Y < -1 || d.Y > 1 {
			t.Fatalf("%s: the PDF is %v pixels, the PNG %v", name, got.Bounds().Size(), want.Bounds().Size())
		}
		inkGot, inkWant, off := compareInk(want, got)
		if math.Abs(inkGot-inkWant) > 0.04*inkWant || off > 0.35*inkWant {
			t.Errorf("%s: ink %.0f in PNG, %.0f in PDF, difference %.0f", name, inkGot, inkWant, off)
		}
	}
}

func TestSVGIsAccessible(t *testing.T) {
	svg := string(must(drawing().SVG()))
	for _, want := range []string{"role='img'", "lang='vi'", "<title>Tiêu đề &lt;&amp;&gt;</title>", "<desc>Mô tả</desc>", "aria-label='Đường găng'"} {
		if !strings.Contains(svg, want) {
			t.Errorf("the SVG has no %s", want)
		}
	}
}

func TestWrap(t *testing.T) {
	f := Font(Regular, 10)
	lines, err := Wrap(f, "một hai ba bốn năm 5\u00a0% sáu", 60)
	if err != nil || len(lines) < 3 {
		t.Fatalf("lines %q, error %v", lines, err)
	}
	for _, l := range lines {
		if Width(f, l) > 60 {
			t.Errorf("the line %q is too wide", l)
		}
	}
	if !strings.Contains(strings.Join(lines, "|"), "5\u00a0%") {
		t.Error("a no-break space was broken")
	}
	if _, err := Wrap(f, "nghiêngngảkhôngcáchchữ", 40); err == nil {
		t.Error("a word too wide for its place is no error")
	}
}

// need finds a tool of Debian's poppler-utils; without it the test is skipped,
// in CI it fails.
func need(t *testing.T, tool string) string {
	t.Helper()
	path, err := exec.LookPath(tool)
	if err == nil {
		return path
	}
	if os.Getenv("SONGSONG_CI") == "1" {
		t.Fatalf("%s is missing: install poppler-utils", tool)
	}
	t.Skipf("%s is missing: install poppler-utils to run this test", tool)
	return ""
}

func save(t *testing.T, b []byte, name string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func decode(t *testing.T, b []byte) image.Image {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(fmt.Sprint(err))
	}
	return b
}
