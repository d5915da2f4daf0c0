package export

import (
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"songsong/kernel/internal/notebook"
	"songsong/kernel/internal/notebook/notebooktest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func report(t *testing.T) *notebook.Notebook {
	t.Helper()
	nb, err := notebook.ReadFile("testdata/báo cáo.ipynb")
	if err != nil {
		t.Fatal(err)
	}
	return nb
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if _, err := notebook.ReplaceFile(path, got); err != nil {
			t.Fatal(err)
		}
	}
	if want, _ := os.ReadFile(path); string(want) != string(got) {
		t.Errorf("%s differs; -update rewrites it; got\n%s", path, got)
	}
}

var style = regexp.MustCompile(`(?s)<style>.*?</style>`)

func TestHTML(t *testing.T) {
	page, notices, err := HTML(report(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "report.html", style.ReplaceAll(page, []byte("<style></style>")))
	if len(notices) != 1 || notices[0] != "cell 1: there is no figure or table with the label fig-missing" {
		t.Errorf("notices %q", notices)
	}
}

// TestHTMLStandsAlone looks for anything that a browser would load.
func TestHTMLStandsAlone(t *testing.T) {
	nb := notebooktest.Notebook("markdown\n# T\n\n<script src='https://example.org/x.js'></script><p onclick=\"x()\">a</p>\n<link rel=stylesheet href=x.css>")
	nb.Cells = append(nb.Cells, &notebook.Cell{Type: notebook.Code, ID: "x", Source: "x", Outputs: []*notebook.Output{
		{Type: notebook.Display, Data: map[string]any{"text/html": "<b onmouseover='x()'>b</b><script>alert(1)</script><iframe src=x></iframe>"}},
		{Type: notebook.Display, Data: map[string]any{"image/svg+xml": "<svg onload=\"x()\"><script>x</script><g/></svg>"}},
		{Type: notebook.Display, Data: map[string]any{"application/javascript": "alert(1)"}},
	}})
	page, _, err := HTML(nb, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if m := regexp.MustCompile(`(?i)<script|<link|<iframe|@import|url\(["']?http|\son[a-z]+=|src="?http`).FindString(string(page)); m != "" {
		t.Errorf("the page holds %q", m)
	}
}

func TestHTMLOfOddOutputs(t *testing.T) {
	nb := notebooktest.Notebook("code\nx")
	nb.Cells[0].Outputs = []*notebook.Output{
		{Type: notebook.Stream, Name: "stdout", Text: "a<b>&\x00\x07\x1b[31mred\x1b[0m\x1b]0;title\x07\x1b[38;5;12mblue\x1b[m"},
		{Type: notebook.Error, ErrName: "panic", ErrValue: "<boom>"},
		{Type: notebook.Result, Data: map[string]any{}},
		{Type: notebook.Display, Data: map[string]any{"image/svg+xml": "no drawing"}},
		{Type: notebook.Display, Data: map[string]any{"text/latex": "$$\\frac{1}{2}$$"}},
		{Type: notebook.Display, Data: map[string]any{"application/json": map[string]any{"a": 1}, "text/plain": "map[a:1]"}},
	}
	page, _, err := HTML(nb, Options{Code: "folded"})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`a&lt;b&gt;&amp;<span class="a-red">red</span>blue</pre>`, "panic: &lt;boom&gt;", "<mfrac>", "no drawing", "map[a:1]",
		`<details class="code"><summary>`,
	} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page misses %q", want)
		}
	}
	nb.Cells[0].Outputs = []*notebook.Output{{Type: notebook.Display, Data: map[string]any{"image/png": "!"}}}
	if _, _, err := HTML(nb, Options{}); err == nil || !strings.Contains(err.Error(), "cell 1: its image/png is damaged") {
		t.Errorf("a damaged picture: %v", err)
	}
}

func TestTagsHideCode(t *testing.T) {
	nb := notebooktest.Notebook("code hide-input\na", "code remove-input\nb", "code remove-cell\nc", "code remove-output\nd")
	for _, c := range nb.Cells {
		c.Outputs = []*notebook.Output{{Type: notebook.Stream, Name: "stdout", Text: "out of " + c.Source}}
	}
	html, _, err := HTML(nb, Options{})
	if err != nil {
		t.Fatal(err)
	}
	page := string(html)
	if n := strings.Count(page, "<details"); n != 2 || strings.Contains(page, "out of c") || strings.Contains(page, "out of d") || !strings.Contains(page, "out of b") {
		t.Errorf("%d pieces of code in\n%s", n, style.ReplaceAllString(page, ""))
	}
}

func TestFiguresOfOnePageHaveTheirOwnIDs(t *testing.T) {
	svg := `<svg id="f" role="img"><clipPath id="a"/><g clip-path="url(#a)"/><use xlink:href="#a"/><path id='b'/><use href='#b'/></svg>`
	nb := notebooktest.Notebook("code\n//| label: fig-a\nx", "code\n//| label: fig-b\n//| fig-alt: Hai \"đường\"\nx")
	for _, c := range nb.Cells {
		c.Outputs = []*notebook.Output{{Type: notebook.Display, Data: map[string]any{"image/svg+xml": svg, "text/plain": "a line"}}}
	}
	html, _, err := HTML(nb, Options{})
	if err != nil {
		t.Fatal(err)
	}
	page := string(html)
	for _, want := range []string{`id="fig-a-a"`, `url(#fig-b-a)`, `xlink:href="#fig-b-a"`, `id="fig-a-b"`, `href="#fig-b-b"`, `aria-label="a line"`, `aria-label="Hai &#34;đường&#34;"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page misses %s", want)
		}
	}
	seen := map[string]bool{}
	for _, m := range regexp.MustCompile(`\bid="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if seen[m[1]] {
			t.Errorf("the id %s stands twice", m[1])
		}
		seen[m[1]] = true
	}
}

func TestHeadingsAreInOrder(t *testing.T) {
	nb := notebooktest.Notebook("markdown\n### First\n\n# Second\n\n##### Third\n\n# First", "markdown\n# <b>Bold</b> `code` & $x^2$\n\n####")
	p := newProse(nb, numberLabels(nb, english))
	for _, c := range nb.Cells {
		if _, err := p.html(c); err != nil {
			t.Fatal(err)
		}
	}
	want := []heading{{1, "First", "First"}, {2, "Second", "Second"}, {3, "Third", "Third"}, {2, "First-2", "First"}, {2, "bBold/b-code--$x^2$", "Bold code & x^2"}, {3, "heading", ""}}
	for i, h := range p.headings {
		if i < len(want) && h != want[i] {
			t.Errorf("heading %d: %+v, want %+v", i, h, want[i])
		}
	}
}

func TestPicturesComeIntoThePage(t *testing.T) {
	dir := t.TempDir()
	os.WriteFile(filepath.Join(dir, "hình vẽ.png"), []byte("picture"), 0o600)
	nb := notebooktest.Notebook("markdown\n![a](h%C3%ACnh%20v%E1%BA%BD.png) ![b](attachment:x.png) ![c](none.png) ![d](https://example.org/x.png) [link](a.ipynb#b) [page](https://x.org/a.ipynb)")
	nb.Path = filepath.Join(dir, "n.ipynb")
	nb.Cells[0].Attachments = map[string]any{"x.png": map[string]any{"image/png": "aGk="}}
	html, notices, err := HTML(nb, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`src="data:image/png;base64,cGljdHVyZQ=="`, `src="data:image/png;base64,aGk="`, `href="a.html#b"`, `href="https://x.org/a.ipynb"`} {
		if !strings.Contains(string(html), want) {
			t.Errorf("the page misses %s", want)
		}
	}
	if len(notices) != 2 {
		t.Errorf("notices %q", notices)
	}
}

func TestFormulas(t *testing.T) {
	tests := []struct{ tex, want string }{
		{`S(p)`, `<mrow><mi>S</mi><mo stretchy="false">(</mo><mi>p</mi><mo stretchy="false">)</mo></mrow>`},
		{`\frac12`, `<mfrac><mn>1</mn><mn>2</mn></mfrac>`},
		{`x_i^2`, `<msubsup><mi>x</mi><mi>i</mi><mn>2</mn></msubsup>`},
		{`1.5 \text{ giây}`, `<mn>1.5</mn><mtext> giây</mtext>`},
		{`a < b`, `<mo>&lt;</mo>`},
		{`\left( x \right]`, `<mo>(</mo>`},
		{`\log n`, `<mi>log</mi>`},
	}
	for _, tt := range tests {
		got := string(formula(tt.tex, false))
		if !strings.Contains(got, tt.want) {
			t.Errorf("%s gives %s, want %s", tt.tex, got, tt.want)
		}
	}
	for _, tex := range []string{`\begin{matrix}`, `\frac{1`, `x^`, `}`, `\left( x`, `\unknown`, `x & y`, `\`, `\text{a`, `_`} {
		if got := string(formula(tex, true)); !strings.HasPrefix(got, `<pre class="tex"`) {
			t.Errorf("%s is not shown as its source: %s", tex, got)
		}
	}
	if got := string(formula(`\sum_{i=1}^n`, true)); !strings.Contains(got, "munderover") {
		t.Errorf("a sum on a line of its own: %s", got)
	}
}

func TestMarkdown(t *testing.T) {
	base := filepath.Join(t.TempDir(), "báo cáo")
	r, err := Write(t.Context(), "md", report(t), base, Options{})
	if err != nil {
		t.Fatal(err)
	}
	text, _ := os.ReadFile(base + ".md")
	golden(t, "report.md", text)
	if len(r.Files) != 3 {
		t.Errorf("files %v", r.Files)
	}
	if csv, _ := os.ReadFile(filepath.Join(base+"_files", "fig-speedup.csv")); string(csv) != "workers,speedup\n1,1\n2,1.9\n" {
		t.Errorf("CSV %q", csv)
	}
}

func TestCSVFromTheFolderOfFigures(t *testing.T) {
	nb := report(t)
	dir := t.TempDir()
	for _, f := range nb.Figures() {
		if _, err := f.Save(dir); err != nil {
			t.Fatal(err)
		}
	}
	nb.Lighten(true)
	with, _, _ := HTML(nb, Options{Figures: dir})
	without, _, _ := HTML(nb, Options{})
	if !strings.Contains(string(with), "data:text/csv") || strings.Contains(string(without), "data:text/csv") {
		t.Error("the data of a figure is not taken from the folder of figures")
	}
}

func TestFacts(t *testing.T) {
	facts := ReadFacts(t.Context(), ".")
	page, _, err := HTML(report(t), Options{Facts: facts})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Môi trường", "GOMAXPROCS", "SHA-256", "go1."} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the environment box misses %q", want)
		}
	}
	if facts.Module != "songsong" {
		t.Errorf("module %q", facts.Module)
	}
}

func TestPDF(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if _, err := Write(t.Context(), "pdf", report(t), filepath.Join(t.TempDir(), "a"), Options{}); !errors.Is(err, ErrNoBrowser) {
		t.Errorf("without a browser: %v", err)
	}
	if _, err := Write(t.Context(), "pdf", report(t), filepath.Join(t.TempDir(), "a"), Options{Browser: "/none"}); err == nil {
		t.Error("a browser that isn't there printed")
	}
}

func TestPDFPages(t *testing.T) {
	if _, err := findBrowser(""); err != nil || testing.Short() {
		t.Skip("there is no browser to print with")
	}
	base := filepath.Join(t.TempDir(), "báo cáo")
	if _, err := Write(t.Context(), "pdf", report(t), base, Options{Paper: "Letter"}); err != nil {
		t.Fatal(err)
	}
	pdf, _ := os.ReadFile(base + ".pdf")
	for _, want := range []string{"%PDF-", "/Outlines", "/MarkInfo", "612 792"} {
		if !strings.Contains(string(pdf), want) {
			t.Errorf("the PDF misses %s", want)
		}
	}
	if pdftotext, err := exec.LookPath("pdftotext"); err == nil {
		out, err := exec.Command(pdftotext, base+".pdf", "-").Output()
		if err != nil || !strings.Contains(string(out), "Tăng tốc bằng xử lý song song") {
			t.Errorf("text of the PDF: %v\n%s", err, out)
		}
	}
}

func TestUnknownFormat(t *testing.T) {
	if _, err := Write(t.Context(), "docx", report(t), "x", Options{}); err == nil || !strings.Contains(err.Error(), "there is html, pdf, md, go") {
		t.Errorf("error %v", err)
	}
}
