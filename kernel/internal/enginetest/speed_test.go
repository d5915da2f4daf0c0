package enginetest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"testing"

	"songsong/kernel/internal/session"
)

// calls are the CPU-bound jobs of testdata/kernels.go.txt, each 50 to 200 ms.
var calls = []string{"fib(32)", "primes(300_000)", "matmul(500)", "mandelbrot(300, 200, 200)", "nbody(150_000)", "mapInserts(500_000)", "stringBuilding(2_000_000)", "pingPong(60_000)"}

// forms are how a cell calls a job: by itself, and inside a loop at its top level.
// Each prints the least processor time of a call, so that neither start nor build
// nor other programs count.
var forms = []struct{ name, code string }{
	{"called", "best := 1e9\nfor range 3 { start := cpu(); _ = CALL; best = min(best, cpu()-start) }\nfmt.Println(best)"},
	{"looped", "best := 1e9\nfor range 3 {\nstart := cpu()\nfor i := 0; i < 4; i++ { _ = CALL }\nbest = min(best, (cpu()-start)/4)\n}\nfmt.Println(best)"},
}

// cpuTime is what both declare beside the jobs.
const cpuTime = `
func cpu() float64 {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}
`

// BenchmarkSpeed compares functions that are declared in one cell and called
// from another with the same functions in a compiled program, in turn, and
// reports the median of the ratios of each; 1 means the cell is as fast.
func BenchmarkSpeed(b *testing.B) {
	const rounds = 9
	decls, err := os.ReadFile("testdata/kernels.go.txt")
	if err != nil {
		b.Fatal(err)
	}
	program := compileProgram(b, string(decls)+cpuTime)
	s, err := session.Open(session.Options{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	inCell(b, s, string(decls)+cpuTime)
	for i, call := range calls {
		for j, form := range forms {
			b.Run(call+"/"+form.name, func(b *testing.B) {
				var ratios []float64
				for range rounds {
					compiled, err := exec.Command(program, strconv.Itoa(i*len(forms)+j)).Output()
					if err != nil {
						b.Fatal(err)
					}
					want, err := strconv.ParseFloat(strings.TrimSpace(string(compiled)), 64)
					if err != nil {
						b.Fatal(err)
					}
					ratios = append(ratios, inCell(b, s, strings.ReplaceAll(form.code, "CALL", call))/want)
				}
				sort.Float64s(ratios)
				b.ReportMetric(ratios[rounds/2], "cell/compiled")
				b.ReportMetric(ratios[0], "least")
				b.ReportMetric(ratios[rounds-1], "most")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}

// inCell runs a cell and returns the number it prints, 0 if it prints nothing.
func inCell(b *testing.B, s session.Session, code string) float64 {
	out := &plain{}
	if r := s.Execute(context.Background(), session.Request{Code: code, StoreHistory: true}, out); r.Err != nil {
		b.Fatal(strings.Join(r.Err.Traceback, "\n"))
	}
	x, _ := strconv.ParseFloat(strings.TrimSpace(out.String()), 64)
	return x
}

func compileProgram(b *testing.B, decls string) string {
	dir := b.TempDir()
	var cases strings.Builder
	for i, call := range calls {
		for j, form := range forms {
			fmt.Fprintf(&cases, "case \"%d\":\n%s\n", i*len(forms)+j, strings.ReplaceAll(form.code, "CALL", call))
		}
	}
	src := "package main\nimport (\"fmt\"; \"math\"; \"os\"; \"strconv\"; \"strings\"; \"syscall\")\n" + decls +
		"\nfunc main() {\nswitch os.Args[1] {\n" + cases.String() + "}\n}\n"
	file, program := filepath.Join(dir, "main.go"), filepath.Join(dir, "program")
	if err := os.WriteFile(file, []byte(src), 0o644); err != nil {
		b.Fatal(err)
	}
	if out, err := exec.Command("go", "build", "-o", program, file).CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	return program
}
