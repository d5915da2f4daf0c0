package enginetest

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/tools/txtar"

	"songsong/kernel/internal/session"
)

// openIn starts a session in a folder of a tree of files, given as a txtar archive.
func openIn(t *testing.T, tree, dir string) (s session.Session, root string) {
	t.Helper()
	root = t.TempDir()
	for _, f := range txtar.Parse([]byte(tree)).Files {
		writeFile(t, filepath.Join(root, f.Name), string(f.Data))
	}
	if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
		t.Fatal(err)
	}
	s, err := session.Open(session.Options{Dir: filepath.Join(root, dir), Log: t.Logf})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	show(s, "%autoget off")
	return s, root
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestNotebookInAModule imports the packages of the notebook's own module, those
// inside it too, a replaced dependency and one that needs C, and sees an edit.
func TestNotebookInAModule(t *testing.T) {
	s, root := openIn(t, `
-- mine/go.mod --
module example.com/mine

go 1.24

require (
	example.com/dep v1.2.3
	example.com/withc v0.1.0
)

replace example.com/dep => ../dep

replace example.com/withc => ../withc
-- mine/geo/geo.go --
package geo

import "example.com/dep"

// Area uses a dependency.
func Area(w, h int) int { return dep.Times(w, h) }
-- mine/internal/secret/secret.go --
package secret

const Word = "inside"
-- dep/go.mod --
module example.com/dep

go 1.24
-- dep/dep.go --
package dep

func Times(a, b int) int { return a * b }
-- withc/go.mod --
module example.com/withc

go 1.24
-- withc/c.go --
package withc

// static int add(int a, int b) { return a + b; }
import "C"

// Add adds in C.
func Add(a, b int) int { return int(C.add(C.int(a), C.int(b))) }
`, "mine/notebooks")
	runSteps(t, s, []step{
		{"import \"example.com/mine/geo\"\ngeo.Area(3, 4)", "=> 12\n"},
		{"import \"example.com/mine/internal/secret\"\nsecret.Word", "=> inside\n"},
		{"import \"example.com/dep\"\ndep.Times(2, 5)", "=> 10\n"},
		{"import \"example.com/withc\"\nwithc.Add(20, 22)", "=> 42\n"},
		{"import \"example.com/mine/nothing\"", `(?s:.*)example.com/mine/nothing(?s:.*)`},
	})
	writeFile(t, filepath.Join(root, "mine/geo/geo.go"), "package geo\n\nfunc Area(w, h int) int { return -w * h }\n")
	runSteps(t, s, []step{
		{"geo.Area(1, 1)", "stderr. notice: changed on disk since the session loaded it: example.com/mine/geo; a restart of the kernel, or %reset, takes the change up\n=> 1\n"},
		{"geo.Area(2, 1)", "=> 2\n"}, // said once
		{"%reset", ""},
		{"import \"example.com/mine/geo\"\ngeo.Area(3, 4)", "=> -12\n"},
	})
}

// TestNotebookInAWorkspace imports a package of another module of the go.work.
func TestNotebookInAWorkspace(t *testing.T) {
	s, _ := openIn(t, `
-- go.work --
go 1.24

use (
	./one
	./two
)

replace example.com/far v1.0.0 => ./far
-- one/go.mod --
module example.com/one

go 1.24

require example.com/far v1.0.0
-- two/go.mod --
module example.com/two

go 1.24
-- two/two.go --
package two

const Name = "two"
-- far/go.mod --
module example.com/far

go 1.24
-- far/far.go --
package far

const Name = "far"
`, "one")
	runSteps(t, s, []step{
		{"import \"example.com/two\"\ntwo.Name", "=> two\n"},
		{"import \"example.com/far\"\nfar.Name", "=> far\n"},
	})
}

// TestModulesThatCannotBeHad wants one clear sentence.
func TestModulesThatCannotBeHad(t *testing.T) {
	t.Setenv("GOPROXY", moduleProxy(t))
	t.Setenv("GONOSUMDB", "*")
	t.Setenv("GOFLAGS", "-modcacherw")
	s := open(t)
	runSteps(t, s, []step{
		{"%get example.com/greet@v9.9.9", "command failed: example.com/greet@v9.9.9 can't be had: there is no such version; %get example.com/greet@latest takes the newest\n"},
		{"%get example.com/nobody", "command failed: example.com/nobody can't be had: no module of that name is known; is the path right[?]\n"},
		{"kept := 1", ""},
	})
	t.Setenv("GOPROXY", "off")
	runSteps(t, s, []step{
		{"%get example.com/greet@v1.1.1", "command failed: example.com/greet@v1.1.1 can't be had: it is not on this machine, and GOPROXY=off lets nothing be fetched\n"},
	})
	t.Setenv("GOPROXY", "http://127.0.0.1:1")
	runSteps(t, s, []step{
		{"%get example.com/greet@v1.1.2", "command failed: example.com/greet@v1.1.2 can't be had: the module proxy can't be reached; is this machine offline[?]\n"},
		{"kept", "=> 1\n"},
	})
}
