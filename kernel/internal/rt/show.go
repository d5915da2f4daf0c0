package rt

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"songsong/kernel/display"
)

// Show shows a cell's last value or values. One rich value is shown in its rich
// formats; others as text, several joined by a space. Nothing is shown when all are nil.
func Show(values ...any) {
	var rich []display.Data
	var words []string
	someValue := false
	for _, v := range values {
		if v != nil && !isNilPointer(v) {
			someValue = true
		}
		if d, ok := display.Render(v); ok {
			rich = append(rich, d)
		}
		words = append(words, Text(v))
	}
	switch {
	case !someValue:
		return
	case len(rich) == 1 && len(values) == len(nilsAnd(values)):
		result(rich[0])
	default:
		result(display.Data{Data: display.MIMEMap{"text/plain": strings.Join(words, " ")}})
	}
}

// nilsAnd returns values if at most one of them is not nil.
func nilsAnd(values []any) []any {
	n := 0
	for _, v := range values {
		if v != nil {
			n++
		}
	}
	if n > 1 {
		return nil
	}
	return values
}

func isNilPointer(v any) bool {
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Pointer, reflect.Func, reflect.Chan, reflect.UnsafePointer:
		return r.IsNil()
	}
	return false
}

func result(d display.Data) {
	b, err := Bundled(d)
	if err != nil {
		b = &Bundle{Text: map[string]string{"text/plain": "this value can't be shown: " + err.Error()}}
	}
	Out(Event{Kind: Result, Cell: Current().ID, Bundle: b})
}

// A page that holds more than this answers late or not at all.
const (
	manyElements  = 10_000 // of a slice that long, the first are shown
	firstElements = 1_000
	maxText       = 1 << 20 // bytes
)

// Text is the text form of a value: as fmt.Sprint prints it, with the names of
// struct fields, and the type of a function or channel in place of its address.
// Of a long value it is the beginning; fmt.Println prints the whole.
func Text(v any) string {
	s := text(v)
	if len(s) <= maxText {
		return s
	}
	return strings.ToValidUTF8(s[:maxText], "") + fmt.Sprintf(" … %d bytes more", len(s)-maxText)
}

func text(v any) string {
	switch v := v.(type) {
	case error, fmt.Stringer, fmt.Formatter:
		return fmt.Sprint(v)
	}
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Func, reflect.Chan:
		if !r.IsNil() {
			return fmt.Sprintf("%T", v)
		}
	case reflect.Slice:
		if n := r.Len(); n > manyElements {
			first := fmt.Sprintf("%+v", r.Slice(0, firstElements).Interface())
			return strings.TrimSuffix(first, "]") + fmt.Sprintf(" … %d more]", n-firstElements)
		}
	}
	return fmt.Sprintf("%+v", v)
}

// Describe returns the value of a session variable in Go syntax, cut at 200 bytes.
func Describe(key string) (s string) {
	defer func() {
		if recover() != nil {
			s = "?"
		}
	}()
	v, ok := Value(key)
	if !ok {
		return ""
	}
	switch v.Kind() {
	case reflect.Func, reflect.Chan:
		return fmt.Sprint(v.Type())
	case reflect.Slice, reflect.Map, reflect.Array:
		if v.Len() > 100 {
			return fmt.Sprintf("%v with %d elements", v.Type(), v.Len())
		}
	}
	s = fmt.Sprintf("%+v", v.Interface())
	if v.Kind() == reflect.String {
		s = fmt.Sprintf("%q", v.String())
	}
	if len(s) > 200 {
		s = strings.ToValidUTF8(s[:200], "") + "…"
	}
	return s
}

// Bundled encodes d for the kernel.
func Bundled(d display.Data) (*Bundle, error) {
	b := &Bundle{Text: map[string]string{}, Bin: map[string][]byte{}, JSON: map[string][]byte{}}
	for mime, v := range d.Data {
		switch v := v.(type) {
		case string:
			b.Text[mime] = v
		case []byte:
			b.Bin[mime] = v
		case fmt.Stringer:
			b.Text[mime] = v.String()
		default:
			j, err := json.Marshal(v)
			if err != nil {
				return nil, fmt.Errorf("display: %s is neither text nor bytes nor JSON: %w", mime, err)
			}
			b.JSON[mime] = j
		}
	}
	if len(d.Metadata) > 0 {
		m, err := json.Marshal(d.Metadata)
		if err != nil {
			return nil, fmt.Errorf("display: the metadata is not JSON: %w", err)
		}
		b.Meta = m
	}
	if id, ok := d.Transient["display_id"].(string); ok {
		b.ID = id
	}
	return b, nil
}
