package display

import (
	"fmt"
	"image"
	"reflect"
	"sync"
)

// A value with one of these methods is shown in its own way when it is the
// value of a cell or is given to [Show]. No import is needed to have them.
type (
	Renderer       = interface{ Render() Data }
	SimpleRenderer = interface{ SimpleRender() MIMEMap }
	HTMLer         = interface{ HTML() string }
	JavaScripter   = interface{ JavaScript() string }
	JPEGer         = interface{ JPEG() []byte }
	JSONer         = interface{ JSON() map[string]interface{} }
	Latexer        = interface{ Latex() string }
	Markdowner     = interface{ Markdown() string }
	PNGer          = interface{ PNG() []byte }
	PDFer          = interface{ PDF() []byte }
	SVGer          = interface{ SVG() string }
)

type (
	bundler = interface {
		MIMEBundle() (data, metadata map[string]any)
	}
	bundlerData = interface{ MIMEBundle() map[string]any }
)

var renderers struct {
	sync.RWMutex
	list []func(any) (Data, bool) // guarded by the mutex; the latest is asked first
}

// RegisterRenderer adds a way to show values of types that have no method for
// it, such as those of other people's packages. r returns false for values
// that are not its own; it must be quick to say so and safe for concurrent use.
func RegisterRenderer(r func(v any) (Data, bool)) {
	renderers.Lock()
	defer renderers.Unlock()
	renderers.list = append([]func(any) (Data, bool){r}, renderers.list...)
}

// Render returns v in its rich formats, and false if v has none and is to be
// shown as fmt.Sprint prints it. In order: Data itself; a method MIMEBundle;
// what [RegisterRenderer] has added; the gophernotes methods, all that v has
// together; image.Image; *plot.Plot of gonum. A text form is added where there is none. A nil
// pointer has no rich form; a panic of v's own method is passed on.
func Render(v any) (Data, bool) {
	if isNil(v) {
		return Data{}, false
	}
	d, ok := renderAny(v)
	if !ok || len(d.Data) == 0 {
		return Data{}, false
	}
	return withText(d, v), true
}

func renderAny(v any) (Data, bool) {
	switch v := v.(type) {
	case Data:
		return v, true
	case *Data:
		return *v, true
	case bundler:
		data, meta := v.MIMEBundle()
		return Data{Data: data, Metadata: meta}, true
	case bundlerData:
		return Data{Data: v.MIMEBundle()}, true
	}
	if d, ok := renderRegistered(v); ok {
		return d, true
	}
	switch v := v.(type) {
	case Renderer:
		return v.Render(), true
	case SimpleRenderer:
		return Data{Data: v.SimpleRender()}, true
	}
	if m := renderMethods(v); len(m) > 0 {
		return Data{Data: m}, true
	}
	if img, ok := v.(image.Image); ok {
		return Image(img), true
	}
	return renderPlot(v)
}

func renderRegistered(v any) (Data, bool) {
	renderers.RLock()
	list := renderers.list
	renderers.RUnlock()
	for _, r := range list {
		if d, ok := r(v); ok {
			return d, true
		}
	}
	return Data{}, false
}

// renderMethods collects every format that v has a method for.
func renderMethods(v any) MIMEMap {
	m := MIMEMap{}
	if x, ok := v.(HTMLer); ok {
		m[MIMETypeHTML] = x.HTML()
	}
	if x, ok := v.(JavaScripter); ok {
		m[MIMETypeJavaScript] = x.JavaScript()
	}
	if x, ok := v.(JPEGer); ok {
		m[MIMETypeJPEG] = x.JPEG()
	}
	if x, ok := v.(JSONer); ok {
		m[MIMETypeJSON] = x.JSON()
	}
	if x, ok := v.(Latexer); ok {
		m[MIMETypeLatex] = x.Latex()
	}
	if x, ok := v.(Markdowner); ok {
		m[MIMETypeMarkdown] = x.Markdown()
	}
	if x, ok := v.(PNGer); ok {
		m[MIMETypePNG] = x.PNG()
	}
	if x, ok := v.(PDFer); ok {
		m[MIMETypePDF] = x.PDF()
	}
	if x, ok := v.(SVGer); ok {
		m[MIMETypeSVG] = x.SVG()
	}
	return m
}

// withText returns d with a text form: the value's own String, the only text
// format there is, or the name of the type. It does not change d's maps.
func withText(d Data, v any) Data {
	if _, ok := d.Data[MIMETypeText]; ok {
		return d
	}
	m := make(MIMEMap, len(d.Data)+1)
	for k, x := range d.Data {
		m[k] = x
	}
	m[MIMETypeText] = textOf(d.Data, v)
	d.Data = m
	return d
}

func textOf(data MIMEMap, v any) string {
	if s, ok := v.(fmt.Stringer); ok {
		return s.String()
	}
	for _, t := range []string{MIMETypeMarkdown, MIMETypeLatex} {
		if s, ok := data[t].(string); ok {
			return s
		}
	}
	switch v.(type) {
	case Data, *Data:
	default:
		return fmt.Sprintf("<%T>", v)
	}
	for _, t := range []string{MIMETypeHTML, MIMETypeJavaScript} {
		if s, ok := data[t].(string); ok {
			return s
		}
	}
	for _, t := range []string{MIMETypeSVG, MIMETypePNG, MIMETypeJPEG, MIMETypePDF} {
		if x, ok := data[t]; ok {
			if s, ok := x.(string); ok {
				x = []byte(s)
			}
			if t == MIMETypeSVG {
				return "<SVG image>"
			}
			return plainText(t, x)
		}
	}
	return "<data>"
}

func isNil(v any) bool {
	if v == nil {
		return true
	}
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Slice, reflect.Func, reflect.Chan:
		return r.IsNil()
	}
	return false
}
