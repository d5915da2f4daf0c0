package native

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Trim keeps what a running session may need again, however much that is.
func TestTrimKeepsWhatIsInUse(t *testing.T) {
	c := &Cache{t.TempDir()}
	dir := filepath.Join(c.Dir, "plugin")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, age := range map[string]time.Duration{"old": 48 * time.Hour, "new": time.Minute} {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, nil, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(p, mostLimit); err != nil { // sparse
			t.Fatal(err)
		}
		used := time.Now().Add(-age)
		os.Chtimes(p, used, used)
	}
	c.Trim(0)
	for name, stays := range map[string]bool{"old": false, "new": true} {
		if isFile(filepath.Join(dir, name)) != stays {
			t.Errorf("%s: there is %v, should be %v", name, !stays, stays)
		}
	}
	if c.Trim(-1); c.Size() != 0 {
		t.Error("Trim(-1) leaves", c.Size(), "bytes")
	}
}

// What a session has open stays when another builds the same.
func TestInstallKeepsTheFirst(t *testing.T) {
	dir := t.TempDir()
	to := filepath.Join(dir, "plugin.so")
	for _, text := range []string{"first", "second"} {
		from := filepath.Join(dir, text)
		if err := os.WriteFile(from, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := install(from, to); err != nil {
			t.Fatal(err)
		}
	}
	if b, err := os.ReadFile(to); err != nil || string(b) != "first" {
		t.Errorf("%q, %v", b, err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".new-*")); left != nil {
		t.Error("left behind:", left)
	}
}
