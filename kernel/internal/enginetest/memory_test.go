package enginetest

import (
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"songsong/kernel/internal/session"
)

var memoryCells = flag.Int("memorycells", 0, "how often TestMemory redefines a compiled cell")

// mostGrowth is what one more execution of a redefined cell may cost, in bytes:
// a plugin can't be unloaded.
const mostGrowth = 4 << 20

// TestMemory redefines a type, a function and a variable in a compiled cell again
// and again, and measures how the executor's resident memory grows. With -update
// it writes SPEED.md's section.
func TestMemory(t *testing.T) {
	if *memoryCells == 0 {
		t.Skip("takes a quarter of a second each: -memorycells 500")
	}
	s, err := session.Open(session.Options{Dir: t.TempDir(), Tier: session.TierNative})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	pid := strings.TrimPrefix(strings.TrimSpace(show(s, "os.Getpid()")), "=> ")
	run := func(n int) {
		code := fmt.Sprintf("type T struct{ a, b int; s string }\nfunc f(t T) int { return t.a*%d + len(t.s) }\nxs := make([]T, %d)\nfor i := range xs { xs[i].a = f(T{i, i, \"x\"}) }", n, 100+n)
		if got := show(s, code); strings.Contains(got, "cell [") {
			t.Fatal(got)
		}
	}
	const before = 10 // what only the first cells cost is not counted
	for n := range before {
		run(n)
	}
	first := resident(t, pid)
	for n := range *memoryCells {
		run(before + n)
	}
	last := resident(t, pid)
	each := (last - first) / int64(*memoryCells)
	t.Logf("%d executions: from %d to %d MB, %d kB each", *memoryCells, first>>20, last>>20, each>>10)
	if each > mostGrowth {
		t.Errorf("each execution costs %d bytes", each)
	}
	if *update {
		writeSpeed(t, "Memory", fmt.Sprintf("`go test ./kernel/internal/enginetest -run Memory -memorycells %d -update`: the executor's resident memory while a compiled\n"+
			"cell that redefines a type, a function and a variable runs %[1]d times, each time with another text. Go can't unload a plugin.\n\n"+
			"| at first | in the end | growth of each execution | goal |\n|---|---|---|---|\n| %d MB | %d MB | %d kB | 4 MB |\n", *memoryCells, first>>20, last>>20, each>>10))
	}
}

// resident returns the resident memory of a process in bytes.
func resident(t *testing.T, pid string) int64 {
	t.Helper()
	data, err := os.ReadFile("/proc/" + pid + "/status")
	if err != nil {
		t.Skipf("no /proc here: %v", err)
	}
	_, rest, _ := strings.Cut(string(data), "VmRSS:")
	kb, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return kb << 10
}
