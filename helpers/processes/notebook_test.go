package processes_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// lacks skips the test for what the machine lacks, or fails it in CI.
func lacks(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("SONGSONG_CI") != "" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// Functions that lie in plugins, as a notebook's do, run in worker processes.
func TestFunctionsInPlugins(t *testing.T) {
	if testing.Short() {
		t.Skip("builds two plugins and their host")
	}
	if out, err := exec.Command("go", "env", "CGO_ENABLED").Output(); err != nil || strings.TrimSpace(string(out)) != "1" {
		lacks(t, "plugins need cgo, and it is switched off (CGO_ENABLED=0, or no C compiler)")
	}
	if _, err := exec.LookPath("gcc"); err != nil {
		lacks(t, "plugins need a C compiler: gcc is not there")
	}
	dir := t.TempDir()
	build := func(name string, flags ...string) string {
		out := filepath.Join(dir, name)
		args := append(append([]string{"build", "-o", out}, flags...), "./testdata/plugins/"+strings.TrimSuffix(name, ".so"))
		if msg, err := exec.Command("go", args...).CombinedOutput(); err != nil {
			t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, msg)
		}
		return out
	}
	host := build("host")
	cell1, cell2 := build("cell1.so", "-buildmode=plugin"), build("cell2.so", "-buildmode=plugin")
	out, err := exec.Command(host, cell1, cell2).CombinedOutput()
	want := strings.TrimPrefix(`
[1 4 9] <nil>
processes: plugin/unnamed-HASH.Run.func1 captures variables, which do not exist in another process; use a top-level function and send what it needs as its argument
Process-1 <nil>
[{0 2} {0 2}] <nil>
0 no luck with this
panic in Process-1: boom
`, "\n")
	got := string(out)
	if i := strings.Index(got, "processes: "); i >= 0 { // the plugin's package path has a hash in it
		if j := strings.Index(got[i:], ".Run.func1"); j >= 0 {
			got = got[:i] + "processes: plugin/unnamed-HASH" + got[i+j:]
		}
	}
	if err != nil || got != want {
		t.Fatalf("%v, got:\n%s\nwant:\n%s", err, got, want)
	}
}
