package jupyter

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func inputs(entries []entry) []string {
	var out []string
	for _, e := range entries {
		out = append(out, fmt.Sprintf("%d/%d %s", e.Session, e.Line, e.Input))
	}
	return out
}

func same(t *testing.T, what string, entries []entry, want ...string) {
	t.Helper()
	if d := cmp.Diff(want, inputs(entries)); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func logged(t *testing.T) func(string, ...any) {
	return func(format string, args ...any) { t.Errorf(format, args...) }
}

func number2(n int) *int { return &n }

func TestHistory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "deep", "history.jsonl")
	first := openHistory(file, logged(t))
	first.add(1, "a := 1", "")
	first.add(2, "a / 2", "0")
	second := openHistory(file, logged(t))
	second.add(1, "a := 1", "")
	third := openHistory(file, logged(t))
	third.add(1, "fmt.Println(\"[x]\")", strings.Repeat("ễ", 10_000))

	same(t, "tail", third.tail(2), "2/1 a := 1", "3/1 fmt.Println(\"[x]\")")
	same(t, "tail of all", third.tail(-1), "1/1 a := 1", "1/2 a / 2", "2/1 a := 1", "3/1 fmt.Println(\"[x]\")")
	same(t, "tail of none", third.tail(0))
	same(t, "this session", third.span(0, 0, nil), "3/1 fmt.Println(\"[x]\")")
	same(t, "the one before", third.span(-1, 1, nil), "2/1 a := 1")
	same(t, "two before", third.span(-2, 2, number2(3)), "1/2 a / 2")
	same(t, "too far back", third.span(-9, 0, nil))
	same(t, "by number", third.span(1, 1, number2(2)), "1/1 a := 1")
	same(t, "search", third.search("a*", false, -1), "1/1 a := 1", "1/2 a / 2", "2/1 a := 1")
	same(t, "unique", third.search("a := ?", true, -1), "2/1 a := 1")
	same(t, "last two", third.search("*", false, 2), "2/1 a := 1", "3/1 fmt.Println(\"[x]\")")
	same(t, "brackets are themselves", third.search("*[x]*", false, -1), "3/1 fmt.Println(\"[x]\")")
	if e := third.tail(1)[0]; len(e.Output) > maxOutput+5 {
		t.Errorf("an output of %d bytes is kept", len(e.Output))
	}
	if info, _ := os.Stat(file); info.Mode().Perm() != 0o600 {
		t.Errorf("others can read the history: %v", info.Mode())
	}
}

func TestHistoryWithoutFile(t *testing.T) {
	h := openHistory("", logged(t))
	h.add(1, "x", "")
	same(t, "tail", h.tail(5), "1/1 x")
	var lines []string
	h = openHistory("/dev/null/history", func(f string, a ...any) { lines = append(lines, fmt.Sprintf(f, a...)) })
	h.add(1, "x", "")
	same(t, "tail", h.tail(5), "1/1 x")
	if len(lines) != 1 {
		t.Errorf("the log is %q", lines)
	}
}

func TestHistoryDamaged(t *testing.T) {
	file := filepath.Join(t.TempDir(), "history.jsonl")
	os.WriteFile(file, []byte("{\"s\":4,\"n\":1,\"i\":\"good\"}\nnonsense\n\x00\xff\n[]\nnull\n{\"s\":-1,\"n\":1,\"i\":\"x\"}\n{\"s\":\"5\"}\n{\"s\":4,\"n\":2,\"i\":\"cut off"), 0o600)
	h := openHistory(file, logged(t))
	h.add(1, "new", "")
	again := openHistory(file, logged(t))
	same(t, "tail", again.tail(-1), "4/1 good", "5/1 new")
	if again.session != 6 {
		t.Errorf("the session is %d", again.session)
	}
}

func TestHistoryIsBounded(t *testing.T) {
	file := filepath.Join(t.TempDir(), "history.jsonl")
	line := `{"s":1,"n":1,"i":"` + strings.Repeat("x", 1000) + "\"}\n"
	os.WriteFile(file, []byte(strings.Repeat(line, maxHistoryFile/len(line)+10)+`{"s":2,"n":7,"i":"newest"}`+"\n"), 0o600)
	h := openHistory(file, logged(t))
	if info, _ := os.Stat(file); info.Size() > maxHistoryFile/2+10_000 {
		t.Errorf("the file has %d bytes", info.Size())
	}
	same(t, "tail", h.tail(1), "2/7 newest")
	for i := range 3 * maxEntries {
		h.entries = append(h.entries, entry{3, i, "x", ""})
	}
	h.add(1, "y", "")
	if len(h.entries) > 2*maxEntries {
		t.Errorf("%d entries are in memory", len(h.entries))
	}
}

// Several kernels share the file: no entry is lost or torn, no session number
// given twice.
func TestHistoryShared(t *testing.T) {
	file := filepath.Join(t.TempDir(), "history.jsonl")
	const kernels, cells = 8, 50
	var wg sync.WaitGroup
	for range kernels {
		wg.Go(func() {
			h := openHistory(file, logged(t))
			for i := range cells {
				h.add(i+1, fmt.Sprint("cell ", i), "")
			}
		})
	}
	wg.Wait()
	h := openHistory(file, logged(t))
	if len(h.entries) != kernels*cells || h.session != kernels+1 {
		t.Errorf("%d entries, session %d", len(h.entries), h.session)
	}
	for s := 1; s <= kernels; s++ {
		if n := len(h.span(s, 0, nil)); n != cells {
			t.Errorf("session %d has %d entries", s, n)
		}
	}
}

func TestMatches(t *testing.T) {
	for _, c := range []struct {
		pattern, s string
		want       bool
	}{
		{"", "anything", true}, {"*", "", true}, {"a*b*c", "a/b\nbc", true}, {"a*b*c", "acb", false},
		{"?", "ễ", true}, {"??", "ễ", false}, {"a**", "a", true}, {"*a", "aaaa", true}, {"x", "", false},
	} {
		if got := matches(c.pattern, c.s); got != c.want {
			t.Errorf("matches(%q, %q) = %v", c.pattern, c.s, got)
		}
	}
}
