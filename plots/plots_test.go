package plots

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"image/png"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"
	"gonum.org/v1/plot"

	"songsong/plots/internal/page"
	"songsong/plots/laws"
	"songsong/plots/machine"
	"songsong/plots/measure"
	"songsong/plots/sim"
)

var update = flag.Bool("update", false, "rewrite the golden files in testdata")

// measured is a job of 5 % serial part on eight cores of sixteen threads, with
// eleven noisy rounds; from a fixed seed.
func measured() *measure.Scaling {
	random := rand.New(rand.NewPCG(1, 2))
	s := &measure.Scaling{Report: measure.Report{
		Machine:    machine.Info{CPU: "Example 8-Core", PhysicalCores: 8, LogicalCores: 16, GoVersion: "go1.26.8", Arch: "linux/amd64"},
		LoadBefore: 0.31, LoadAfter: 0.9, Rounds: 11, Settled: true, Spread: 0.03, Target: 0.05,
	}}
	series := measure.Series{Name: "goroutines"}
	for _, p := range []int{1, 2, 4, 8, 16} {
		point := measure.Point{Workers: p}
		for range 11 {
			t := (0.05 + 0.95/math.Min(float64(p), 8)) * (1 + 0.02*random.NormFloat64())
			wait := t * 0.1 * random.Float64() * math.Log2(float64(p))
			point.Wall = append(point.Wall, t+wait)
			point.Wait = append(point.Wait, wait)
		}
		series.Points = append(series.Points, point)
	}
	s.Series = []measure.Series{series}
	return s
}

func weak() *measure.Scaling {
	s := measured()
	s.Weak = true
	for i, p := range s.Series[0].Points {
		for k := range p.Wall {
			s.Series[0].Points[i].Wall[k] *= math.Min(float64(p.Workers), 8)
		}
	}
	return s
}

func samples() *measure.Samples {
	random := rand.New(rand.NewPCG(3, 4))
	s := &measure.Samples{Report: measured().Report}
	for name, cost := range map[string]float64{"Go: goroutine": 4e-7} {
		s.Items = append(s.Items, measure.Sample{Name: name, Seconds: around(random, cost)})
	}
	s.Items = append(s.Items, measure.Sample{Name: "Go: process", Seconds: around(random, 7e-4)})
	s.Add("Python: threading.Thread", around(random, 6e-5)...)
	return s
}

func around(random *rand.Rand, x float64) []float64 {
	out := make([]float64, 11)
	for i := range out {
		out[i] = x * (1 + 0.1*random.Float64())
	}
	return out
}

const ms = time.Millisecond

var (
	spans = []Span{
		{"tải", "worker 2", 0, 30 * ms}, {"lọc", "worker 10", 5 * ms, 20 * ms},
		{"lọc", "worker 2", 32 * ms, 50 * ms}, {"tải", "worker 10", 21 * ms, 60 * ms},
	}
	waits = []LockSpan{
		{"khoá A", "g1", "", false, 0, 20 * ms}, {"khoá A", "g2", "g1", true, 5 * ms, 20 * ms}, {"khoá A", "g2", "", false, 20 * ms, 30 * ms},
		{"khoá B", "g1", "", false, 22 * ms, 40 * ms}, {"khoá B", "g2", "", true, 31 * ms, 40 * ms},
	}
	specSDM91 = []laws.Observation{
		{Workers: 1, Value: 64.9}, {Workers: 18, Value: 995.9}, {Workers: 36, Value: 1652.4}, {Workers: 72, Value: 1853.2},
		{Workers: 108, Value: 1828.9}, {Workers: 144, Value: 1775.0}, {Workers: 216, Value: 1702.2},
	}
	tasks = []Task{
		{"đọc", 12 * ms, nil}, {"tách", 30 * ms, []string{"đọc"}}, {"nén", 38 * ms, []string{"đọc"}},
		{"đếm", 55 * ms, []string{"tách"}}, {"ghi", 5 * ms, []string{"đếm", "nén"}},
	}
)

// everyFigure makes each kind of figure with its data fixed.
func everyFigure(options ...Option) map[string]*Figure {
	simulated := sim.Model{Tasks: 2000, Task: ms, Serial: 20 * ms}.Speedup(sim.Powers(1024))
	mixed := measured()
	mixed.Join(sim.Model{Tasks: 2000, Task: ms, Serial: 100 * ms}.Speedup([]int{1, 2, 4, 8, 16}))
	with := func(more ...Option) []Option { return append(more, options...) }
	return map[string]*Figure{
		"speedup":       Speedup(measured(), options...),
		"all-panels":    Speedup(measured(), with(AllPanels, LogLog, WithUSL)...),
		"one-panel":     Speedup(measured(), with(OnePanel, NoFit, WallOnly)...),
		"simulated":     Speedup(simulated, with(LogLog)...),
		"mixed":         Speedup(mixed, options...),
		"hover":         Speedup(measured(), with(Hover)...),
		"efficiency":    Efficiency(measured(), options...),
		"karp-flatt":    KarpFlatt(measured(), options...),
		"weak":          Weak(weak(), options...),
		"ladder":        Ladder(samples(), options...),
		"distributions": Distributions(samples(), options...),
		"timeline":      Timeline(spans, options...),
		"locks":         LockWaits(waits, options...),
		"graph":         TaskGraph(tasks, options...),
		"throughput":    Throughput(specSDM91, options...),
	}
}

func TestEveryFigureInEveryFormat(t *testing.T) {
	for name, options := range map[string][]Option{
		"English": nil, "Vietnamese column": {Vietnamese, Width(Column)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for name, f := range everyFigure(options...) {
				if err := f.Err(); err != nil {
					t.Errorf("%s: %v", name, err)
					continue
				}
				checkBundle(t, name, f)
			}
		})
	}
}

func checkBundle(t *testing.T, name string, f *Figure) {
	t.Helper()
	data, meta := f.MIMEBundle()
	if _, html := data["text/html"]; html {
		t.Errorf("%s: there is HTML in the bundle", name)
	}
	checkXML(t, name, data["image/svg+xml"].(string))
	config, err := png.DecodeConfig(bytes.NewReader(data["image/png"].([]byte)))
	if err != nil {
		t.Fatal(name, err)
	}
	size := meta["image/png"].(map[string]any)
	if w, h := size["width"].(int), size["height"].(int); abs(config.Width-2*w) > 2 || abs(config.Height-2*h) > 2 {
		t.Errorf("%s: the PNG is %d×%d, its CSS size %d×%d", name, config.Width, config.Height, w, h)
	}
	if !bytes.HasPrefix(data["application/pdf"].([]byte), []byte("%PDF-")) {
		t.Errorf("%s: the PDF is none", name)
	}
	if rows, err := csv.NewReader(strings.NewReader(data["text/csv"].(string))).ReadAll(); err != nil || len(rows) < 3 {
		t.Errorf("%s: CSV of %d rows, error %v", name, len(rows), err)
	}
	if text := data["text/plain"].(string); text == "" || strings.Contains(text, "\n") || strings.Contains(text, "%!") {
		t.Errorf("%s: text is %q", name, text)
	}
	if strings.Contains(f.Caption(), "%!") || strings.Contains(f.Caption(), "%%") {
		t.Errorf("%s: caption is %q", name, f.Caption())
	}
	total := len(data["image/svg+xml"].(string)) + 4*(len(data["image/png"].([]byte))+len(data["application/pdf"].([]byte)))/3
	if total > 250_000 {
		t.Errorf("%s: the bundle takes %d bytes in a notebook", name, total)
	}
	if v, ok := data["application/vnd.vegalite.v5+json"]; ok != (name == "hover") {
		t.Errorf("%s: Vega-Lite in the bundle: %v", name, ok)
	} else if _, err := json.Marshal(v); err != nil {
		t.Errorf("%s: %v", name, err)
	}
}

func checkXML(t *testing.T, name, svg string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("%s: the SVG is not well-formed: %v", name, err)
		}
	}
}

func abs(x int) int { return max(x, -x) }

var label = regexp.MustCompile(`aria-label='([^']*)'`)

// TestGoldenLabels holds every word of every figure still, in both languages.
func TestGoldenLabels(t *testing.T) {
	for _, language := range []Option{English, Vietnamese} {
		for name, f := range everyFigure(language) {
			svg, err := f.SVG()
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			var words []string
			for _, m := range label.FindAllSubmatch(svg, -1) {
				words = append(words, string(m[1]))
			}
			got := strings.Join(words, "\n") + "\n---\n" + f.String() + "\n" + f.Name() + "\n"
			golden(t, name+"."+f.set.language.tag()+".txt", got)
		}
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s has changed (go test -update rewrites it after you looked):\n%s", path, got)
	}
}

func TestSameBytes(t *testing.T) {
	first, second := everyFigure(Vietnamese), everyFigure(Vietnamese)
	for _, name := range []string{"mixed", "ladder", "graph", "locks"} {
		f := first[name]
		a, _ := f.MIMEBundle()
		b, _ := second[name].MIMEBundle()
		for _, key := range []string{"image/svg+xml", "text/csv", "text/plain"} {
			if a[key] != b[key] {
				t.Errorf("%s: %s differs", name, key)
			}
		}
		for _, key := range []string{"image/png", "application/pdf"} {
			if !bytes.Equal(a[key].([]byte), b[key].([]byte)) {
				t.Errorf("%s: %s differs", name, key)
			}
		}
	}
}

// TestTexts: every text is there in both languages, takes the same values and
// can be drawn.
func TestTexts(t *testing.T) {
	verbs := regexp.MustCompile(`%[sd%]`)
	for key, both := range texts {
		en, vi := verbs.FindAllString(both[0], -1), verbs.FindAllString(both[1], -1)
		if strings.Join(en, "") != strings.Join(vi, "") {
			t.Errorf("%s: verbs %v in English, %v in Vietnamese", key, en, vi)
		}
		for _, text := range both {
			if text == "" {
				t.Errorf("%s is empty in a language", key)
			}
			if page.Width(page.Font(page.Regular, 10), verbs.ReplaceAllString(text, "")) <= 0 {
				t.Errorf("%s can't be drawn: %q", key, text)
			}
		}
	}
}

func TestSpeedupSaysTheNumbers(t *testing.T) {
	f := Speedup(measured())
	want := measure.Summarize(measured().Speedups(0, 4, false))
	for _, number := range []float64{want.Median, want.Lo, want.Hi} {
		if text := (&settings{}).fixed(number, 2); !strings.Contains(f.String(), text) {
			t.Errorf("%q doesn't say %s", f, text)
		}
	}
	if !strings.Contains(f.String(), "without run-queue wait") {
		t.Errorf("%q doesn't print the corrected number", f)
	}
	if !strings.Contains(f.Caption(), "n\u00a0=\u00a011") || !strings.Contains(f.Caption(), "load 0.31 → 0.90") || !strings.Contains(f.Caption(), "Go 1.26.8") {
		t.Errorf("caption %q", f.Caption())
	}
}

func TestInconclusiveIsSaid(t *testing.T) {
	r := measured()
	r.Report.Settled, r.Report.Spread = false, 0.12
	for _, f := range []*Figure{Speedup(r, Vietnamese), Efficiency(r, Vietnamese)} {
		if !strings.Contains(f.Caption(), "Chưa kết luận được") || !strings.Contains(f.String(), "±12 %") {
			t.Errorf("caption %q, text %q", f.Caption(), f)
		}
	}
}

func TestSimulatedIsSaid(t *testing.T) {
	for _, f := range []*Figure{
		everyFigure(Vietnamese)["simulated"], Timeline(spans, Vietnamese, Simulated), TaskGraph(tasks, Vietnamese, Simulated),
		Speedup(sim.Model{Tasks: 9, Task: ms}.Speedup([]int{1, 3}), Vietnamese, Title("Riêng")),
	} {
		if !strings.Contains(f.title, "mô phỏng") || !strings.Contains(strings.ToLower(f.Caption()), "mô phỏng") {
			t.Errorf("title %q, caption %q", f.title, f.Caption())
		}
	}
	if f := everyFigure(Vietnamese)["mixed"]; !strings.Contains(f.Caption(), "mô phỏng") || strings.Contains(f.title, "mô phỏng") {
		t.Errorf("mixed: title %q, caption %q", f.title, f.Caption())
	}
}

func TestOverrides(t *testing.T) {
	f := Speedup(measured(), Title("Tổng"), Caption("Chú thích"), XLabel("luồng"), YLabel("lần"), Name("Hình số 1: Độ đo"), Word("ideal", "thẳng"), Alt("Mô tả"))
	svg, err := f.SVG()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"aria-label='Tổng'", "aria-label='Chú thích.'", "aria-label='luồng'", "aria-label='lần'", "aria-label='thẳng'", "<desc>Mô tả</desc>"} {
		if !bytes.Contains(svg, []byte(want)) {
			t.Errorf("the SVG has no %s", want)
		}
	}
	if f.Name() != "Hinh-so-1-Do-do" {
		t.Errorf("the file is named %q", f.Name())
	}
	if plain := Speedup(measured(), Title(""), Caption("")); plain.title != "" || plain.Caption() != "" || plain.Err() != nil {
		t.Errorf("title %q and caption %q stay", plain.title, plain.Caption())
	}
}

func TestUse(t *testing.T) {
	Use(Vietnamese)
	defer Use()
	if f := Speedup(measured()); f.set.language != vietnamese {
		t.Error("the default language isn't used")
	}
	if f := Speedup(measured(), English); f.set.language != english {
		t.Error("an option doesn't win over the default")
	}
}

func TestErrors(t *testing.T) {
	long := strings.Repeat("x", 200)
	for name, f := range map[string]*Figure{
		"nil":                Speedup(nil),
		"no data":            Speedup(&measure.Scaling{}),
		"weak as strong":     Speedup(weak()),
		"strong as weak":     Weak(measured()),
		"one worker":         KarpFlatt(&measure.Scaling{Series: []measure.Series{{Name: "a", Points: []measure.Point{{Workers: 1, Wall: []float64{1}}}}}}),
		"no samples":         Ladder(&measure.Samples{}),
		"missing glyph":      Speedup(measured(), Title("漢字")),
		"long word":          Speedup(measured(), Title(long)),
		"long axis name":     Speedup(measured(), XLabel(long)),
		"long row":           Ladder(&measure.Samples{Items: []measure.Sample{{Name: long, Seconds: []float64{1}}}}),
		"no span":            Timeline([]Span{}),
		"span backwards":     Timeline([]Span{{"a", "w", 2, 1}}),
		"no lock":            LockWaits([]LockSpan{}),
		"lock backwards":     LockWaits([]LockSpan{{"a", "w", "", true, 2, 1}}),
		"no task":            TaskGraph([]Task{}),
		"circle":             TaskGraph([]Task{{"a", 1, []string{"a"}}}),
		"unknown need":       TaskGraph([]Task{{"a", 1, []string{"b"}}}),
		"long task":          TaskGraph([]Task{{long, 1, nil}}),
		"too many lanes":     Timeline(manyLanes(41)),
		"long worker's name": Timeline([]Span{{"a", long, 0, 1}}),
	} {
		if f.Err() == nil {
			t.Errorf("%s is no error", name)
			continue
		}
		if f.String() != f.Err().Error() {
			t.Errorf("%s: String is %q", name, f)
		}
		if err := f.Save(filepath.Join(t.TempDir(), "x")); err == nil {
			t.Errorf("%s was saved", name)
		}
	}
	var missing *page.MissingGlyphError
	if err := Speedup(measured(), Title("chữ 漢")).Err(); !errors.As(err, &missing) || missing.Rune != '漢' || missing.Label != "chữ 漢" {
		t.Errorf("the error %v doesn't name character and label", err)
	}
	defer func() {
		if recover() == nil {
			t.Error("MIMEBundle of a figure that can't be drawn doesn't panic")
		}
	}()
	Speedup(nil).MIMEBundle()
}

func manyLanes(n int) (out []Span) {
	for i := range n {
		out = append(out, Span{"a", strings.Repeat("w", i+1), 0, 1})
	}
	return out
}

func TestInterruptedMeasurementIsDrawn(t *testing.T) {
	r := measured()
	r.Err = errors.New("interrupted")
	if f := Speedup(r); f.Err() != nil || !strings.Contains(f.Caption(), "stopped early") {
		t.Errorf("error %v, caption %q", f.Err(), f.Caption())
	}
	empty := &measure.Scaling{Err: errors.New("interrupted")}
	if err := Speedup(empty).Err(); err == nil || !strings.Contains(err.Error(), "interrupted") {
		t.Errorf("error %v doesn't say why", err)
	}
}

func TestSave(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("SONGSONG_FIGURES", dir)
	f := Ladder(samples())
	if err := f.Save("sub/thang chi phí"); err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-time.Hour)
	var paths []string
	for _, ext := range []string{"svg", "pdf", "png", "csv"} {
		path := filepath.Join(dir, "sub", "thang-chi-phi."+ext)
		paths = append(paths, path)
		if err := os.Chtimes(path, old, old); err != nil {
			t.Fatal(err)
		}
	}
	if err := Ladder(samples()).Save("sub/thang chi phí"); err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		if info, err := os.Stat(path); err != nil || info.ModTime().After(old.Add(time.Minute)) {
			t.Errorf("%s was written again though nothing changed (%v)", path, err)
		}
	}
	if err := f.Save(""); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "ladder.svg")); err != nil {
		t.Error(err)
	}
}

func TestManySpansStaySmall(t *testing.T) {
	var many []Span
	for i := range 100_000 {
		at := time.Duration(i) * 10 * time.Microsecond
		many = append(many, Span{"việc", "worker 1", at, at + 9*time.Microsecond})
	}
	svg, err := Timeline(many).SVG()
	if err != nil || len(svg) > 100_000 {
		t.Errorf("100,000 spans give an SVG of %d bytes (error %v)", len(svg), err)
	}
}

func TestOtherSpanTypes(t *testing.T) {
	r, err := sim.Model{Tasks: 8, Task: ms, Lock: ms / 4}.Trace(2)
	if err != nil {
		t.Fatal(err)
	}
	if f := Timeline(r.Spans, Simulated); f.Err() != nil {
		t.Error(f.Err())
	}
	if f := TaskGraph([]sim.Task{{Name: "a", Cost: ms}}); f.Err() != nil {
		t.Error(f.Err())
	}
}

func TestFromGonum(t *testing.T) {
	p := plot.New()
	p.Title.Text = norm.NFD.String("Dao động tắt dần, ẴỘ")
	p.X.Label.Text, p.X.Max, p.Y.Max = "Thời gian", 10, 1
	f := From(p, Name("dao-động"))
	if f.Err() != nil || f.Name() != "dao-dong" || f.String() != norm.NFC.String(p.Title.Text) {
		t.Fatalf("error %v, name %q, text %q", f.Err(), f.Name(), f)
	}
	if data, _ := f.MIMEBundle(); !strings.Contains(data["image/svg+xml"].(string), "LiberationSerif") {
		t.Error("the plot's own font isn't used")
	}
	p.Title.Text = "漢"
	bad := plot.New()
	bad.Y.Scale = plot.LogScale{}
	bad.Y.Min, bad.Y.Max = -1, 1
	for name, f := range map[string]*Figure{"nil": From(nil), "missing glyph": From(p), "log of a negative": From(bad)} {
		if f.Err() == nil {
			t.Errorf("%s is no error", name)
		}
	}
}

func TestFigureIsSafeForGoroutines(t *testing.T) {
	f := Speedup(measured())
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if _, err := f.SVG(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestNumbers(t *testing.T) {
	en, vi := &settings{}, &settings{language: vietnamese}
	for _, c := range []struct{ got, want string }{
		{en.number(1234.6, 3), "1235"}, {en.number(140000, 2), "140,000"}, {vi.number(140000, 2), "140.000"},
		{vi.number(0.0312, 2), "0,031"}, {en.number(3.7e-7, 2), "3.7e−7"}, {en.number(math.Inf(1), 2), "∞"},
		{en.percent(0.031), "3.1\u00a0%"}, {vi.percent(0.35), "35\u00a0%"}, {en.percent(-0.00001), "0.0\u00a0%"},
		{en.duration(8.1e-7, 3), "810\u00a0ns"}, {vi.duration(0.0108, 3), "10,8\u00a0ms"}, {en.brief(0.03, 3), "30\u00a0ms"},
		{en.short(8, 3), "8"}, {en.short(100, 3), "100"}, {en.interval("1", "2"), "[1,\u00a02]"}, {vi.interval("1", "2"), "[1;\u00a02]"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

func TestNaturalOrder(t *testing.T) {
	for _, pair := range [][2]string{{"worker 2", "worker 10"}, {"a", "b"}, {"a", "ab"}, {"g09", "g10"}} {
		if natural(pair[0], pair[1]) >= 0 || natural(pair[1], pair[0]) <= 0 {
			t.Errorf("%q should come before %q", pair[0], pair[1])
		}
	}
}
