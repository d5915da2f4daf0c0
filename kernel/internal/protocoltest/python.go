package protocoltest

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// Python returns a Python that has the modules: the one SONGSONG_PYTHON names,
// else python3. Without it the test is skipped, or fails where SONGSONG_CI=1
// says that everything must be there.
func Python(t testing.TB, modules ...string) string {
	t.Helper()
	missing := t.Skipf
	if os.Getenv("SONGSONG_CI") == "1" {
		missing = t.Fatalf
	}
	name := os.Getenv("SONGSONG_PYTHON")
	if name == "" {
		name = "python3"
	}
	path, err := exec.LookPath(name)
	if err != nil {
		missing("no Python: %v; SONGSONG_PYTHON can name one", err)
	}
	if out, err := exec.Command(path, "-c", "import "+strings.Join(modules, ", ")).CombinedOutput(); err != nil {
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		missing("%s lacks a module (%s); \"pip install %s\", or let SONGSONG_PYTHON name a Python that has them",
			path, lines[len(lines)-1], strings.Join(modules, " "))
	}
	return path
}
