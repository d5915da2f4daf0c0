package helpers

import (
	"flag"
	"fmt"
	"go/ast"
	"go/doc"
	"go/doc/comment"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write FROM-PYTHON.md anew")

const frompython = "FROM-PYTHON.md"

const head = `# From Python's threading to Go

For readers of Python: the names of ` + "`threading`, `concurrent.futures`, `asyncio`, `queue` and `multiprocessing`" + `, and what each is called here.
Made by ` + "`go test ./helpers -update`" + ` from the comments of the packages, so it says what they say; a test fails when it does not.

Three things differ everywhere:

- **Threads run at once.** Python's run one at a time while they compute (unless it is a free-threaded build); goroutines use all processors, so work that needs
  ` + "`multiprocessing`" + ` there needs only a pool of goroutines here.
- **A timeout is a context.** Where Python has ` + "`timeout=`" + `, a function here takes a ` + "`context.Context`" + ` first, which also carries cancellation.
- **An error is a result.** Where Python raises, a function here returns an error as its last result. A panic in a task becomes one, with its stack.

The notebooks show both languages side by side: start with [threads](../notebooks/en/2-1-creating-threads.ipynb) and [pools](../notebooks/en/2-2-thread-pool-executor.ipynb).
`

// FROM-PYTHON.md is made of the tables in the packages' comments.
func TestFromPython(t *testing.T) {
	var b strings.Builder
	b.WriteString(head)
	for _, name := range []string{"threads", "pools", "async", "syncs", "processes"} {
		text := packageComment(t, name)
		rows := table(text)
		if len(rows) < 8 {
			t.Fatalf("the comment of package %s has no table of Python's names", name)
		}
		fmt.Fprintf(&b, "\n## %s\n\n%s See `go doc songsong/helpers/%s`.\n\n", name, links.ReplaceAllString(new(doc.Package).Synopsis(text), "$1"), name)
		fmt.Fprintf(&b, "| %s | %s |\n|---|---|\n", rows[0][0], rows[0][1])
		for _, r := range rows[1:] {
			fmt.Fprintf(&b, "| %s | %s |\n", cell(r[0]), cell(r[1]))
		}
	}
	if *update {
		if err := os.WriteFile(frompython, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	have, err := os.ReadFile(frompython)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != b.String() {
		t.Errorf("%s is older than the packages' comments: go test ./helpers -update", frompython)
	}
}

func packageComment(t *testing.T, name string) string {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), name+"/doc.go", nil, parser.ParseComments|parser.PackageClauseOnly)
	if err != nil {
		t.Fatal(err)
	}
	return (*ast.CommentGroup).Text(f.Doc)
}

var links = regexp.MustCompile(`\[(\w+)\]`)

var gap = regexp.MustCompile(` {2,}`)

// table gives the rows of the first code block that is all of two columns.
func table(text string) (rows [][2]string) {
	for _, block := range new(comment.Parser).Parse(text).Content {
		code, ok := block.(*comment.Code)
		if !ok {
			continue
		}
		rows = nil
		for line := range strings.Lines(code.Text) {
			columns := gap.Split(strings.TrimSpace(line), -1)
			if len(columns) == 1 { // a long left side has one space
				if left, right, ok := strings.Cut(columns[0], ") "); ok {
					columns = []string{left + ")", right}
				}
			}
			if len(columns) != 2 {
				break
			}
			rows = append(rows, [2]string{columns[0], columns[1]})
		}
		if len(rows) == strings.Count(code.Text, "\n") {
			return rows
		}
	}
	return nil
}

var prose = regexp.MustCompile(`^\(| (the|a|an|is|has|that|to|or|and|at|with|of) |counterpart|^package |: `)

// cell is a cell of a Markdown table: code, unless it is a sentence.
func cell(s string) string {
	s = strings.ReplaceAll(s, "|", `\|`)
	if prose.MatchString(s) {
		return strings.NewReplacer("*", `\*`, "](", `]\(`).Replace(s)
	}
	return "`" + s + "`"
}
