package enginetest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"songsong/kernel/internal/session"
)

func openWithNames(t testing.TB) session.Session {
	s := open(t)
	for _, code := range []string{
		"// A point lies in the plane.\ntype point struct{ x, y float64; label string }\n// norm is its distance from 0.\nfunc (p *point) norm() float64 { return math.Hypot(p.x, p.y) }",
		"type named struct{ point; name string }",
		"// Double is twice n.\nfunc Double(n int) int { return 2 * n }\nconst limit = 10",
		"p := point{1, 2, \"a\"}\nws := []*named{{name: \"n\"}}\nvar đường = 3\nimport \"net/http\"\nimport . \"unicode/utf8\"\nvar client http.Client",
	} {
		if got := show(s, code); strings.Contains(got, "line") {
			t.Fatal(got)
		}
	}
	return s
}

// complete completes code at its |.
func complete(s session.Session, code string) (session.Completions, string) {
	at := strings.IndexByte(code, '|')
	code = code[:at] + code[at+1:]
	c := s.Complete(context.Background(), code, at)
	return c, code[c.Start:c.End]
}

func TestComplete(t *testing.T) {
	s := openWithNames(t)
	tests := []struct{ code, replaces, want string }{ // want: "name kind signature", no signature for any
		{"p|", "p", "p variable point"},
		{"po|", "po", "point type"},
		{"dou|", "dou", "Double function (n int) int"},
		{"lim|", "lim", "limit constant untyped int = 10"},
		{"RuneC|", "RuneC", "RuneCount function (p []byte) int"},
		{"đư|", "đư", "đường variable int"},
		{"p.|", "", "norm method () float64"},
		{"p.|", "", "label field string"},
		{"fmt.Println(p.la|)", "la", "label field"},
		{"ws[0].|", "", "norm method"},
		{"ws[0].|", "", "name field string"},
		{"for _, w := range ws {\n\tw.na|\n}", "na", "name field"},
		{"for _, w := range ws {\n\tw.point.|", "", "x field float64"},
		{"q := point{}\nq.no|", "no", "norm method"},
		{"func f(abc int) {\n\tab|", "ab", "abc variable int"},
		{"point{la|", "la", "label field string"},
		{"strings.Spl|", "Spl", "Split function (s string, sep string) []string"},
		{"strings.ToUpper(\"a\").|\nx", "", ""},
		{"import \"bufio\"\nbufio.NewRe|", "NewRe", "NewReader function"},
		{"client.Ti|", "Ti", "Timeout field time.Duration"},
		{"client.Get(\"x\")|", "", "break keyword"},
		{"resp, err := client.Get(\"x\")\nresp.Bo|", "Bo", "Body field io.ReadCloser"},
		{"var wg sync.Wai|", "Wai", "WaitGroup type"},
		{"appe|", "appe", "append function built in"},
		{"sele|", "sele", "select keyword"},
		{"strin|", "strin", "strings module strings"},
		{"import \"encoding/js|\"", "encoding/js", "encoding/json module"},
		{"%ti|", "%ti", "%timeit magic"},
		{"%%py|", "%%py", "%%python magic"},
		{"%time p.no|", "no", "norm method"},
		{"%%time\np.no|", "no", "norm method"},
		{"xin := \"chào\" + \"😀\"; p.no|", "no", "norm method"},
		{"%%python\np.no|", "", ""},
	}
	for _, test := range tests {
		c, replaces := complete(s, test.code)
		i := slices.IndexFunc(c.Items, func(i session.Completion) bool {
			return strings.HasPrefix(i.Text+" "+i.Kind+" "+i.Signature, test.want+" ") || i.Text+" "+i.Kind+" "+i.Signature == test.want
		})
		if test.want == "" && len(c.Items) > 0 || test.want != "" && i < 0 || replaces != test.replaces {
			t.Errorf("%q replaces %q, want %q; has %d items, wants %q: %.300s", test.code, replaces, test.replaces, len(c.Items), test.want, fmt.Sprint(c.Items))
		}
	}
	if c, _ := complete(s, "p|"); len(c.Items) == 0 || c.Items[0].Text != "p" {
		t.Errorf("a session name does not come first: %.200s", fmt.Sprint(c.Items))
	}
	if got := show(s, "p.norm() > 2, limit"); got == "" {
		t.Error("the session does not go on")
	}
}

func TestCompleteIsFastAndAnswersWhileACellRuns(t *testing.T) {
	s := openWithNames(t)
	complete(s, "p.|")
	start := time.Now()
	const n = 20
	for range n {
		complete(s, "for _, w := range ws {\n\tw.|\n}")
	}
	if each := time.Since(start) / n; each > 100*time.Millisecond {
		t.Errorf("a completion takes %v", each)
	} else {
		t.Logf("a completion takes %v", each)
	}
	done := make(chan string)
	go func() { done <- show(s, "time.Sleep(2 * time.Second)") }()
	for range 10 {
		time.Sleep(100 * time.Millisecond)
		start := time.Now()
		c, _ := complete(s, "p|")
		if took := time.Since(start); took > time.Second || len(c.Items) == 0 {
			t.Errorf("while a cell runs: %d items after %v", len(c.Items), took)
		}
	}
	if c, _ := complete(s, "p.|"); len(c.Items) != 4 {
		t.Errorf("while a cell runs, p has %v", c.Items)
	}
	<-done
}

func TestInspect(t *testing.T) {
	s := openWithNames(t)
	tests := []struct {
		code  string
		level int
		want  string // in the Markdown
	}{
		{"Doub|le(2)", 0, "func Double(n int) int"},
		{"Double(|", 0, "Double is twice n."},
		{"Double|", 1, "return 2 * n"},
		{"p|", 0, "now {x:1"},
		{"p.nor|m()", 0, "norm() float64"},
		{"poi|nt{}", 0, "A point lies in the plane."},
		{"fmt.Printl|n(1)", 0, "formats using the default formats"},
		{"fmt.Println(1, |", 0, "func Println(a ...any)"},
		{"fm|t.Println", 0, "Package fmt implements"},
		{"client.Time|out", 0, "Timeout specifies a time limit"},
		{"client.Ge|t(\"\")", 0, "Get issues a GET"},
		{"appen|d(nil)", 0, "appends elements"},
		{"strings.Cu|t", 1, "stringslite.Cut"},
		{"var wg sync.WaitGrou|p", 1, "func (wg *WaitGroup) Wait()"},
		{"%timei|t x", 0, "median"},
		{"%%time\nDoubl|e(2)", 0, "func Double"},
	}
	for _, test := range tests {
		at := strings.IndexByte(test.code, '|')
		start := time.Now()
		b, found := s.Inspect(context.Background(), strings.Replace(test.code, "|", "", 1), at, test.level)
		if text := fmt.Sprint(b.Data["text/markdown"]); !found || !strings.Contains(text, test.want) || b.Data["text/plain"] == "" {
			t.Errorf("%q (level %d) says %.400s; want %q", test.code, test.level, text, test.want)
		}
		if took := time.Since(start); took > time.Second {
			t.Errorf("%q took %v", test.code, took)
		}
	}
	for _, code := range []string{"", "|", "1 + |2", "nosuchname|", "// a comment|", "%nosuch|"} {
		at := max(0, strings.IndexByte(code, '|'))
		if b, found := s.Inspect(context.Background(), strings.Replace(code, "|", "", 1), at, 0); found {
			t.Errorf("%q: %v", code, b.Data)
		}
	}
}
