package enginetest

import (
	"context"
	"flag"
	"fmt"
	"go/build/constraint"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"songsong/kernel/internal/session"
)

var (
	goTests = flag.String("gotests", "sample", "which of Go's own test programs to run as cells: none, sample, all, or part of a name")
	goTable = flag.String("gotests.table", "", "file to write the failures to")
)

// sampleEvery is how many of Go's programs the sample leaves out for each it takes.
const sampleEvery = 40

// TestGoPrograms runs Go's own test programs ($GOROOT/test, those marked "// run"
// without flags), each as one cell, and compares what they print and how they
// end with what Go's own test runner expects.
func TestGoPrograms(t *testing.T) {
	files := goPrograms(t)
	known := knownFailures(t)
	type result struct{ name, why string }
	var (
		mu       sync.Mutex
		failures []result
		ran      int
		wg       sync.WaitGroup
	)
	queue := make(chan string)
	for range 2 {
		wg.Go(func() {
			s, err := session.Open(session.Options{Dir: goTestDir()})
			if err != nil {
				t.Error(err)
				return
			}
			defer s.Close()
			for f := range queue {
				why := runGoProgram(s, f)
				mu.Lock()
				ran++
				if why != "" {
					failures = append(failures, result{f, why})
				}
				mu.Unlock()
			}
		})
	}
	for _, f := range files {
		queue <- f
	}
	close(queue)
	wg.Wait()
	sort.Slice(failures, func(i, j int) bool { return failures[i].name < failures[j].name })
	var table strings.Builder
	for _, r := range failures {
		name := strings.TrimPrefix(filepath.ToSlash(r.name), filepath.ToSlash(goTestDir())+"/")
		fmt.Fprintf(&table, "%s\t%s\n", name, strings.ReplaceAll(firstLines(r.why, 3), "\n", " ⏎ "))
		if known[name] == "" {
			t.Errorf("%s: %s", name, firstLines(r.why, 12))
		}
	}
	t.Logf("%d of %d programs right (%.1f %%)", ran-len(failures), ran, 100*float64(ran-len(failures))/float64(max(ran, 1)))
	if *goTable != "" {
		os.WriteFile(*goTable, []byte(table.String()), 0o644)
	}
}

func firstLines(s string, n int) string {
	lines := strings.SplitN(s, "\n", n+1)
	return strings.Join(lines[:min(n, len(lines))], "\n")
}

func goTestDir() string {
	out, _ := exec.Command("go", "env", "GOROOT").Output()
	return filepath.Join(strings.TrimSpace(string(out)), "test")
}

// knownFailures reads the programs that are known to differ, with their reasons.
func knownFailures(t *testing.T) map[string]string {
	data, err := os.ReadFile("testdata/gotests-differ.txt")
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	known := map[string]string{}
	for _, line := range strings.Split(string(data), "\n") {
		if name, why, ok := strings.Cut(line, "\t"); ok {
			known[name] = why
		}
	}
	return known
}

func goPrograms(t *testing.T) (files []string) {
	if *goTests == "none" {
		t.Skip("asked for none")
	}
	root := goTestDir()
	for _, dir := range []string{"", "abi", "chan", "dwarf", "fixedbugs", "interface", "ken", "typeparam"} {
		list, _ := filepath.Glob(filepath.Join(root, dir, "*.go"))
		for _, f := range list {
			if isRunTest(f) {
				files = append(files, f)
			}
		}
	}
	if len(files) == 0 {
		t.Skip("this Go installation has no $GOROOT/test (a distribution's package leaves it out)")
	}
	var some []string
	for i, f := range files {
		switch *goTests {
		case "all":
			some = append(some, f)
		case "sample":
			if i%sampleEvery == 0 {
				some = append(some, f)
			}
		default:
			if strings.Contains(f, *goTests) {
				some = append(some, f)
			}
		}
	}
	return some
}

// isRunTest reports whether the file is a program marked "// run" without flags
// that this platform builds and that needs no C.
func isRunTest(file string) bool {
	data, err := os.ReadFile(file)
	if err != nil || strings.Contains(string(data), "import \"C\"") {
		return false
	}
	for _, line := range strings.Split(string(data), "\n") {
		if strings.HasPrefix(line, "//go:build ") {
			x, err := constraint.Parse(line)
			if err != nil || !x.Eval(func(tag string) bool {
				return tag == runtime.GOOS || tag == runtime.GOARCH || tag == "gc" || tag == "unix" || tag == "cgo" || strings.HasPrefix(tag, "go1.")
			}) {
				return false
			}
		}
	}
	first, _, _ := strings.Cut(string(data), "\n\n")
	for _, line := range strings.Split(first, "\n") {
		if strings.HasPrefix(line, "// run") || strings.HasPrefix(line, "//run") {
			return strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(line, "//"), " ")) == "run"
		}
	}
	return false
}

// runGoProgram runs one program as a cell; it returns what is wrong, "" for nothing.
func runGoProgram(s session.Session, file string) string {
	code, err := os.ReadFile(file)
	if err != nil {
		return err.Error()
	}
	want, _ := os.ReadFile(strings.TrimSuffix(file, ".go") + ".out")
	if err := s.Restart(); err != nil {
		return err.Error()
	}
	stop := time.AfterFunc(60*time.Second, s.Interrupt)
	defer stop.Stop()
	out := &plain{}
	named := "//line " + filepath.Base(file) + ":1\n" + string(code) // a cell's file has no name of its own, go run's has
	reply := s.Execute(context.Background(), session.Request{Code: named, StoreHistory: true}, out)
	if reply.Err != nil {
		return ansi.ReplaceAllString(strings.Join(reply.Err.Traceback, "\n"), "")
	}
	if got := out.String(); got != string(want) {
		return fmt.Sprintf("printed %.300q, not %.300q", got, want)
	}
	return ""
}

// plain keeps what is printed.
type plain struct {
	recorder
}

func (p *plain) Stream(name, text string) {
	if !strings.HasPrefix(text, "notice: ") {
		p.add("%s", text)
	}
}
func (p *plain) String() string { p.mu.Lock(); defer p.mu.Unlock(); return p.b.String() }
