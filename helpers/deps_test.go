package helpers

import (
	"os/exec"
	"strings"
	"testing"
)

// Only durable links a NATS server, and no helper needs the kernel.
func TestDependencies(t *testing.T) {
	for _, c := range []struct {
		pkg    string
		banned []string
	}{
		{"threads", []string{"github.com/nats-io", "songsong/kernel", "songsong/plots"}},
		{"pools", []string{"github.com/nats-io", "songsong/kernel", "songsong/plots"}},
		{"async", []string{"github.com/nats-io", "songsong/kernel", "songsong/plots"}},
		{"syncs", []string{"github.com/nats-io", "songsong/kernel", "songsong/plots"}},
		{"processes", []string{"github.com/nats-io", "songsong/kernel", "songsong/plots"}},
		{"processes/durable", []string{"songsong/kernel", "songsong/plots"}},
	} {
		out, err := exec.Command("go", "list", "-deps", "./"+c.pkg).Output()
		if err != nil {
			t.Fatal(err)
		}
		for _, dep := range strings.Fields(string(out)) {
			for _, b := range c.banned {
				if strings.HasPrefix(dep, b) {
					t.Errorf("%s depends on %s", c.pkg, dep)
				}
			}
		}
	}
}
