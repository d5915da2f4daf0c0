package enginetest

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"songsong/kernel/internal/session"
)

var plainCells = flag.Int("plaincells", 300, "how many random cells TestPlainCells compares on both tiers")

// renew is after how many batches the session starts afresh: plugins stay loaded.
const renew = 50

// batch is how many random cells are compiled together, as functions of one cell:
// what makes a comparison with the compiler cheap.
const batch = 75

// TestPlainCells compares random cells on both tiers: those the kernel takes for
// plain must print, show, do and fail in the interpreter as they do compiled.
// With -update it writes PLAIN.md.
func TestPlainCells(t *testing.T) {
	p := openPlain(t)
	defer p.s.Close()
	start, differ := time.Now(), 0
	for seed := uint64(1); p.compared < *plainCells; seed++ {
		if seed%renew == 0 {
			p.setUp(t)
		}
		p.compare(t, seed)
		if differ != p.differ {
			t.Logf("seed %d", seed)
			differ = p.differ
		}
	}
	said := fmt.Sprintf("%d plain cells compared, %d differ; %d others were left to the compiler, %d refused by the checker.", p.compared, p.differ, p.left, p.refused)
	t.Log(said)
	if *update {
		p.write(t, said, time.Since(start))
	}
}

// found are the differences that random cells have shown, each a behaviour now.
const found = "testdata/plain/found-*.txtar"

func (p *plainTest) write(t *testing.T, said string, took time.Duration) {
	files, _ := filepath.Glob(found)
	text := fmt.Sprintf("# Random cells on both tiers\n\n`go test ./kernel/internal/enginetest -run PlainCells -plaincells %d -update`, which took %v,\n"+
		"runs random cells in the interpreter and compiled, and compares what they print, show, do to variables, and fail with.\n\n%s\n"+
		"Differences ever found, each a behaviour in testdata/plain since: %d.\n", *plainCells, took.Round(time.Second), said, len(files))
	for _, f := range files {
		data, _ := os.ReadFile(f)
		line, _, _ := strings.Cut(string(data), "\n")
		text += "\n- " + line
	}
	if err := os.WriteFile("PLAIN.md", []byte(strings.TrimSuffix(text, "\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}

var shared struct {
	sync.Once
	p *plainTest
}

// FuzzPlainCells is TestPlainCells without end: go test -fuzz PlainCells.
func FuzzPlainCells(f *testing.F) {
	f.Add(uint64(0))
	f.Fuzz(func(t *testing.T, seed uint64) {
		shared.Do(func() { shared.p = openPlain(t) }) // ends with the process
		shared.p.compare(t, seed)
	})
}

// plainTest is a session that compares cells.
type plainTest struct {
	s                               session.Session
	compared, differ, left, refused int
}

// plainSetup declares what random cells use.
const plainSetup = `%%native
func add(a, b int) int { return a + b }
func half(f float64) float64 { return f / 2 }
func wide(i int64) int64 { return i * 3 }
func greet(s string, n int) string { return fmt.Sprint(s, "-", n) }
func both(p, q bool) bool { return p != q }
func noise(s string) bool { fmt.Println("called with", s); return len(s) > 3 }
func fails(n int) int { if n > 2 { panic(fmt.Sprint("too big: ", n)) }; return n }
func index(xs []int, i int) int { return xs[i] }
func count(xs ...int) int { return len(xs) }
func any2(x, y any) string { return fmt.Sprintf("%T %v %T %v", x, x, y, y) }
func two() (int, string) { return 1, "two" }
func text(e error) string { if e == nil { return "no error" }; return e.Error() }
type celsius float64
func (c celsius) String() string { return fmt.Sprintf("%.1f°", float64(c)) }
a, b, i, j, f, g, s, u, p, q := 0, 0, int64(0), int64(0), 0.0, 0.0, "", "", false, false
xs, m, warm, r8, u16, f32, e := []int{1, 2, 3}, map[string]int{"k": 1}, celsius(20), int8(5), uint16(6), float32(1.5), errors.New("an error")
_, _, _, _, _, _ = add(1, 2), half(1), wide(1), greet("", 1), both(p, q), noise("")
_, _, _, _, _ = fails(1), index(xs, 0), count(), any2(1, 2), text(nil)
two()
`

// plainState prints the variables that random cells change.
const plainState = `fmt.Printf("%d %d %d %d %v %v %q %q %t %t %v\n", a, b, i, j, f, g, s, u, p, q, xs)`

// plainReset gives them values to begin with.
const plainReset = "a = %d\nb = %d\ni = %d\nj = %d\nf = %v\ng = %v\ns = %q\nu = %q\np = %t\nq = %t\n"

func openPlain(t *testing.T) *plainTest {
	s, err := session.Open(session.Options{Dir: t.TempDir(), Tier: session.TierPlain})
	if err != nil {
		t.Fatal(err)
	}
	p := &plainTest{s: s}
	p.setUp(t)
	return p
}

func (p *plainTest) setUp(t *testing.T) {
	t.Helper()
	if err := p.s.Restart(); err != nil {
		t.Fatal(err)
	}
	if text, r := execute(p.s, plainSetup); r.Err != nil {
		t.Fatal(text, r.Err.Traceback)
	}
}

// run executes a cell and returns what it shows, with its error in one line.
func (p *plainTest) run(code string) (string, session.Reply) {
	out := &plain{}
	r := p.s.Execute(context.Background(), session.Request{Code: code, StoreHistory: true}, out)
	text := out.String()
	if r.Err != nil {
		text += r.Err.Name + ": " + r.Err.Value + "\n"
	}
	return text, r
}

// compare runs a batch of random cells in the interpreter, one by one, and then
// compiled, all at once; one of them alone, for the places in its errors.
func (p *plainTest) compare(t *testing.T, seed uint64) {
	t.Helper()
	g := &plainGen{r: rand.New(rand.NewPCG(seed, 0))}
	var cells, interpreted []string
	for range batch {
		code := g.cell()
		text, r := p.run(code)
		switch {
		case r.Err != nil && r.Err.Name == "compile error":
			p.refused++
			continue
		case r.Tier != "interp":
			p.left++
			continue
		}
		state, _ := p.run("%%native\n" + plainState)
		cells, interpreted = append(cells, code), append(interpreted, text+state)
	}
	p.compared += len(cells)
	for n, compiled := range p.compiled(t, cells) {
		if compiled != interpreted[n] {
			p.differ++
			t.Errorf("seed %d: the cell\n%s\nshows interpreted:\n%s\ncompiled:\n%s", seed, cells[n], interpreted[n], compiled)
		}
	}
	p.places(t, cells)
}

const separator = "\x1e\n"

// compiled runs the cells as functions of one compiled cell.
func (p *plainTest) compiled(t *testing.T, cells []string) []string {
	t.Helper()
	var b strings.Builder
	b.WriteString("%%native\n")
	for _, code := range cells {
		body, last, shown := plainParts(code)
		if shown {
			last = "if x := any(" + last + "); x != nil { fmt.Printf(\"=> %+v\\n\", x) }"
		}
		fmt.Fprintf(&b, "func() {\n\tdefer func() {\n\t\tswitch r := recover().(type) {\n\t\tcase nil:\n\t\tcase error:\n\t\t\tfmt.Println(\"panic:\", r.Error())\n\t\tdefault:\n\t\t\tfmt.Println(\"panic:\", r)\n\t\t}\n\t}()\n%s%s\n}()\n%s\nfmt.Print(%q)\n", body, last, plainState, separator)
	}
	text, r := p.run(b.String())
	if r.Err != nil {
		t.Fatalf("the compiled cells: %s\n%s", strings.Join(r.Err.Traceback, "\n"), b.String())
	}
	return strings.Split(strings.TrimSuffix(text, separator), separator)[:len(cells)]
}

// plainParts parts a random cell into its statements and the expression it shows.
func plainParts(code string) (body, last string, shown bool) {
	code = strings.TrimSuffix(code, "\n")
	i := strings.LastIndexByte(code, '\n') + 1
	last, shown = strings.CutPrefix(code[i:], "/*shown*/ ")
	return code[:i], last, shown
}

var cellNumber = regexp.MustCompile(`cell \[\d+\]`)

// places compares all that the first failing cell shows, its frames too.
func (p *plainTest) places(t *testing.T, cells []string) {
	t.Helper()
	for _, code := range cells {
		if !strings.Contains(code, "fails(") && !strings.Contains(code, "index(") {
			continue
		}
		_, r := p.run("//\n" + code)
		if r.Err == nil {
			continue
		}
		_, native := p.run("%%native\n" + code)
		got, want := frames(r), frames(native)
		if got != want {
			p.differ++
			t.Errorf("the cell\n%s\nfails interpreted:\n%s\ncompiled:\n%s", code, got, want)
		}
		return
	}
}

func frames(r session.Reply) string {
	if r.Err == nil {
		return ""
	}
	return cellNumber.ReplaceAllString(ansi.ReplaceAllString(strings.Join(r.Err.Traceback, "\n"), ""), "cell")
}
