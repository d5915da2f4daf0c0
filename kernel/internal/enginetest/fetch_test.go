package enginetest

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// moduleProxy makes a file tree that the go command takes for a module proxy. It
// has example.com/greet in two versions, and example.com/polite, which needs the
// newer one.
func moduleProxy(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	const greet = "package greet\n\n// Hello greets.\nfunc Hello() string { return \"hello from %s\" }\n"
	addModule(t, dir, "example.com/greet", "v1.0.0", "", fmt.Sprintf(greet, "v1.0.0"))
	addModule(t, dir, "example.com/greet", "v1.1.0", "", fmt.Sprintf(greet, "v1.1.0"))
	addModule(t, dir, "example.com/polite", "v1.0.0", "\nrequire example.com/greet v1.1.0\n",
		"package polite\n\nimport \"example.com/greet\"\n\n// Hello greets politely.\nfunc Hello() string { return greet.Hello() + \", please\" }\n")
	return "file://" + dir
}

// addModule adds a version of a module, with one package, to a proxy's files.
func addModule(t *testing.T, proxy, path, version, requires, code string) {
	t.Helper()
	base := filepath.Join(proxy, path, "@v")
	mod := "module " + path + "\n\ngo 1.24\n" + requires
	writeFile(t, filepath.Join(base, version+".info"), fmt.Sprintf(`{"Version":%q,"Time":"2026-01-01T00:00:00Z"}`, version))
	writeFile(t, filepath.Join(base, version+".mod"), mod)
	before, _ := os.ReadFile(filepath.Join(base, "list"))
	writeFile(t, filepath.Join(base, "list"), string(before)+version+"\n")
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range map[string]string{"go.mod": mod, "code.go": code} {
		w, err := z.Create(path + "@" + version + "/" + name)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(w, text)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(base, version+".zip"), b.String())
}

// TestFetch imports a package of a module that the session does not have.
func TestFetch(t *testing.T) {
	t.Setenv("GOPROXY", moduleProxy(t))
	t.Setenv("GONOSUMDB", "*")
	t.Setenv("GONOSUMCHECK", "1")
	t.Setenv("GOFLAGS", "-modcacherw")
	s := open(t)
	runSteps(t, s, []step{
		{"%autoget off\nimport \"example.com/greet\"\ngreet.Hello()", `(?s:.*)package example.com/greet is in no required module; %get example.com/greet adds it(?s:.*)`},
		{"%autoget on\nimport \"example.com/nobody\"", `import error: package example.com/nobody is in no required module, and fetching it failed: .*\n`},
		{"kept := 7", ""},
		{"import \"example.com/greet\"\ngreet.Hello()", `stderr. notice: added example.com/greet v1.1.0; %get example.com/greet@VERSION chooses another version, .*\n=> hello from v1.1.0\n`},
		{"kept", "=> 7\n"},
		{"%get example.com/greet@v1.0.0", `(?s:.*)the session starts afresh(?s:.*)`},
		{"import \"example.com/greet\"\ngreet.Hello()", "=> hello from v1.0.0\n"},
	})
}

// TestFetchNewerDependency adds a module that needs a newer version of one in use:
// the session says so, starts afresh, and has both.
func TestFetchNewerDependency(t *testing.T) {
	t.Setenv("GOPROXY", moduleProxy(t))
	t.Setenv("GONOSUMDB", "*")
	t.Setenv("GOFLAGS", "-modcacherw")
	s := open(t)
	const afresh = "the session starts afresh, all names and values are gone, since modules in use changed:\n    example.com/greet v1.1.0 [(]loaded as v1.0.0[)]\n"
	runSteps(t, s, []step{
		{"%get example.com/greet@v1.0.0", "(?s:.*)"},
		{"import \"example.com/greet\"\nkept := greet.Hello()\nkept", "=> hello from v1.0.0\n"},
		{"import \"example.com/polite\"", `import error: package example.com/polite needs other versions of modules in use [(]example.com/greet v1.1.0 [(]loaded as v1.0.0[)][)], so the session would start afresh: %get example.com/polite does that\n`},
		{"kept + greet.Hello()", "=> hello from v1.0.0hello from v1.0.0\n"},
		{"%get example.com/polite", "(?s:.*)" + afresh},
		{"kept", "(?s:.*)undefined: kept(?s:.*)"},
		{"import \"example.com/polite\"\npolite.Hello()", "=> hello from v1.1.0, please\n"},
		{"import \"example.com/greet\"\ngreet.Hello()", "=> hello from v1.1.0\n"},
	})
}
