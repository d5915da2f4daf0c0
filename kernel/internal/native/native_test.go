package native

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func open(t *testing.T) *Toolchain {
	t.Helper()
	root, err := Root()
	if err != nil {
		t.Fatal(err)
	}
	tc, err := Open(t.TempDir(), root, Flags{}, func(what string) { t.Log(what) })
	if err != nil {
		t.Fatal(err)
	}
	return tc
}

func TestBuild(t *testing.T) {
	tc, ctx := open(t), context.Background()
	start := time.Now()
	host, err := tc.Host(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(host, time.Since(start))
	u := tc.Plan(Source{Files: map[string]string{"a.go": "package main\nfunc F() int { return 41 }\n"}})
	b := tc.Plan(Source{
		Deps:    []*Unit{u},
		Imports: []string{"fmt"},
		Files:   map[string]string{"b.go": "package main\nimport (\"fmt\"; u \"" + u.Path + "\")\nfunc init() { fmt.Println(u.F()) }\nfunc main() {}\n"},
	})
	if err := tc.Compile(ctx, b); err != nil {
		t.Fatal(err)
	}
	start = time.Now()
	so, err := tc.Link(ctx, b)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(so, time.Since(start))
}

// TestSameObject: a unit that is compiled again, because the cache was trimmed or
// another kernel did it too, is the same to the byte; plugins linked with the
// first go on working with the second.
func TestSameObject(t *testing.T) {
	tc, ctx := open(t), context.Background()
	var objects [2][]byte
	for i := range objects {
		tc.cache = &Cache{t.TempDir()}
		if err := os.Mkdir(filepath.Join(tc.cache.Dir, "unit"), 0o755); err != nil {
			t.Fatal(err)
		}
		u := tc.Plan(Source{Files: map[string]string{"a.go": "package main\n//line cell1:1\nfunc F(x []int) int { return x[0] }\n"}})
		err := tc.Compile(ctx, u)
		if err == nil {
			objects[i], err = os.ReadFile(u.Object)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(objects[0], objects[1]) {
		t.Error("the same source gives two objects")
	}
}
