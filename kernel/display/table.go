package display

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// tableRows is how many rows a table shows before it says how many are left out.
const tableRows = 1000

// Table shows v as a table, in HTML, Markdown and text. v is one of
//
//	[]struct, []*struct       a column for each exported field (each field, if none is exported)
//	[]map[string]T            a column for each key, in order of the keys
//	[][]string                the first row holds the names of the columns
//	[][]T                     rows without names
//	map[K]V                   two columns, key and value, in order of the keys
//	struct                    two columns, field and value
//	[]T                       two columns, index and value
//
// A field's tag table:"time (ms)" names its column; table:"-" leaves it out.
// Floating-point numbers get six significant digits. A caption may be given.
// After 1,000 rows the table says how many more there are. Table panics on
// other values, such as a channel.
func Table(v any, caption ...string) Data {
	t := newTable(reflect.ValueOf(v))
	t.caption = strings.Join(caption, " ")
	return Data{Data: MIMEMap{
		MIMETypeHTML:     t.html(),
		MIMETypeMarkdown: t.markdown(),
		MIMETypeText:     t.text(),
	}}
}

type table struct {
	caption string
	head    []string
	rows    [][]string
	number  []bool // column holds numbers
	rowHead bool   // the first cell of a row names it
	more    int    // rows left out
}

func newTable(v reflect.Value) *table {
	v = indirect(v)
	t := &table{}
	switch {
	case !v.IsValid():
		panic("display: can't make a table of nil")
	case v.Kind() == reflect.Struct:
		t.fromStruct(v)
	case v.Kind() == reflect.Map:
		t.fromMap(v)
	case v.Kind() == reflect.Slice || v.Kind() == reflect.Array:
		t.fromSlice(v)
	default:
		panic(fmt.Sprintf("display: can't make a table of a %s; give a slice, a map or a struct", v.Type()))
	}
	return t
}

func indirect(v reflect.Value) reflect.Value {
	for v.IsValid() && (v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface) {
		v = v.Elem()
	}
	return v
}

func (t *table) fromSlice(v reflect.Value) {
	n := min(v.Len(), tableRows)
	t.more = v.Len() - n
	elem := v.Type().Elem()
	for elem.Kind() == reflect.Pointer {
		elem = elem.Elem()
	}
	switch {
	case elem.Kind() == reflect.Struct && !isScalar(elem):
		t.fromStructs(v, n, elem)
	case elem.Kind() == reflect.Map && elem.Key().Kind() == reflect.String:
		t.fromMaps(v, n)
	case elem.Kind() == reflect.Slice && elem.Elem().Kind() == reflect.String && n > 0:
		t.head = v.Index(0).Interface().([]string)
		t.fromRows(v.Slice(1, n))
	case elem.Kind() == reflect.Slice || elem.Kind() == reflect.Array:
		t.fromRows(v.Slice(0, n))
	default:
		t.head, t.rowHead = []string{"index", "value"}, true
		for i := range n {
			t.add(reflect.ValueOf(i), v.Index(i))
		}
	}
}

// fromRows adds rows that may differ in length.
func (t *table) fromRows(v reflect.Value) {
	for i := range v.Len() {
		row := v.Index(i)
		cells := make([]reflect.Value, row.Len())
		for j := range cells {
			cells[j] = row.Index(j)
		}
		t.add(cells...)
	}
}

func (t *table) fromStructs(v reflect.Value, n int, typ reflect.Type) {
	fields := tableFields(typ)
	for _, f := range fields {
		t.head = append(t.head, columnName(f))
	}
	for i := range n {
		row := indirect(v.Index(i))
		cells := make([]reflect.Value, len(fields))
		for j, f := range fields {
			if row.IsValid() { // a nil pointer leaves its row empty
				cells[j] = row.FieldByIndex(f.Index)
			}
		}
		t.add(cells...)
	}
}

func (t *table) fromMaps(v reflect.Value, n int) {
	seen := map[string]bool{}
	for i := range n {
		for _, k := range indirect(v.Index(i)).MapKeys() {
			if !seen[k.String()] {
				seen[k.String()] = true
				t.head = append(t.head, k.String())
			}
		}
	}
	slices.Sort(t.head)
	for i := range n {
		row := indirect(v.Index(i))
		cells := make([]reflect.Value, len(t.head))
		for j, name := range t.head {
			cells[j] = row.MapIndex(reflect.ValueOf(name).Convert(row.Type().Key()))
		}
		t.add(cells...)
	}
}

func (t *table) fromMap(v reflect.Value) {
	t.head, t.rowHead = []string{"key", "value"}, true
	keys := v.MapKeys()
	slices.SortFunc(keys, compareValues)
	n := min(len(keys), tableRows)
	t.more = len(keys) - n
	for _, k := range keys[:n] {
		t.add(k, v.MapIndex(k))
	}
}

func (t *table) fromStruct(v reflect.Value) {
	t.head, t.rowHead = []string{"field", "value"}, true
	for _, f := range tableFields(v.Type()) {
		t.add(reflect.ValueOf(columnName(f)), v.FieldByIndex(f.Index))
	}
}

// add appends a row and notes which columns hold nothing but numbers.
func (t *table) add(cells ...reflect.Value) {
	row := make([]string, len(cells))
	for i, c := range cells {
		row[i] = cellText(c)
		if i >= len(t.number) {
			t.number = append(t.number, true)
		}
		t.number[i] = t.number[i] && (row[i] == "" || isNumber(c))
	}
	t.rows = append(t.rows, row)
}

func tableFields(typ reflect.Type) []reflect.StructField {
	var exported, all []reflect.StructField
	for i := range typ.NumField() {
		f := typ.Field(i)
		if f.Tag.Get("table") == "-" || f.Name == "_" {
			continue
		}
		all = append(all, f)
		if f.IsExported() {
			exported = append(exported, f)
		}
	}
	if len(exported) > 0 {
		return exported
	}
	return all
}

func columnName(f reflect.StructField) string {
	if name := f.Tag.Get("table"); name != "" {
		return name
	}
	return f.Name
}

// isScalar reports whether a struct type prints itself, as time.Time does.
func isScalar(t reflect.Type) bool {
	return t.Implements(reflect.TypeFor[fmt.Stringer]())
}

func isNumber(v reflect.Value) bool {
	v = indirect(v)
	return v.IsValid() && (v.CanInt() || v.CanUint() || v.CanFloat() || v.CanComplex())
}

func cellText(v reflect.Value) string {
	v = indirect(v)
	if !v.IsValid() {
		return ""
	}
	if v.CanFloat() && !v.Type().Implements(reflect.TypeFor[fmt.Stringer]()) {
		return strconv.FormatFloat(v.Float(), 'g', 6, 64)
	}
	return fmt.Sprint(v) // fmt prints the value that v holds, unexported fields too
}

func compareValues(a, b reflect.Value) int {
	a, b = indirect(a), indirect(b)
	switch {
	case !a.IsValid() || !b.IsValid():
	case a.CanInt() && b.CanInt():
		return cmp.Compare(a.Int(), b.Int())
	case a.CanUint() && b.CanUint():
		return cmp.Compare(a.Uint(), b.Uint())
	case a.CanFloat() && b.CanFloat():
		return cmp.Compare(a.Float(), b.Float())
	}
	return strings.Compare(fmt.Sprint(a), fmt.Sprint(b))
}
