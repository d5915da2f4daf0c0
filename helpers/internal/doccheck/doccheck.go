// Package doccheck tests the documentation of a package: every exported name has a comment and occurs in a runnable
// example. Start with [Run].
package doccheck

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// Run fails t for every exported name of the package in the current directory that has no comment, or that no Example function
// mentions. An Example counts only if it has an Output comment, without which the go command does not run it.
func Run(t *testing.T) {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no Go files here: %v", err)
	}
	names := map[string]bool{}
	shown := map[string]bool{}
	set := token.NewFileSet()
	for _, path := range files {
		file, err := parser.ParseFile(set, path, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(path, "_test.go") {
			for name, commented := range exported(file) {
				names[name] = true
				if !commented {
					t.Errorf("%s: %s has no comment", path, name)
				}
			}
			continue
		}
		for _, name := range mentioned(t, path, file) {
			shown[name] = true
		}
	}
	for name := range names {
		last := name[strings.LastIndex(name, ".")+1:]
		if !shown[last] && !called[last] {
			t.Errorf("no example shows %s", name)
		}
	}
}

// called are methods that packages fmt, errors and encoding call, so that examples need not.
var called = map[string]bool{"Error": true, "Unwrap": true, "Format": true, "String": true,
	"GobEncode": true, "GobDecode": true, "MarshalText": true, "UnmarshalText": true}

// exported lists the exported names of a file and whether each has a comment.
func exported(file *ast.File) map[string]bool {
	names := map[string]bool{}
	for _, decl := range file.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			name := d.Name.Name
			if d.Recv != nil {
				receiver := receiverName(d.Recv.List[0].Type)
				if !ast.IsExported(receiver) && receiver != "core" {
					continue
				}
				name = receiver + "." + name
			}
			if d.Name.IsExported() {
				names[name] = d.Doc != nil
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				addSpec(names, d, spec)
			}
		}
	}
	return names
}

func addSpec(names map[string]bool, d *ast.GenDecl, spec ast.Spec) {
	switch s := spec.(type) {
	case *ast.TypeSpec:
		if s.Name.IsExported() {
			names[s.Name.Name] = d.Doc != nil || s.Doc != nil
		}
	case *ast.ValueSpec:
		for _, id := range s.Names {
			if id.IsExported() {
				names[id.Name] = d.Doc != nil || s.Doc != nil || s.Comment != nil
			}
		}
	}
}

func receiverName(t ast.Expr) string {
	switch t := t.(type) {
	case *ast.StarExpr:
		return receiverName(t.X)
	case *ast.IndexExpr:
		return receiverName(t.X)
	case *ast.IndexListExpr:
		return receiverName(t.X)
	case *ast.Ident:
		return t.Name
	}
	return ""
}

// mentioned lists the names in the Example functions of a file, and in all functions of a file of examples.
func mentioned(t *testing.T, path string, file *ast.File) (names []string) {
	for _, decl := range file.Decls {
		d, ok := decl.(*ast.FuncDecl)
		example := ok && strings.HasPrefix(d.Name.Name, "Example")
		if !ok || !example && !strings.HasPrefix(path, "example") {
			continue
		}
		if example && !hasOutput(file, d) {
			t.Errorf("%s: %s has no Output comment, so it is not run", path, d.Name.Name)
		}
		ast.Inspect(d, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				names = append(names, id.Name)
			}
			return true
		})
	}
	return names
}

func hasOutput(file *ast.File, d *ast.FuncDecl) bool {
	for _, c := range file.Comments {
		text := strings.ToLower(strings.TrimSpace(c.Text()))
		if c.Pos() > d.Body.Pos() && c.End() < d.Body.End() &&
			(strings.HasPrefix(text, "output:") || strings.HasPrefix(text, "unordered output:")) {
			return true
		}
	}
	return false
}
