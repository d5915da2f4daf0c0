// Package celltest runs tests, benchmarks and examples that cells declare, inside
// the session, with package testing's own runner: the command %test writes a cell
// that registers them with [Test], [Benchmark] and [Example] and calls [Run].
//
// A panic in a test fails the test and ends neither the session nor the others;
// one in a subtest's own goroutine ends the executor, as it ends go test.
package celltest

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"os"
	"path"
	"regexp"
	"runtime/pprof"
	"strconv"
	"strings"
	"testing"

	"songsong/kernel/internal/rt"
)

var (
	tests      []testing.InternalTest
	benchmarks []testing.InternalBenchmark
	examples   []testing.InternalExample
	functions  = map[string]Place{} // by name
)

// A Place is a function and where it stands in a cell's file.
type Place struct {
	Name, Path  string
	First, Last int // lines
}

// Test registers a test for the next [Run].
func Test(at Place, f func(*testing.T)) {
	functions[at.Name] = at
	tests = append(tests, testing.InternalTest{Name: at.Name, F: func(t *testing.T) {
		defer failPanic(t)
		rt.Halt()
		f(t)
	}})
}

// Benchmark registers a benchmark.
func Benchmark(at Place, f func(*testing.B)) {
	functions[at.Name] = at
	benchmarks = append(benchmarks, testing.InternalBenchmark{Name: at.Name, F: func(b *testing.B) {
		defer failPanic(b)
		rt.Halt()
		f(b)
	}})
}

// Example registers an example and what it must print; nothing makes it only compile.
func Example(at Place, f func(), output string, unordered bool) {
	if output != "" {
		examples = append(examples, testing.InternalExample{Name: at.Name, F: f, Output: output, Unordered: unordered})
	}
}

// failPanic makes a panic the test's failure.
func failPanic(t testing.TB) {
	v := recover()
	if v == nil {
		return
	}
	f := rt.FailureOf(v)
	if f.Kind != "interrupted" {
		fmt.Fprintf(os.Stdout, "    %s: %s\n%s", f.Kind, f.Value, places(f))
	}
	t.FailNow()
}

func places(f *rt.Failure) string {
	var b strings.Builder
	for _, fr := range f.Frames {
		fmt.Fprintf(&b, "        %s:%d\n", fr.File, fr.Line)
	}
	return b.String()
}

// Run runs what was registered with go test's flags, and ends the cell with an
// error if something failed.
func Run(args ...string) {
	t, b, e := tests, benchmarks, examples
	tests, benchmarks, examples = nil, nil, nil
	testing.Init()
	flag.VisitAll(func(f *flag.Flag) { // as they are before the command line is read
		if strings.HasPrefix(f.Name, "test.") {
			f.Value.Set(f.DefValue)
		}
	})
	if err := flag.CommandLine.Parse(testFlags(args)); err != nil {
		panic(err)
	}
	restore := redirect()
	code := func() int {
		defer restore()
		return testing.MainStart(deps{}, t, b, nil, e).Run()
	}()
	if code != 0 {
		panic(&rt.Failure{Kind: "test", Value: "a test failed"})
	}
}

// testFlags makes a flag that go test takes, such as -bench, the one that its programs take, -test.bench, unless cells have
// one of that name; and it drops empty arguments: GoNB's notebooks write %test "" for no flags.
func testFlags(args []string) (out []string) {
	for _, a := range args {
		if bare := strings.TrimLeft(a, "-"); bare != a {
			name, _, _ := strings.Cut(bare, "=")
			if flag.Lookup(name) == nil && flag.Lookup("test."+name) != nil {
				a = "-test." + bare
			}
		}
		if a != "" {
			out = append(out, a)
		}
	}
	return out
}

var (
	// running is a line that says which function what follows is of.
	running = regexp.MustCompile(`^\s*(?:=== (?:RUN|NAME|CONT)|--- (?:FAIL|PASS|SKIP|BENCH):) +([^\s/-]+)`)
	// place is how package testing writes where something is: without the folder.
	place = regexp.MustCompile(`^(\s+)([^\s/:]+\.go):(\d+): `)
)

// located puts the path back before the file in a line of a test's output, where
// it is sure: in the lines of the test's own function.
func located(line string, at Place) string {
	m := place.FindStringSubmatch(line)
	if m == nil || path.Base(at.Path) != m[2] {
		return line
	}
	if n, _ := strconv.Atoi(m[3]); n < at.First || n > at.Last {
		return line
	}
	return m[1] + at.Path + ":" + m[3] + ": " + line[len(m[0]):]
}

// redirect lets everything that is printed go through os.Stdout, so that it keeps
// its order, and names cells so that the kernel knows them.
func redirect() (restore func()) {
	r, w, err := os.Pipe()
	if err != nil {
		return func() {}
	}
	old, done := os.Stdout, make(chan struct{})
	os.Stdout = w
	rt.Direct.Store(true)
	go func() {
		defer close(done)
		var at Place
		in := bufio.NewReader(r)
		for {
			line, err := in.ReadString('\n')
			if m := running.FindStringSubmatch(line); m != nil {
				at = functions[m[1]]
			}
			io.WriteString(old, located(line, at))
			if err != nil {
				return
			}
		}
	}()
	return func() {
		rt.Direct.Store(false)
		os.Stdout = old
		w.Close()
		<-done
		r.Close()
	}
}

// deps is what package testing asks of its environment.
type deps struct{ noFuzzing }

func (deps) MatchString(pat, str string) (bool, error) { return regexp.MatchString(pat, str) }
func (deps) ImportPath() string                        { return "main" }
func (deps) ModulePath() string                        { return "" }
func (deps) SetPanicOnExit0(bool)                      {}
func (deps) StartCPUProfile(w io.Writer) error         { return pprof.StartCPUProfile(w) }
func (deps) StopCPUProfile()                           { pprof.StopCPUProfile() }
func (deps) StartTestLog(io.Writer)                    {}
func (deps) StopTestLog() error                        { return nil }
func (deps) WriteProfileTo(name string, w io.Writer, debug int) error {
	return pprof.Lookup(name).WriteTo(w, debug)
}
func (deps) ResetCoverage()    {}
func (deps) SnapshotCoverage() {}
func (deps) InitRuntimeCoverage() (mode string, tearDown func(string, string) (string, error), snapcov func() float64) {
	return "", nil, nil
}
