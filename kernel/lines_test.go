package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"songsong/kernel/internal/protocoltest"
)

var updateLines = flag.Bool("update-lines", false, "write the table of TestLinesBesideIPython into LINES.md")

// TestLinesBesideIPython prints 100,000 lines in our kernel and in ipykernel, in
// turns, to the same client: none may be lost. What time they took is logged, and
// recorded with -update-lines.
func TestLinesBesideIPython(t *testing.T) {
	if testing.Short() {
		t.Skip("starts two kernels")
	}
	python := protocoltest.Python(t, "ipykernel")
	script, err := filepath.Abs("testdata/lines.py")
	if err != nil {
		t.Fatal(err)
	}
	const lines, rounds = 100_000, 7
	cmd := exec.CommandContext(t.Context(), python, script, fmt.Sprint(lines), fmt.Sprint(rounds),
		fmt.Sprintf("songsong-test=for i := range %d {\n\tfmt.Println(\"line\", i)\n}", lines),
		fmt.Sprintf("python3=for i in range(%d):\n    print('line', i)", lines))
	cmd.Env, cmd.Dir, cmd.Stderr = kernelEnv(t), t.TempDir(), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var seconds map[string][]*float64
	if err := json.Unmarshal(out, &seconds); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	var table strings.Builder
	for _, k := range [][2]string{{"songsong-test", "songsong"}, {"python3", "ipykernel"}} {
		var took []float64
		for _, s := range seconds[k[0]] {
			if s == nil {
				t.Errorf("%s lost lines or changed their order", k[1])
				continue
			}
			took = append(took, *s)
		}
		if slices.Sort(took); len(took) > 0 {
			fmt.Fprintf(&table, "| %s | %.2f s | %.2f s | %.2f s |\n", k[1], took[0], took[len(took)/2], took[len(took)-1])
		}
	}
	t.Logf("fastest, median, slowest:\n%s", table.String())
	if *updateLines && !t.Failed() {
		average, _ := os.ReadFile("/proc/loadavg")
		load, _, _ := strings.Cut(string(average), " ")
		text := fmt.Sprintf("# %d lines to a client\n\nMade by `go test ./kernel -run LinesBesideIPython -update-lines`, %d rounds in turns over jupyter_client, on %d processors, load %s:\nfrom the request to the last line at the client; none was lost.\n\n| kernel | fastest | median | slowest |\n|---|---|---|---|\n%s", lines, rounds, runtime.NumCPU(), load, table.String())
		if err := os.WriteFile("LINES.md", []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// kernelManyGoroutines starts 10,000 goroutines in each of two cells, which print
// while the others' run: each line under its own cell, in order for each goroutine.
func kernelManyGoroutines(t *testing.T, _ *process, c *protocoltest.Client) {
	ok(t, c, `gate := make(chan bool)
var printers sync.WaitGroup
func printAll(cell int) {
	for g := range 10_000 {
		printers.Go(func() {
			<-gate
			for i := range 10 {
				fmt.Printf("%d %d %d\n", cell, g, i)
			}
		})
	}
}`)
	var ids []string
	for cell := range 2 {
		ids = append(ids, ok(t, c, fmt.Sprintf("printAll(%d)", cell)).ID)
	}
	last := ok(t, c, "close(gate)\nprinters.Wait()\nfmt.Println(\"all have printed\")")
	equal(t, "the cell that waits", last.Stream("stdout"), "all have printed\n")
	for cell, id := range ids {
		lines := linesOf(t, c, id, 100_000)
		next := map[int]int{}
		for _, line := range lines {
			var of, g, i int
			if n, err := fmt.Sscan(line, &of, &g, &i); n != 3 || err != nil || of != cell || i != next[g] {
				t.Fatalf("under cell %d stands the line %q when line %d of that goroutine was due", cell, line, next[g])
			}
			next[g]++
		}
		equal(t, fmt.Sprint("lines of cell ", cell), len(lines), 100_000)
	}
}

// linesOf waits until a cell has n lines.
func linesOf(t *testing.T, c *protocoltest.Client, id string, n int) []string {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(50 * time.Millisecond) {
		e := protocoltest.Execution{Messages: c.Seen(id)}
		lines := strings.Split(strings.TrimSuffix(e.Stream("stdout"), "\n"), "\n")
		if len(lines) >= n || time.Now().After(end) {
			return lines
		}
	}
}

// kernelDeafClient has a front end that reads nothing: the program goes on, and
// the other front end gets all.
func kernelDeafClient(t *testing.T, p *process, c *protocoltest.Client) {
	deaf := protocoltest.DialDeaf(t, p.conn)
	defer deaf.Close()
	ok(t, c, "%limit output off")
	e := ok(t, c, "line := strings.Repeat(\"x\", 999)\nfor range 5000 {\n\tfmt.Println(line)\n}")
	equal(t, "bytes", len(e.Stream("stdout")), 5_000_000)
	ok(t, c, "%limit output 4M")
}
