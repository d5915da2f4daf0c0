package display

import (
	"strings"
	"testing"
	"time"
)

type run struct {
	Name    string        `table:"tên"`
	Time    time.Duration `table:"time"`
	Speedup float64
	secret  int
	Hidden  int `table:"-"`
}

func TestTableText(t *testing.T) {
	type lower struct{ a, b int }
	tests := []struct {
		name string
		v    any
		want string
	}{
		{"structs", []run{{"một", time.Second, 1, 0, 0}, {"hai", 512 * time.Millisecond, 1.953125, 0, 0}}, "" +
			"tên   time  Speedup\n───  ─────  ───────\nmột     1s        1\nhai  512ms  1.95312"},
		{"pointers, one nil", []*run{nil, {Name: "x"}}, "tên  time  Speedup\n───  ────  ───────\n\nx      0s        0"},
		{"unexported fields only", []lower{{1, 22}}, "a   b\n─  ──\n1  22"},
		{"maps", []map[string]any{{"b": 1, "a": "x"}, {"c": nil}}, "a  b  c\n─  ─  ─\nx  1\n"},
		{"rows with a head", [][]string{{"n", "word"}, {"1", "a|b"}}, "n  word\n─  ────\n1  a|b"},
		{"numbers without a head", [][]float64{{1, 2.5}, {10, 3}}, " 1  2.5\n10    3"},
		{"map", map[int]string{10: "ten", 9: "nine"}, "key  value\n───  ─────\n  9  nine\n 10  ten"},
		{"struct", &run{Name: "x"}, "field    value\n───────  ─────\ntên      x\ntime     0s\nSpeedup  0"},
		{"values", []time.Duration{time.Second}, "index  value\n─────  ─────\n    0     1s"},
		{"none", []run{}, "tên  time  Speedup\n───  ────  ───────"},
		{"no rows at all", [][]string{}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Table(tt.v).Data[MIMETypeText]; got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

func TestTableHTMLAndMarkdown(t *testing.T) {
	d := Table(map[string]int{"<a|b>": 1}, "Số lần").Data
	wantHTML := `<table>
<caption>Số lần</caption>
<thead><tr><th scope="col" style="text-align:left">key</th><th scope="col" style="text-align:right">value</th></tr></thead>
<tbody>
<tr><th scope="row" style="text-align:left">&lt;a|b&gt;</th><td style="text-align:right">1</td></tr>
</tbody>
</table>`
	if d[MIMETypeHTML] != wantHTML {
		t.Errorf("HTML:\n%s", d[MIMETypeHTML])
	}
	if want := "Số lần\n\n| key | value |\n|---|---:|\n| &lt;a\\|b> | 1 |\n"; d[MIMETypeMarkdown] != want {
		t.Errorf("Markdown:\n%q\nwant\n%q", d[MIMETypeMarkdown], want)
	}
}

func TestTableOfManyRows(t *testing.T) {
	d := Table(make([]int, 2500)).Data
	for _, mime := range []string{MIMETypeText, MIMETypeHTML, MIMETypeMarkdown} {
		s := d[mime].(string)
		if n := strings.Count(s, "\n"); n > 1010 || !strings.Contains(s, "… and 1500 more rows") {
			t.Errorf("%s has %d lines and ends %q", mime, n, s[len(s)-40:])
		}
	}
}

func TestTablePanicsOnOtherValues(t *testing.T) {
	for _, v := range []any{nil, 3, make(chan int), (*run)(nil)} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("Table(%v) did not panic", v)
				}
			}()
			Table(v)
		}()
	}
}
