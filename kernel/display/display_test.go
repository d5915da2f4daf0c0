package display

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// recorder is a host that keeps what it is sent.
type recorder struct {
	mu     sync.Mutex
	events []Event
}

func (r *recorder) send(e Event) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, e)
	return nil
}

func record(t *testing.T) *recorder {
	t.Helper()
	r := &recorder{}
	Connect(Host{Send: r.send, Input: func(prompt string, password bool) (string, error) {
		if password {
			return "", errors.New("no stdin")
		}
		return "answer to " + prompt, nil
	}})
	t.Cleanup(func() { host.Store(nil) })
	return r
}

type (
	all        struct{}
	page       string
	simple     struct{}
	figure     struct{}
	figure1    struct{}
	stringy    struct{ page }
	foreign    struct{ n int }
	renderer   struct{}
	nilPointer struct{ p *int }
)

func (all) HTML() string                 { return "<b>h</b>" }
func (all) JavaScript() string           { return "js" }
func (all) JPEG() []byte                 { return []byte("jpeg") }
func (all) JSON() map[string]interface{} { return map[string]interface{}{"a": 1} }
func (all) Latex() string                { return "$x$" }
func (all) Markdown() string             { return "*m*" }
func (all) PNG() []byte                  { return []byte("png") }
func (all) PDF() []byte                  { return []byte("pdf") }
func (all) SVG() string                  { return "<svg/>" }
func (p page) HTML() string              { return string(p) }
func (simple) SimpleRender() MIMEMap     { return MIMEMap{"text/x": "y"} }
func (renderer) Render() Data            { return Markdown("r") }
func (figure) MIMEBundle() (data, metadata map[string]any) {
	return map[string]any{MIMETypeSVG: "<svg/>", MIMETypeText: "a figure"}, map[string]any{"k": 1}
}
func (figure1) MIMEBundle() map[string]any { return map[string]any{MIMETypePNG: []byte("x")} }
func (s stringy) String() string           { return "in words" }
func (n *nilPointer) HTML() string         { return string(rune(*n.p)) }

func TestRenderKnowsEveryInterface(t *testing.T) {
	RegisterRenderer(func(v any) (Data, bool) {
		f, ok := v.(foreign)
		return Data{Data: MIMEMap{MIMETypeSVG: f.n}}, ok
	})
	tests := []struct {
		v    any
		mime string
		want any
		text string
	}{
		{page("<i>"), MIMETypeHTML, "<i>", "<display.page>"},
		{stringy{"<i>"}, MIMETypeHTML, "<i>", "in words"},
		{renderer{}, MIMETypeMarkdown, "r", "r"},
		{simple{}, "text/x", "y", "<display.simple>"},
		{figure{}, MIMETypeSVG, "<svg/>", "a figure"},
		{figure1{}, MIMETypePNG, []byte("x"), "<display.figure1>"},
		{foreign{7}, MIMETypeSVG, 7, "<display.foreign>"},
		{HTML("<p>"), MIMETypeHTML, "<p>", "<p>"},
		{Data{Data: MIMEMap{MIMETypePNG: []byte("abc")}}, MIMETypePNG, []byte("abc"), "<PNG image, 3 bytes>"},
		{all{}, MIMETypeHTML, "<b>h</b>", "*m*"},
		{all{}, MIMETypeJavaScript, "js", "*m*"},
		{all{}, MIMETypeJPEG, []byte("jpeg"), "*m*"},
		{all{}, MIMETypeJSON, map[string]any{"a": 1}, "*m*"},
		{all{}, MIMETypeLatex, "$x$", "*m*"},
		{all{}, MIMETypeMarkdown, "*m*", "*m*"},
		{all{}, MIMETypePNG, []byte("png"), "*m*"},
		{all{}, MIMETypePDF, []byte("pdf"), "*m*"},
		{all{}, MIMETypeSVG, "<svg/>", "*m*"},
	}
	for _, tt := range tests {
		d, ok := Render(tt.v)
		if !ok || !reflect.DeepEqual(d.Data[tt.mime], tt.want) || d.Data[MIMETypeText] != tt.text {
			t.Errorf("Render(%#v) = %v, %v; want %s %v and text %q", tt.v, d, ok, tt.mime, tt.want, tt.text)
		}
	}
	if d, _ := Render(figure{}); d.Metadata["k"] != 1 {
		t.Errorf("metadata of MIMEBundle is lost: %v", d)
	}
}

func TestRenderLeavesPlainValuesAlone(t *testing.T) {
	for _, v := range []any{nil, 3, "text", []int{1}, (*all)(nil), (*nilPointer)(nil), errors.New("e"), Data{}, map[string]int{}} {
		if d, ok := Render(v); ok {
			t.Errorf("Render(%#v) = %v", v, d)
		}
	}
}

func TestRenderDoesNotChangeTheGivenMap(t *testing.T) {
	m := MIMEMap{MIMETypeHTML: "x"}
	Render(MIME(m, nil))
	if len(m) != 1 {
		t.Errorf("the map of the caller now holds %v", m)
	}
}

type length float64

type fakePlot struct{ fail error }

func (p *fakePlot) WriterTo(w, h length, format string) (io.WriterTo, error) {
	return bytes.NewBufferString(fmt.Sprint(float64(w), "×", float64(h), " ", format)), p.fail
}

type otherWriterTo struct{}

func (otherWriterTo) WriterTo(int) error { return nil }

func TestGonumPlot(t *testing.T) {
	d, ok := Render(&fakePlot{})
	if !ok || d.Data[MIMETypeSVG] != "432×288 svg" || string(d.Data[MIMETypePNG].([]byte)) != "432×288 png" {
		t.Errorf("a plot renders as %v", d)
	}
	if d, ok := Render(otherWriterTo{}); ok {
		t.Errorf("something else renders as %v", d)
	}
	defer func() {
		if recover() == nil {
			t.Error("a plot that can't be drawn did not panic")
		}
	}()
	Render(&fakePlot{fail: errors.New("no font")})
}

func TestImage(t *testing.T) {
	d, ok := Render(image.NewGray(image.Rect(1, 1, 4, 3)))
	b, _ := d.Data[MIMETypePNG].([]byte)
	if !ok || !bytes.HasPrefix(b, []byte("\x89PNG")) {
		t.Fatalf("no PNG in %v", d)
	}
	want := MIMEMap{MIMETypePNG: MIMEMap{"width": 3, "height": 2}}
	if !reflect.DeepEqual(d.Metadata, want) || d.Data[MIMETypeText] != "<image, 3×2 pixels>" {
		t.Errorf("metadata %v, text %v", d.Metadata, d.Data[MIMETypeText])
	}
	defer func() {
		if recover() == nil {
			t.Error("an empty image did not panic")
		}
	}()
	Image(image.NewGray(image.Rectangle{}))
}

func TestConstructors(t *testing.T) {
	tests := []struct {
		got        Data
		mime, text string
		want       any
	}{
		{HTML("<p>"), MIMETypeHTML, "<p>", "<p>"},
		{Markdown("*a*"), MIMETypeMarkdown, "*a*", "*a*"},
		{JavaScript("f()"), MIMETypeJavaScript, "f()", "f()"},
		{SVG("<svg>"), MIMETypeSVG, "<SVG image>", "<svg>"},
		{Latex("x"), MIMETypeLatex, "x", "$x$"},
		{Latex("$x$"), MIMETypeLatex, "$x$", "$x$"},
		{Math("$$x$$"), MIMETypeLatex, "$$x$$", "$$x$$"},
		{PNG([]byte("ab")), MIMETypePNG, "<PNG image, 2 bytes>", []byte("ab")},
		{JPEG([]byte("ab")), MIMETypeJPEG, "<JPEG image, 2 bytes>", []byte("ab")},
		{PDF([]byte("ab")), MIMETypePDF, "<PDF document, 2 bytes>", []byte("ab")},
		{JSON(MIMEMap{"a": 1}), MIMETypeJSON, "map[a:1]", MIMEMap{"a": 1}},
		{MakeData3("a/b", "t", 1), "a/b", "t", 1},
		{MakeData(MIMETypeText, "t"), MIMETypeText, "t", "t"},
	}
	for _, tt := range tests {
		if !reflect.DeepEqual(tt.got.Data[tt.mime], tt.want) || tt.got.Data[MIMETypeText] != tt.text {
			t.Errorf("got %v, want %s %v, text %q", tt.got.Data, tt.mime, tt.want, tt.text)
		}
	}
}

type onlyReader struct{ io.Reader }

func TestAutoFindsTheFormat(t *testing.T) {
	for in, want := range map[string]string{
		"\x89PNG\r\n\x1a\nrest":              MIMETypePNG,
		"\xff\xd8\xffrest":                   MIMETypeJPEG,
		"GIF89a":                             "image/gif",
		"%PDF-1.7":                           MIMETypePDF,
		"<svg xmlns=''/>":                    MIMETypeSVG,
		"<?xml version='1.0'?>\n<svg/>":      MIMETypeSVG,
		"<!DOCTYPE html><p>":                 MIMETypeHTML,
		"  <div class='x'>":                  MIMETypeHTML,
		"<stdio.h>":                          MIMETypeText,
		"chào":                               MIMETypeText,
		"":                                   MIMETypeText,
		"\xff\x00":                           "application/octet-stream",
		strings.Repeat("ế", 400) + "chào":    MIMETypeText,
		"<p":                                 MIMETypeText,
		"\ufeff<svg>" + "x":                  MIMETypeSVG,
		"<!-- a comment --> <table></table>": MIMETypeHTML,
	} {
		for _, v := range []any{in, []byte(in), bytes.NewBufferString(in), onlyReader{strings.NewReader(in)}} {
			d := Auto(v)
			if _, ok := d.Data[want]; !ok {
				t.Errorf("Auto(%T %q) = %v, want %s", v, in, d.Data, want)
			}
		}
	}
}

func TestAnyPanicsOnOtherValues(t *testing.T) {
	for name, f := range map[string]func(){
		"int":     func() { Any("", 3) },
		"nil":     func() { Any("", nil) },
		"no file": func() { File("", filepath.Join(t.TempDir(), "không có")) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}

func TestFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "hình vẽ.svg")
	if err := os.WriteFile(name, []byte("<svg>ệ</svg>"), 0o600); err != nil {
		t.Fatal(err)
	}
	if d := File("", name); d.Data[MIMETypeSVG] != "<svg>ệ</svg>" {
		t.Errorf("File: %v", d)
	}
}

func TestEventsReachTheHost(t *testing.T) {
	r := record(t)
	Show(1, page("p"))
	ShowID("a", "x")
	Update("a", "y")
	Clear(true)
	if err := Display(Data{Data: MIMEMap{MIMETypeText: "z"}, Transient: MIMEMap{"display_id": "b"}}); err != nil {
		t.Error(err)
	}
	if err := Display(Data{}); err == nil {
		t.Error("empty Data was shown")
	}
	want := []struct {
		kind Kind
		id   string
		text any
	}{{0, "", "1"}, {0, "", "<display.page>"}, {0, "a", "x"}, {KindUpdate, "a", "y"}, {KindClear, "", nil}, {0, "b", "z"}}
	if len(r.events) != len(want) {
		t.Fatalf("%d events: %v", len(r.events), r.events)
	}
	for i, w := range want {
		e := r.events[i]
		if e.Kind != w.kind || e.ID != w.id || e.Data.Data[MIMETypeText] != w.text {
			t.Errorf("event %d = %+v, want %+v", i, e, w)
		}
	}
	if !r.events[4].Wait {
		t.Error("wait is lost")
	}
}

func TestInput(t *testing.T) {
	record(t)
	if s, err := Input("q"); s != "answer to q" || err != nil {
		t.Errorf("Input = %q, %v", s, err)
	}
	if _, err := Password("p"); err == nil {
		t.Error("the host's error is lost")
	}
	in := strings.NewReader("một\r\nhai\nba")
	for _, want := range []string{"một", "hai", "ba"} {
		if s, err := readLine(in); s != want || err != nil {
			t.Errorf("readLine = %q, %v, want %q", s, err, want)
		}
	}
	if _, err := readLine(in); !errors.Is(err, io.EOF) {
		t.Errorf("at the end: %v", err)
	}
}

func TestProgressIsThrottledAndEndsWithoutTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := record(t)
		p := NewProgress("tải <x>", 1000)
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				for range 100 {
					time.Sleep(5 * time.Millisecond)
					p.Add(1)
				}
			})
		}
		wg.Wait()
		p.Done()
		p.Done()
		p.Add(5)
		if n := len(r.events); n < 5 || n > 8 {
			t.Errorf("%d drawings in half a second", n)
		}
		for i, e := range r.events {
			if (e.Kind == KindDisplay) != (i == 0) || e.ID != r.events[0].ID || e.ID == "" {
				t.Errorf("event %d is %v of %q", i, e.Kind, e.ID)
			}
		}
		last := r.events[len(r.events)-1].Data.Data
		if want := "tải <x> " + strings.Repeat("█", 24) + " 1000/1000"; last[MIMETypeText] != want {
			t.Errorf("at the end %q, want %q", last[MIMETypeText], want)
		}
		if h := last[MIMETypeHTML].(string); !strings.Contains(h, "tải &lt;x&gt;") || !strings.Contains(h, `value="1000"`) {
			t.Errorf("HTML %s", h)
		}
	})
}

func TestTrackEndsTheBarWhereTheLoopIsLeft(t *testing.T) {
	for _, steps := range []int{2, 5} {
		r := record(t)
		seen := 0
		for range Track("", 5, slices.All(make([]int, 5))) {
			if seen++; seen == steps {
				break
			}
		}
		want := fmt.Sprintf(" %d/5", steps)
		if got := r.events[len(r.events)-1].Data.Data[MIMETypeText].(string); !strings.HasSuffix(got, want) {
			t.Errorf("the bar ends as %q, want %q", got, want)
		}
	}
}

func TestProgressTellsTimeLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := record(t)
		p := NewProgress("", 10)
		time.Sleep(4 * time.Second)
		p.Set(4)
		if got := r.events[1].Data.Data[MIMETypeText]; !strings.HasSuffix(got.(string), "4/10, 4s, about 6s left") {
			t.Errorf("text %q", got)
		}
		var unknown Progress
		unknown.Add(3)
		unknown.Done()
		if got := r.events[3].Data.Data[MIMETypeText]; got != "3" {
			t.Errorf("unknown total: %q", got)
		}
	})
}

func TestGoroutinesMayShowAtOnce(t *testing.T) {
	r := record(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				Show(Table([]int{1}))
				RegisterRenderer(func(any) (Data, bool) { return Data{}, false })
			}
		})
	}
	wg.Wait()
	if len(r.events) != 800 {
		t.Errorf("%d of 800 events", len(r.events))
	}
}

func BenchmarkProgressAdd(b *testing.B) {
	Connect(Host{Send: func(Event) error { return nil }})
	defer host.Store(nil)
	p := NewProgress("", b.N)
	for b.Loop() {
		p.Add(1)
	}
}
