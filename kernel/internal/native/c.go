package native

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// C is the C code of a session and the names of it that cells use.
type C struct {
	Text  string   // what stands above import "C", with #line lines
	Calls []string // names that are called
	Pairs []string // names that are called for a value and an error
	Names []string // names that are used otherwise
}

// A CPackage is the Go package that cgo makes of C code.
type CPackage struct {
	Unit  *Unit
	Decls string // its types, constants and functions as declarations, without bodies
}

// CompileC makes a package of C code with cgo and the C compiler. Each name _Cx
// that cgo invents is exported with the reserved spelling that reserved gives it;
// variables, macros and function pointers are functions. About 2 s, nothing when
// it is in the cache. What the C compiler says comes as a [ToolError].
func (t *Toolchain) CompileC(ctx context.Context, c C, reserved func(string) string) (*CPackage, error) {
	key := Hash(append(append(append([]string{t.dir, c.Text, "calls"}, c.Calls...), append([]string{"pairs"}, c.Pairs...)...), c.Names...)...)
	path, dir := "notebook.local/session/c"+key, filepath.Join(t.Module.Dir, "c"+key)
	decls, err := os.ReadFile(filepath.Join(dir, "decls.txt"))
	if err != nil {
		if decls, err = t.writeC(ctx, c, dir, reserved); err != nil {
			return nil, err
		}
	}
	if err := t.Import(ctx, path); err != nil {
		return nil, &ToolError{Tool: "C compiler", Text: err.Error()}
	}
	return &CPackage{&Unit{Path: path, Object: t.Package(path).Export, built: true}, string(decls)}, nil
}

// writeC writes the package's source. It asks cgo first what the names are.
func (t *Toolchain) writeC(ctx context.Context, c C, dir string, reserved func(string) string) ([]byte, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("the cache folder can't be written: %w", err)
	}
	file := filepath.Join(dir, "c.go")
	var asked strings.Builder
	asked.WriteString("func _() {\n")
	for _, n := range c.Calls {
		fmt.Fprintf(&asked, "C.%s()\n", n)
	}
	for _, n := range c.Pairs {
		fmt.Fprintf(&asked, "_, _ = C.%s()\n", n)
	}
	for _, n := range c.Names {
		fmt.Fprintf(&asked, "_ = C.%s\n", n)
	}
	if err := os.WriteFile(file, []byte(t.cHeader(c)+asked.String()+"}\n"), 0o644); err != nil {
		return nil, err
	}
	out, err := t.runContext(ctx, t.Module.Dir, append(append([]string{"list", "-compiled", "-json=Dir,CompiledGoFiles"}, t.buildFlags()...), "./"+filepath.Base(dir))...)
	if err != nil {
		os.RemoveAll(dir)
		return nil, &ToolError{Tool: "C compiler", Text: err.Error()}
	}
	var listed struct{ CompiledGoFiles []string }
	if err := json.Unmarshal([]byte(out), &listed); err != nil || len(listed.CompiledGoFiles) == 0 {
		os.RemoveAll(dir)
		return nil, &ToolError{Tool: "cgo", Text: "cgo made no Go file of this C code"}
	}
	text, err := os.ReadFile(listed.CompiledGoFiles[0])
	if err != nil {
		return nil, err
	}
	decls, calls, names, err := cDecls(text, reserved)
	if err != nil {
		return nil, err
	}
	var uses strings.Builder
	for _, n := range append(slices.Clone(c.Calls), c.Names...) {
		switch {
		case strings.Contains(decls, "type _Ctype_"+n+" "):
			fmt.Fprintf(&uses, "type _ = C.%s\n", n)
		case slices.Contains(c.Names, n):
			fmt.Fprintf(&uses, "func _() { _ = C.%s }\n", n)
		}
	}
	if err := os.WriteFile(file, []byte(t.cHeader(c)+uses.String()+calls), 0o644); err != nil {
		return nil, err
	}
	// A file that imports C may not mention the names that cgo invents.
	if err := os.WriteFile(filepath.Join(dir, "names.go"), []byte("package c\nimport \"unsafe\"\nvar _ unsafe.Pointer\n"+names), 0o644); err != nil {
		return nil, err
	}
	return []byte(decls), os.WriteFile(filepath.Join(dir, "decls.txt"), []byte(decls), 0o644)
}

// cHeader begins the package: the C code, which prints without a buffer, so that
// nothing it prints is late, and hides its names from other versions of itself.
func (t *Toolchain) cHeader(c C) string {
	return "package c\n/*\n#cgo CFLAGS: -fvisibility=hidden \"-I" + t.dir + "\"\n#line 1 \"session\"\n#include <stdio.h>\n" +
		"__attribute__((constructor)) static void songsong_unbuffered(void) { setvbuf(stdout, NULL, _IONBF, 0); }\n" +
		c.Text + "\n*/\nimport \"C\"\nimport \"unsafe\"\nimport _cgopackage \"runtime/cgo\"\nvar _ unsafe.Pointer\ntype _ _cgopackage.Incomplete\n"
}

// cDecls lists what cgo declares as the session sees it, and what exports it: the
// calls of functions, and the names of all else.
func cDecls(text []byte, reserved func(string) string) (decls, calls, names string, err error) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", text, 0)
	if err != nil {
		return "", "", "", fmt.Errorf("cgo wrote what is no Go: %w", err)
	}
	at := func(n ast.Node) string {
		return string(text[fset.Position(n.Pos()).Offset:fset.Position(n.End()).Offset])
	}
	var d, w, n bytes.Buffer
	for _, decl := range f.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			if name := decl.Name.Name; strings.HasPrefix(name, "_Cfunc_") || strings.HasPrefix(name, "_C2func_") || strings.HasPrefix(name, "_Cmacro_") {
				cFunc(&d, &w, decl, at, reserved)
			}
		case *ast.GenDecl:
			for _, sp := range decl.Specs {
				cSpec(&d, &n, decl.Tok, sp, at, reserved)
			}
		}
	}
	return d.String(), w.String(), n.String(), nil
}

var cType = regexp.MustCompile(`\b_Ctype_\w+`)

func cSpec(d, w *bytes.Buffer, tok token.Token, sp ast.Spec, at func(ast.Node) string, reserved func(string) string) {
	switch sp := sp.(type) {
	case *ast.TypeSpec:
		if name := sp.Name.Name; strings.HasPrefix(name, "_Ctype_") {
			fmt.Fprintf(d, "type %s\n", at(sp))
			fmt.Fprintf(w, "type %s = %s\n", reserved(name), name)
		}
	case *ast.ValueSpec:
		name := sp.Names[0].Name
		switch {
		case tok == token.CONST && strings.HasPrefix(name, "_C"):
			fmt.Fprintf(d, "const %s\n", at(sp))
			fmt.Fprintf(w, "const %s = %s\n", reserved(name), name)
		case strings.HasPrefix(name, "_Cvar_"), strings.HasPrefix(name, "_Cfpvar_"):
			fmt.Fprintf(d, "func %s() %s\n", name, at(sp.Type))
			fmt.Fprintf(w, "func %s() %s { return %s }\n", reserved(name), at(sp.Type), name)
		}
	}
}

// cFunc declares a function of C. Its wrapper calls it as a Go program does, so
// that cgo checks the pointers it is given.
func cFunc(d, w *bytes.Buffer, f *ast.FuncDecl, at func(ast.Node) string, reserved func(string) string) {
	name := f.Name.Name
	var params, args []string
	for _, p := range f.Type.Params.List {
		for range max(1, len(p.Names)) {
			params, args = append(params, fmt.Sprintf("p%d %s", len(args), at(p.Type))), append(args, fmt.Sprintf("p%d", len(args)))
		}
	}
	results := ""
	if f.Type.Results != nil {
		if results = at(f.Type.Results); strings.HasSuffix(results, "(r1 _Ctype_void)") {
			results = ""
		}
	}
	fmt.Fprintf(d, "func %s(%s) %s\n", name, strings.Join(params, ", "), results)
	list := strings.Join(args, ", ")
	of := strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(name, "_Cfunc_"), "_C2func_"), "_Cmacro_")
	body := fmt.Sprintf("C.%s(%s)", of, list)
	switch {
	case name == "_Cfunc__CMalloc":
		body = fmt.Sprintf("return C.malloc(%s)", list)
	case strings.HasPrefix(name, "_C2func_"):
		body = "r, err := " + body + "; return r, err"
	case strings.HasPrefix(name, "_Cmacro_"):
		body = "return C." + of
	case results != "":
		body = "return " + body
	}
	exported := func(s string) string {
		return cType.ReplaceAllStringFunc(s, reserved)
	}
	fmt.Fprintf(w, "func %s(%s) %s { %s }\n", reserved(name), exported(strings.Join(params, ", ")), exported(results), body)
}
