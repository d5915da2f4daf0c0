package magic

import (
	"context"
	"fmt"
	godoc "go/doc"
	"go/parser"
	"go/token"
	"regexp"
	"strconv"
	"strings"
)

// goTest runs the tests, benchmarks and examples of the cell or, if it has none
// or flags are given, of the session, as go test does. It is run after the cell's Go.
func goTest(ctx context.Context, r *Runner, c Command) error {
	names, err := r.Names(ctx)
	if err != nil {
		return err
	}
	here := map[string]bool{}
	for _, m := range testFunc.FindAllStringSubmatch(c.Body, -1) {
		here[m[1]] = true
	}
	flags := words(c.Args)
	var list strings.Builder
	some := map[string][]string{}
	for _, n := range names {
		kind := testKind(n)
		if kind == "" {
			continue
		}
		if len(flags) == 0 && (here[n.Name] || len(here) == 0 && kind != "Benchmark") {
			some[kind] = append(some[kind], n.Name)
		}
		text, path, line := r.Source(n.Name)
		fmt.Fprintf(&list, "ꞩtests.%s(ꞩtests.Place{%q, %q, %d, %d}, %s%s); ", kind, n.Name, path, line, line+strings.Count(text, "\n"), n.Name, expected(kind, text))
	}
	if list.Len() == 0 {
		return &Error{Name: "nothing to test", Value: "the session has no function such as func TestSum(t *testing.T)"}
	}
	if len(flags) == 0 {
		flags = []string{"-test.v", "-test.run=" + anyOf(append(some["Test"], some["Example"]...))}
		if len(some["Benchmark"]) > 0 {
			flags = append(flags, "-test.bench="+anyOf(some["Benchmark"]))
		}
	}
	quoted := make([]string, len(flags))
	for i, f := range flags {
		quoted[i] = strconv.Quote(f)
	}
	r.Native()
	_, err = r.RunGo(ctx, `import ꞩtests "songsong/kernel/internal/celltest"; `+list.String()+"ꞩtests.Run("+strings.Join(quoted, ", ")+")")
	return err
}

var testFunc = regexp.MustCompile(`(?m)^func\s+((?:Test|Benchmark|Example)\w*)\s*\(`)

var testTypes = map[string]*regexp.Regexp{
	"Test":      regexp.MustCompile(`^func\((\w+ )?\*testing\.T\)$`),
	"Benchmark": regexp.MustCompile(`^func\((\w+ )?\*testing\.B\)$`),
	"Example":   regexp.MustCompile(`^func\(\)$`),
}

// testKind is Test, Benchmark or Example, "" for another name.
func testKind(n Name) string {
	for kind, want := range testTypes {
		if rest, ok := strings.CutPrefix(n.Name, kind); ok && n.Kind == "func" && want.MatchString(n.Type) && !(rest != "" && 'a' <= rest[0] && rest[0] <= 'z') {
			return kind
		}
	}
	return ""
}

// anyOf matches exactly the names, or nothing.
func anyOf(names []string) string {
	if len(names) == 0 {
		return "^$"
	}
	return "^(" + strings.Join(names, "|") + ")$"
}

// expected is the rest of the call that registers an example: what it must
// print, and whether in any order.
func expected(kind, source string) string {
	if kind != "Example" {
		return ""
	}
	f, err := parser.ParseFile(token.NewFileSet(), "example_test.go", "package p\n"+source, parser.ParseComments)
	if err != nil {
		return `, "", false`
	}
	for _, x := range godoc.Examples(f) {
		if x.Output != "" || x.EmptyOutput {
			return fmt.Sprintf(", %q, %v", x.Output, x.Unordered)
		}
	}
	return `, "", false`
}
