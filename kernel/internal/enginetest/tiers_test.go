package enginetest

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"songsong/kernel/internal/session"
)

// TestTiersTable wants that a session with a compiler skips nothing; with -update
// it writes TIERS.md.
func TestTiersTable(t *testing.T) {
	files, _ := filepath.Glob("testdata/*/*.txtar")
	cells, skips := 0, []string{}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		in := txtar.Parse(data)
		for _, c := range in.Files {
			if !strings.HasSuffix(c.Name, ".out") {
				cells++
			}
		}
		if why := skip(in.Comment, session.TierAlone); why != "" {
			skips = append(skips, fmt.Sprintf("| %s | %s |", strings.TrimSuffix(strings.TrimPrefix(filepath.ToSlash(f), "testdata/"), ".txtar"), strings.ReplaceAll(why, "|", "\\|")))
		}
		for _, tier := range []string{session.TierNative, session.TierBoth} {
			if why := skip(in.Comment, tier); why != "" {
				t.Errorf("%s skips tier %s (%s): what a session with a compiler can't do is a fault", f, tier, why)
			}
		}
	}
	slices.Sort(skips)
	text := fmt.Sprintf("# What each tier can do\n\nWritten by `go test ./kernel/internal/enginetest -run TiersTable -update` from the behaviours in testdata: %d, of %d cells.\n"+
		"`go test ./kernel/internal/enginetest -run Cells` runs them all on three tiers. Compiled, and with the interpreter where the kernel takes a\n"+
		"cell for plain, all show the same. The interpreter alone, as on a machine without a compiler, shows the same in %d; these differ,\n"+
		"and the run fails when one does not differ any more:\n\n| behaviour | what yaegi 0.16.1 alone does |\n|---|---|\n%s\n", len(files), cells, len(files)-len(skips), strings.Join(skips, "\n"))
	if *update {
		if err := os.WriteFile("TIERS.md", []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if have, _ := os.ReadFile("TIERS.md"); string(have) != text {
		t.Error("TIERS.md does not say what the behaviours say: run this test with -update")
	}
}
