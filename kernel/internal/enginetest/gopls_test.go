package enginetest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"songsong/kernel/internal/gopls"
	"songsong/kernel/internal/session"
)

// needGopls skips the test for want of gopls, or fails it in CI.
func needGopls(t testing.TB) {
	t.Helper()
	if _, err := gopls.Find(runtime.Version()); err == nil {
		return
	} else if os.Getenv("SONGSONG_CI") != "" {
		t.Fatalf("CI must have gopls: %v", err)
	} else {
		t.Skipf("skipped: %v", err)
	}
}

// withGopls waits until the session's gopls answers.
func withGopls(t testing.TB, s session.Session) {
	t.Helper()
	start := time.Now()
	for time.Since(start) < 90*time.Second {
		if has(s, "fmt.Prln|", "Println") { // with letters left out: our own engine has no answer
			t.Logf("gopls answers after %.1f s", time.Since(start).Seconds())
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatal("gopls does not answer within 90 s")
}

func has(s session.Session, code, want string) bool {
	c, _ := complete(s, code)
	return slices.ContainsFunc(c.Items, func(i session.Completion) bool { return i.Text == want })
}

// eventually asks for up to 20 s: gopls reads a package that is new to it first.
func eventually(ask func() bool) bool {
	for start := time.Now(); time.Since(start) < 20*time.Second; time.Sleep(100 * time.Millisecond) {
		if ask() {
			return true
		}
	}
	return false
}

// openInModule opens a session in a module with an internal package.
func openInModule(t *testing.T) session.Session {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":                    "module example.com/mine\n\ngo 1.26\n",
		"a/b/internal/deep/deep.go": "// Package deep is inside.\npackage deep\n\n// Depth is 3.\nfunc Depth() int { return 3 }\n",
	} {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s, err := session.Open(session.Options{Dir: filepath.Join(dir, "a", "b"), Log: t.Logf})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	show(s, "0")
	return s
}

// TestGoplsCompletes asks what our own engine can't answer: letters left out.
func TestGoplsCompletes(t *testing.T) {
	needGopls(t)
	s := openWithNames(t)
	withGopls(t, s)
	for _, test := range []struct{ code, want string }{
		{"p.labl|", "label"},
		{"ws[0].labl|", "label"},
		{"for _, w := range ws {\n\tw.nme|\n}", "name"},
		{"func f(q *point) {\n\tq.nrm|", "norm"},
		{"q := point{}\nq.labl|", "label"},
		{"type point struct{ colour int }\nq := point{}\nq.colur|", "colour"}, // redefined in this cell
		{"n := 3\nfunc g() { nmbr := n; nbr| }", "nmbr"},
		{"numbers := []int{1}\nfunc g() int { return len(numbrs|) }", "numbers"}, // a variable of this cell in its function
		{"xin := \"chào 😀\"; p.labl|", "label"},
		{"%time p.labl|", "label"},
		{"%%time\np.labl|", "label"},
		{"!echo hi\np.labl|", "label"},
		{"zip.NewReder|", "NewReader"}, // not imported
		{"heap.Int|", "Interface"},     // nor this
		{"import r \"math/rand\"\nr.Prm|", "Perm"},
		{"plots.Captin|", "Caption"},
		{"đườg|", "đường"},
	} {
		if !eventually(func() bool { return has(s, test.code, test.want) }) {
			c, _ := complete(s, test.code)
			t.Errorf("%q lacks %s: %.300s", test.code, test.want, fmt.Sprint(c.Items))
		}
	}
	if c, _ := complete(s, "var text string = p.|"); len(c.Items) == 0 || c.Items[0].Text != "label" {
		t.Errorf("what fits does not come first: %v", c.Items)
	}
	c, _ := complete(s, "|")
	for _, i := range c.Items {
		if strings.ContainsAny(i.Text+i.Signature, "Ꞩꞩ") {
			t.Errorf("an invented name is proposed: %v", i)
		}
	}
}

func TestGoplsAnswersWhileACellRuns(t *testing.T) {
	needGopls(t)
	s := openWithNames(t)
	withGopls(t, s)
	done := make(chan string)
	go func() { done <- show(s, "for {}") }()
	if !eventually(func() bool { return has(s, "p.labl|", "label") }) {
		t.Error("no answer of gopls while a cell runs")
	}
	select {
	case <-done:
		t.Error("the cell ended before the answer came")
	default:
		s.Interrupt()
		<-done
	}
}

func TestGoplsSeesInternalPackagesOfTheModule(t *testing.T) {
	needGopls(t)
	s := openInModule(t)
	withGopls(t, s)
	const code = "import \"example.com/mine/a/b/internal/deep\"\n"
	if !eventually(func() bool { return has(s, code+"deep.Dpt|", "Depth") }) {
		t.Error("deep.Depth is not proposed")
	}
	if got := show(s, code+"deep.Depth()"); got != "=> 3\n" {
		t.Errorf("the cell itself shows %q", got)
	}
}

// TestGoplsSeesNewRequirements adds a module on disk to the session's module.
func TestGoplsSeesNewRequirements(t *testing.T) {
	needGopls(t)
	s := openWithNames(t)
	withGopls(t, s)
	dir := t.TempDir()
	for name, text := range map[string]string{"go.mod": "module example.com/other\n\ngo 1.26\n", "other.go": "package other\n\n// Answer is 42.\nfunc Answer() int { return 42 }\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	show(s, "!*go mod edit -require=example.com/other@v0.0.0 -replace=example.com/other="+dir)
	const code = "import \"example.com/other\"\n"
	if got := show(s, code+"other.Answer()"); got != "=> 42\n" {
		t.Fatalf("the module is not added: %s", got)
	}
	withGopls(t, s) // another process, of the new module
	if !eventually(func() bool { return has(s, code+"other.Answr|", "Answer") }) {
		t.Error("other.Answer is not proposed")
	}
}

func TestGoplsInspects(t *testing.T) {
	needGopls(t)
	s := openWithNames(t)
	withGopls(t, s)
	for _, test := range []struct {
		code  string
		level int
		want  []string // in the Markdown
	}{
		{"fmt.Printl|n(1)", 0, []string{"func fmt.Println(a ...any)", "pkg.go.dev/fmt#Println"}},
		{"fmt.Println(1, |)", 0, []string{"argument: `a ...any`", "formats using"}},
		{"fs := []func(a, b int) string{}\nfs[0](1, |)", 0, []string{"func(a int, b int) string", "argument: `b int`"}},
		{"Double(|", 0, []string{"argument: `n int`", "Double is twice n.", "from cell"}},
		{"p.nor|m()", 0, []string{"norm is its distance from 0"}},
		{"x := 3\nx|", 0, []string{"var x int"}},
		{"strings.Cu|t", 1, []string{"pkg.go.dev/strings#Cut", "stringslite.Cut"}},
		{"zip.NewR|eader", 0, []string{"returns a new"}},
		{"p|", 0, []string{"now {x:1"}},
	} {
		at := strings.IndexByte(test.code, '|')
		var text string
		ok := eventually(func() bool {
			b, _ := s.Inspect(context.Background(), strings.Replace(test.code, "|", "", 1), at, test.level)
			text = fmt.Sprint(b.Data["text/markdown"])
			plain := fmt.Sprint(b.Data["text/plain"])
			return !slices.ContainsFunc(test.want, func(w string) bool { return !strings.Contains(text, w) }) && plain != "" && !strings.Contains(plain, "```")
		})
		if !ok {
			t.Errorf("%q says %.500s; want %q", test.code, text, test.want)
		}
	}
}

// BenchmarkComplete measures completions of warm sessions, each in a cell that has
// just changed: by our own engine, and by gopls, asked for what only it answers.
func BenchmarkComplete(b *testing.B) {
	b.Run("own", func(b *testing.B) {
		b.Setenv(gopls.Switch, "off")
		completeAll(b, openWithNames(b), []string{"for _, w := range ws {\n\tw.nam|", "fmt.Prin|", "strings.Spl|", "x := 3\nfor i := range x {\n\tp.la|\n}", "time.Milli|"})
	})
	b.Run("gopls", func(b *testing.B) {
		needGopls(b)
		s := openWithNames(b)
		withGopls(b, s)
		completeAll(b, s, []string{"for _, w := range ws {\n\tw.nme|", "fmt.Prln|", "strings.Splt|", "x := 3\nfor i := range x {\n\tp.labl|\n}", "time.Milisec|"})
	})
}

func completeAll(b *testing.B, s session.Session, codes []string) {
	for _, c := range codes { // the first use of a package
		eventually(func() bool { c, _ := complete(s, c); return len(c.Items) > 0 })
	}
	var took []time.Duration
	answered := 0
	for n := 0; b.Loop(); n++ {
		start := time.Now()
		c, _ := complete(s, fmt.Sprintf("// %d\n%s", n, codes[n%len(codes)]))
		took = append(took, time.Since(start))
		if len(c.Items) > 0 {
			answered++
		}
	}
	slices.Sort(took)
	b.ReportMetric(took[len(took)/2].Seconds()*1e3, "median-ms")
	b.ReportMetric(took[len(took)*95/100].Seconds()*1e3, "p95-ms")
	b.ReportMetric(took[len(took)-1].Seconds()*1e3, "max-ms")
	b.ReportMetric(float64(answered)/float64(len(took))*100, "%answered")
}
