package notebook

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// appendJSON appends v as Python's json.dumps(v, ensure_ascii=False, indent=1,
// sort_keys=True) writes it. (encoding/json can't leave U+2028 as it is.)
func appendJSON(b []byte, v any, depth int) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...)
	case bool:
		return strconv.AppendBool(b, v)
	case int:
		return strconv.AppendInt(b, int64(v), 10)
	case json.Number:
		return append(b, v...)
	case string:
		return appendString(b, v)
	case []any:
		return appendList(b, v, depth)
	case map[string]any:
		return appendObject(b, v, depth)
	}
	return appendOther(b, v, depth)
}

func appendList(b []byte, list []any, depth int) []byte {
	if len(list) == 0 {
		return append(b, "[]"...)
	}
	b = append(b, '[')
	for i, v := range list {
		b = appendBreak(b, i, depth+1)
		b = appendJSON(b, v, depth+1)
	}
	b = appendBreak(b, 0, depth)
	return append(b, ']')
}

func appendObject(b []byte, m map[string]any, depth int) []byte {
	if len(m) == 0 {
		return append(b, "{}"...)
	}
	b = append(b, '{')
	for i, k := range slices.Sorted(maps.Keys(m)) {
		b = appendBreak(b, i, depth+1)
		b = appendString(b, k)
		b = append(b, ": "...)
		b = appendJSON(b, m[k], depth+1)
	}
	b = appendBreak(b, 0, depth)
	return append(b, '}')
}

func appendBreak(b []byte, i, depth int) []byte {
	if i > 0 {
		b = append(b, ',')
	}
	b = append(b, '\n')
	for range depth {
		b = append(b, ' ')
	}
	return b
}

// appendOther brings a Go value, such as a struct from a cell, into JSON's types first.
func appendOther(b []byte, v any, depth int) []byte {
	plain, err := plainJSON(v)
	if err != nil {
		return appendString(b, fmt.Sprint(v))
	}
	return appendJSON(b, plain, depth)
}

func plainJSON(v any) (plain any, err error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(strings.NewReader(string(data)))
	d.UseNumber()
	err = d.Decode(&plain)
	return plain, err
}

func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r == '\n':
			b = append(b, `\n`...)
		case r == '\r':
			b = append(b, `\r`...)
		case r == '\t':
			b = append(b, `\t`...)
		case r == '\b':
			b = append(b, `\b`...)
		case r == '\f':
			b = append(b, `\f`...)
		case r < 0x20:
			b = fmt.Appendf(b, `\u%04x`, r)
		default:
			b = append(b, string(r)...)
		}
	}
	return append(b, '"')
}

// JSON returns v as canonical JSON, for comparing.
func JSON(v any) string { return string(appendJSON(nil, v, 0)) }
