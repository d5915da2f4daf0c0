package runner

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"songsong/kernel/internal/notebook"
)

// A Param gives a notebook's parameter another value, as papermill does: the
// parameters are the variables of the cell with the tag "parameters".
type Param struct{ Name, Value string }

// ParseParam reads "name=value".
func ParseParam(s string) (Param, error) {
	name, value, ok := strings.Cut(s, "=")
	name = strings.TrimSpace(name)
	if !ok || !token.IsIdentifier(name) {
		return Param{}, fmt.Errorf("--param wants name=value, as in n=1000; got %q", s)
	}
	return Param{name, value}, nil
}

// inject puts a cell that assigns the parameters below the cell that declares
// them, in place of one from an earlier run.
func inject(nb *notebook.Notebook, params []Param) error {
	if len(params) == 0 {
		return nil
	}
	nb.Cells = slices.DeleteFunc(nb.Cells, func(c *notebook.Cell) bool { return c.HasTag("injected-parameters") })
	at := slices.IndexFunc(nb.Cells, func(c *notebook.Cell) bool { return c.Type == notebook.Code && c.HasTag("parameters") })
	if at < 0 {
		return fmt.Errorf("%s has no cell with the tag \"parameters\", so it takes no --param", nb.Path)
	}
	known, err := declared(nb.Cells[at].Source)
	if err != nil {
		return fmt.Errorf("%s: can't read the cell with the tag \"parameters\": %w", nb.Path, err)
	}
	var code strings.Builder
	code.WriteString("// Parameters of this run.\n")
	for _, p := range params {
		v, ok := known[p.Name]
		if !ok {
			return fmt.Errorf("%s has no parameter %s; it has %s", nb.Path, p.Name, strings.Join(slices.Sorted(maps.Keys(known)), ", "))
		}
		value, err := v.assign(p.Value)
		if err != nil {
			return fmt.Errorf("%s: parameter %s: %w", nb.Path, p.Name, err)
		}
		fmt.Fprintf(&code, "%s = %s\n", p.Name, value)
	}
	nb.Cells = slices.Insert(nb.Cells, at+1, &notebook.Cell{
		Type: notebook.Code, ID: "injected-parameters", Source: strings.TrimSuffix(code.String(), "\n"),
		Metadata: map[string]any{"tags": []any{"injected-parameters"}},
	})
	return nil
}

// A variable is what the parameters cell says of a parameter.
type variable struct{ typ, value ast.Expr }

// declared returns the variables that a cell declares.
func declared(source string) (map[string]variable, error) {
	_, source = notebook.SplitHeader(source)
	file, err := parser.ParseFile(token.NewFileSet(), "", "package p\nfunc _() {\n"+dropImports(source)+"\n}", 0)
	if err != nil {
		return nil, err
	}
	known := map[string]variable{}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for i, l := range n.Lhs {
				if id, ok := l.(*ast.Ident); ok && n.Tok == token.DEFINE && len(n.Lhs) == len(n.Rhs) {
					known[id.Name] = variable{value: n.Rhs[i]}
				}
			}
		case *ast.ValueSpec:
			for i, id := range n.Names {
				v := variable{typ: n.Type}
				if i < len(n.Values) {
					v.value = n.Values[i]
				}
				known[id.Name] = v
			}
		case *ast.FuncLit:
			return false
		}
		return true
	})
	return known, nil
}

// dropImports empties the import declarations, which a function can't hold.
func dropImports(source string) string {
	file, err := parser.ParseFile(token.NewFileSet(), "", "package p;"+source, parser.ImportsOnly)
	if file == nil || err != nil && len(file.Decls) == 0 {
		return source
	}
	end := 0
	for _, d := range file.Decls {
		end = max(end, int(d.End())-1-len("package p;"))
	}
	return source[min(end, len(source)):]
}

// assign writes the value as Go: text is quoted for a variable that holds
// text, and 2s becomes a time.Duration for one that holds a duration.
func (v variable) assign(value string) (string, error) {
	switch {
	case v.isString():
		if _, err := strconv.Unquote(value); err == nil {
			return value, nil
		}
		return strconv.Quote(value), nil
	case v.isDuration():
		if d, err := time.ParseDuration(value); err == nil {
			return fmt.Sprintf("%d /* %v */", int64(d), d), nil
		}
	}
	if _, err := parser.ParseExpr(value); err != nil {
		return "", fmt.Errorf("%q is no Go expression", value)
	}
	return value, nil
}

func (v variable) isString() bool {
	if id, ok := v.typ.(*ast.Ident); ok {
		return id.Name == "string"
	}
	lit, ok := v.value.(*ast.BasicLit)
	return ok && lit.Kind == token.STRING
}

func (v variable) isDuration() bool {
	found := false
	for _, e := range []ast.Expr{v.typ, v.value} {
		if e == nil {
			continue
		}
		ast.Inspect(e, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if ok {
				x, ok := s.X.(*ast.Ident)
				found = found || ok && x.Name == "time"
			}
			return true
		})
	}
	return found
}
