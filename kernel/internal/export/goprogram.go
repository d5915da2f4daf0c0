package export

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"songsong/kernel/internal/native"
	"songsong/kernel/internal/notebook"
	"songsong/kernel/internal/source"
)

// The marks of a Go program by which ReadGo finds the cells again.
const (
	markImport = "//songsong:import " // an import of this cell stood here
	markBody   = "//songsong:body"    // around a cell's statements
	markMade   = "//songsong:made"    // ends a line that no cell holds
	markCell   = "//songsong:cell "   // a line of a cell that can't be part of a program
	markDefine = "/*:*/="             // stood for :=
	markVar    = "/*var*/"            // stood for var
	markValue  = "//songsong:value"   // around an expression whose value is shown
)

// writeGo writes a Go program with the notebook's cells, in the percent format
// that jupytext reads: declarations at the top level, variables as variables of
// the package, the statements of each cell in a function that main calls.
func writeGo(ctx context.Context, nb *notebook.Notebook, base string, _ Options) (Result, error) {
	g, err := newGoWriter(nb)
	if err != nil {
		return Result{}, err
	}
	text, err := g.program()
	if err != nil {
		return Result{}, err
	}
	path := base + ".go"
	return Result{Files: []string{path}, Notices: g.notices}, save(path, []byte(text))
}

// madeBy begins the programs that are written here.
const madeBy = "// Made by \"songsong export\""

// A goWriter writes a program, cell after cell.
type goWriter struct {
	nb      *notebook.Notebook
	scope   *source.Scope
	body    strings.Builder
	main    strings.Builder
	vars    map[string]string // name → type, as declared
	names   map[string]int    // declared name → cell number
	imports map[string]string // name → path
	unnamed map[string]string // dot and blank imports: as Go source → path
	notices []string
}

func newGoWriter(nb *notebook.Notebook) (*goWriter, error) {
	root, err := native.Root()
	if err != nil {
		return nil, err
	}
	dir := filepath.Dir(nb.Path)
	if dir, err = filepath.Abs(dir); err != nil {
		return nil, err
	}
	tools, err := native.Open(dir, root, native.Flags{}, nil)
	if err != nil {
		return nil, fmt.Errorf("a Go program needs the types of the notebook's variables, and so the Go toolchain: %w", err)
	}
	scope := source.NewScope(func(paths []string) error { return tools.Import(context.Background(), paths...) }, tools.Export)
	return &goWriter{nb: nb, scope: scope, vars: map[string]string{}, names: map[string]int{}, imports: map[string]string{}, unnamed: map[string]string{}}, nil
}

func (g *goWriter) program() (string, error) {
	for i, c := range g.nb.Cells {
		if err := g.cell(i+1, c); err != nil {
			return "", err
		}
	}
	text := g.body.String()
	code := "func main() { " + markMade + "\n" + g.main.String() + "} " + markMade + "\n"
	used, bare, err := usedNames(text + code)
	if err != nil {
		return "", fmt.Errorf("the program made of the notebook can't be parsed: %w", err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, madeBy+" from %s; it runs with \"go run\", and\n// \"songsong export --to ipynb\" makes a notebook of it again.\n", baseName(g.nb))
	b.WriteString("package main\n\nimport (\n")
	names := slices.SortedFunc(maps.Keys(g.imports), func(a, b string) int { return strings.Compare(g.imports[a], g.imports[b]) })
	for _, name := range names {
		path := g.imports[name]
		if !used[name] {
			continue
		}
		if name != filepath.Base(path) {
			fmt.Fprintf(&b, "\t%s %q\n", name, path)
		} else {
			fmt.Fprintf(&b, "\t%q\n", path)
		}
	}
	for _, spec := range slices.Sorted(maps.Keys(g.unnamed)) {
		if spec[0] == '_' || g.uses(g.unnamed[spec], bare) {
			b.WriteString("\t" + spec + "\n")
		}
	}
	b.WriteString(")\n\n" + text + code)
	return b.String(), nil
}

// uses reports whether some of the names are exported by a package.
func (g *goWriter) uses(path string, names map[string]bool) bool {
	pkg, err := g.scope.Import(path)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(pkg.Scope().Names(), func(name string) bool { return token.IsExported(name) && names[name] && g.names[name] == 0 })
}

// usedNames lists the names that stand before a dot anywhere in the program, and those that stand alone.
func usedNames(text string) (used, bare map[string]bool, err error) {
	file, err := parser.ParseFile(token.NewFileSet(), "", "package main\n"+text, parser.SkipObjectResolution)
	if err != nil {
		return nil, nil, err
	}
	used, bare = map[string]bool{}, map[string]bool{}
	after := map[*ast.Ident]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			after[n.Sel] = true
			if id, ok := n.X.(*ast.Ident); ok {
				used[id.Name] = true
			}
		case *ast.Ident:
			bare[n.Name] = bare[n.Name] || !after[n]
		}
		return true
	})
	return used, bare, nil
}

func (g *goWriter) notice(number int, format string, args ...any) {
	g.notices = append(g.notices, fmt.Sprintf("cell %d: ", number)+fmt.Sprintf(format, args...))
}

func (g *goWriter) cell(number int, c *notebook.Cell) error {
	g.body.WriteString(cellHead(c))
	if c.Type != notebook.Code {
		for line := range strings.SplitSeq(c.Source, "\n") {
			g.body.WriteString(strings.TrimRight("// "+line, " ") + "\n")
		}
		g.body.WriteString("\n")
		return nil
	}
	why := g.code(number, c)
	if why != "" {
		g.notice(number, "%s; it stays a comment of the program", why)
		for line := range strings.SplitSeq(c.Source, "\n") {
			g.body.WriteString(strings.TrimRight(markCell+line, " ") + "\n")
		}
	}
	g.body.WriteString("\n")
	return nil
}

// cellHead is the line that begins a cell in the percent format.
func cellHead(c *notebook.Cell) string {
	head := "// %%"
	switch c.Type {
	case notebook.Markdown:
		head += " [markdown]"
	case notebook.Raw:
		head += " [raw]"
	}
	head += fmt.Sprintf(" id=%q", c.ID)
	if tags := c.Tags(); len(tags) > 0 {
		quoted := make([]string, len(tags))
		for i, t := range tags {
			quoted[i] = strconv.Quote(t)
		}
		head += " tags=[" + strings.Join(quoted, ", ") + "]"
	}
	return head + "\n"
}

// code writes a code cell, or says why it can't be part of a program.
func (g *goWriter) code(number int, c *notebook.Cell) (why string) {
	_, first := notebook.SplitHeader(c.Source)
	switch first = strings.TrimSpace(first); {
	case strings.HasPrefix(first, "%"), strings.HasPrefix(first, "!"), strings.HasPrefix(first, "$"):
		return "commands of the kernel are not Go"
	case strings.Contains(c.Source, "//songsong:"):
		return "it holds a mark of this export"
	}
	before := g.scope.Snapshot()
	parsed, errs := g.scope.Parse(c.Source, fmt.Sprintf("cell %d", number))
	if len(errs) > 0 {
		return "it does not compile: " + errs[0].Error()
	}
	if parsed.Program {
		return "it is a whole program"
	}
	checked, errs := g.scope.Check(parsed)
	if len(errs) > 0 {
		return "it does not compile: " + errs[0].Error()
	}
	checked.Commit()
	pieces, declared, grouped := cut(c.Source)
	if why = g.clash(number, declared, checked); why != "" {
		g.scope.Restore(before)
		return why
	}
	for _, name := range declared {
		g.names[name] = number
	}
	for name, path := range g.scope.Imports() {
		g.imports[name] = source.Alias(path)
	}
	maps.Copy(g.unnamed, parsed.Unnamed())
	g.declareVars(number, checked, grouped)
	g.pieces(number, c, pieces, checked.Value != nil)
	return ""
}

// clash finds names that a program can't declare twice.
func (g *goWriter) clash(number int, names []string, checked *source.Checked) string {
	twice := "%s is declared in cell %d already, which a program can't do twice"
	for _, name := range names {
		if first, ok := g.names[name]; ok && name != "_" && name != "init" {
			return fmt.Sprintf(twice, name, first)
		}
	}
	for _, v := range checked.Vars {
		names = append(names, v.Name)
	}
	hides := checked.Hides()
	for _, name := range names {
		if _, isPackage := g.imports[name]; isPackage || slices.Contains(hides, name) {
			return name + " means a package too, which it can't in a program"
		}
	}
	for spec, path := range g.unnamed {
		for _, name := range names {
			if spec[0] == '.' && g.uses(path, map[string]bool{name: true}) {
				return fmt.Sprintf("%s is declared by %q already, which a program can't do again", name, "import "+spec)
			}
		}
	}
	for _, v := range checked.Vars {
		typ := g.typeText(v.Obj.Type())
		old, isVar := g.vars[v.Name]
		if isVar && old != typ {
			return fmt.Sprintf("the variable %s changes its type from %s to %s", v.Name, old, typ)
		}
		if first, ok := g.names[v.Name]; ok && !isVar {
			return fmt.Sprintf(twice, v.Name, first)
		}
	}
	return ""
}

// typeText writes a type down, and notes what has to be imported for it.
func (g *goWriter) typeText(t types.Type) string {
	return types.TypeString(t, func(p *types.Package) string {
		if p.Name() == "main" {
			return ""
		}
		for name, path := range g.imports {
			if path == p.Path() {
				return name
			}
		}
		g.imports[p.Name()] = p.Path()
		return p.Name()
	})
}

// declareVars declares the cell's variables in the package, but for those that
// a group in parentheses declares there.
func (g *goWriter) declareVars(number int, checked *source.Checked, grouped []string) {
	for _, v := range checked.Vars {
		if _, ok := g.vars[v.Name]; ok || v.Name == "_" {
			continue
		}
		typ := g.typeText(v.Obj.Type())
		g.vars[v.Name], g.names[v.Name] = typ, number
		if !slices.Contains(grouped, v.Name) {
			fmt.Fprintf(&g.body, "var %s %s %s\n", v.Name, typ, markMade)
		}
	}
}
