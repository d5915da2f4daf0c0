package display

import (
	"bytes"
	"io"
	"reflect"
)

// The size of a gonum plot that is shown without a call, in points (1/72 inch).
const plotWidth, plotHeight = 432, 288

// renderPlot renders a *plot.Plot of gonum.org/v1/plot, or any value with its
// method WriterTo(width, height, format), without importing gonum. (Its PDF is
// left out, since its letters outside Latin-1 are wrong.)
func renderPlot(v any) (Data, bool) {
	method := reflect.ValueOf(v).MethodByName("WriterTo")
	if !method.IsValid() || !isWriterTo(method.Type()) {
		return Data{}, false
	}
	svg, err := drawPlot(method, "svg")
	if err != nil {
		panic(err) // in a notebook, the cell's error
	}
	d := Data{Data: MIMEMap{MIMETypeSVG: string(svg), MIMETypeText: "<plot>"}}
	if png, err := drawPlot(method, "png"); err == nil {
		d.Data[MIMETypePNG] = png
	}
	return d, true
}

// isWriterTo reports whether t is func(L, L, string) (io.WriterTo, error), L a
// kind of float64.
func isWriterTo(t reflect.Type) bool {
	return t.NumIn() == 3 && t.In(0).Kind() == reflect.Float64 && t.In(1) == t.In(0) && t.In(2).Kind() == reflect.String &&
		t.NumOut() == 2 && t.Out(0) == reflect.TypeFor[io.WriterTo]() && t.Out(1) == reflect.TypeFor[error]()
}

func drawPlot(method reflect.Value, format string) ([]byte, error) {
	length := method.Type().In(0)
	out := method.Call([]reflect.Value{
		reflect.ValueOf(float64(plotWidth)).Convert(length),
		reflect.ValueOf(float64(plotHeight)).Convert(length),
		reflect.ValueOf(format),
	})
	if err, _ := out[1].Interface().(error); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	_, err := out[0].Interface().(io.WriterTo).WriteTo(&b)
	return b.Bytes(), err
}
