package source

import (
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strconv"
	"strings"
)

type scopeImporter struct{ s *Scope }

func (i scopeImporter) Import(path string) (*types.Package, error) { return i.s.Import(path) }

// addImports loads what the cell imports, and what it sees of earlier imports.
func (ch *Checked) addImports(extra map[string]*Import) (errs []*Error) {
	declared := newNames(ch.Cell).all
	for name, i := range ch.scope.imports {
		if !declared[name] {
			ch.imps[name] = i
		}
	}
	var paths []string // to load together what is to be built
	for _, spec := range ch.Cell.imports {
		if path, _ := strconv.Unquote(spec.Path.Value); path != "" && path != "unsafe" {
			paths = append(paths, Alias(path))
		}
	}
	if len(paths) > 1 {
		ch.scope.load(paths) // an error is found again below, with its place
	}
	ch.dots = ch.scope.dots
	for _, spec := range ch.Cell.imports {
		path, _ := strconv.Unquote(spec.Path.Value)
		off := ch.scope.offset(spec.Pos())
		pkg, err := ch.scope.Import(path)
		if err != nil {
			errs = append(errs, &Error{Msg: err.Error(), Cell: ch.Cell, Offset: off})
			continue
		}
		name := pkg.Name()
		if spec.Name != nil {
			name = spec.Name.Name
		}
		i := &Import{name, path, spec, ch.Cell}
		switch name {
		case "_":
		case ".":
			ch.dots = append(slices.DeleteFunc(slices.Clone(ch.dots), func(old *Import) bool { return old.Path == path }), i)
		default:
			ch.imps[name] = i
		}
	}
	for name, i := range extra {
		ch.imps[name] = i
	}
	return errs
}

// ownImports lists the packages that the cell itself imports by a name, which goes before what the session has of that name.
func (ch *Checked) ownImports() map[string]*Import {
	own := maps.Clone(ch.imps)
	maps.DeleteFunc(own, func(_ string, i *Import) bool { return i.cell != ch.Cell || i.spec == nil })
	return own
}

// Hides lists the names that mean a package where the cell begins and a variable where it ends, as in url, err := url.Parse(s).
func (ch *Checked) Hides() (names []string) {
	for name := range ch.imps {
		if name, ok := strings.CutPrefix(name, oldPrefix); ok {
			names = append(names, name)
		}
	}
	return names
}

// addDots gives names that the files use and that nothing declares the meaning they have by a dot import, the latest first. It adds name by name
// to the scope of the package: there a dot import can't clash with what the session declares, as it would in a file.
func (ch *Checked) addDots(files []*ast.File, declared func(name string) bool) {
	if len(ch.dots) == 0 {
		return
	}
	used := map[string]bool{}
	for _, f := range files {
		maps.Copy(used, identifiers(f.Decls, nil))
	}
	for _, o := range ch.dotted() {
		if used[o.Name()] && !declared(o.Name()) {
			ch.types.Scope().Insert(o)
		}
	}
}

// dotted lists what dot imports give names to, the latest first.
func (ch *Checked) dotted() (out []types.Object) {
	for _, i := range slices.Backward(ch.dots) {
		pkg, err := ch.scope.Import(i.Path)
		if err != nil {
			continue // it was there when it was imported
		}
		for _, name := range pkg.Scope().Names() {
			if o := pkg.Scope().Lookup(name); o.Exported() {
				out = append(out, o)
			}
		}
	}
	return out
}

// byDot reports whether o, which a bare name means, comes from another package.
func byDot(o types.Object) bool {
	return o.Pkg() != nil && !isSession(o) && o.Parent() == o.Pkg().Scope()
}

func (k *checker) isOwnImport(off int) bool {
	for _, sp := range k.cell.imports {
		if k.scope.offset(sp.Pos()) <= off && off <= k.scope.offset(sp.End()) {
			return true
		}
	}
	return false
}

// autoImport adds the import of a package named name if there is one everybody
// means, and pos is before a dot.
func (k *checker) autoImport(ch *Checked, name string, pos token.Pos) bool {
	if name == "Display" && len(k.added) == 0 {
		return k.declareDisplay()
	}
	path := wellKnown[strings.TrimPrefix(name, "ꞩ")] // commands write ꞩflag, which no cell hides
	if path == "" || !ch.qualifies(pos) || k.extra[name] != nil {
		return false
	}
	pkg, err := k.scope.Import(path)
	if err != nil {
		return false
	}
	if old := older[path]; old != "" && !k.hasAll(pkg, name) {
		if other, err := k.scope.Import(old); err == nil && k.hasAll(other, name) {
			path = old
		}
	}
	k.extra[name] = &Import{Name: name, Path: path, cell: k.cell}
	return true
}

// hasAll reports whether a package has all that the cell takes from the name.
func (k *checker) hasAll(pkg *types.Package, name string) bool {
	all := true
	look := func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if id, ok := sel.X.(*ast.Ident); ok && id.Name == name && pkg.Scope().Lookup(sel.Sel.Name) == nil {
				all = false
			}
		}
		return true
	}
	for _, d := range k.cell.decls {
		ast.Inspect(d, look)
	}
	for _, st := range k.cell.stmts {
		ast.Inspect(st, look)
	}
	return all
}

// qualifies reports whether what stands at pos is before a dot.
func (ch *Checked) qualifies(pos token.Pos) bool {
	for _, f := range ch.parsed {
		for n := range ast.Preorder(f) {
			if sel, ok := n.(*ast.SelectorExpr); ok {
				if x, ok := sel.X.(*ast.Ident); ok && x.Pos() == pos {
					return true
				}
			}
		}
	}
	return false
}

// declareDisplay declares gophernotes' function Display, which its cells use
// without a declaration.
func (k *checker) declareDisplay() bool {
	const path = "songsong/kernel/display"
	if _, err := k.scope.Import(path); err != nil {
		return false
	}
	c, _ := k.scope.Parse("func Display(d display.Data) error { return display.Display(d) }", "Display")
	f := c.decls[0].(*ast.FuncDecl)
	c.imps = map[string]*Import{"display": {Name: "display", Path: path, cell: c}}
	k.added = []*Decl{{Name: "Display", Kind: Func, cell: c, node: f}}
	return true
}

// news are the names that the cell declares or imports: what the session has of them is hidden from it.
func (k *checker) news(ch *Checked) names {
	n := newNames(k.cell)
	for name := range ch.ownImports() {
		n.all[name] = true
	}
	return n
}
