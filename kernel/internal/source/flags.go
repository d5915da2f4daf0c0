package source

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"strconv"
	"strings"
)

// Flags lists the flags that the cell defines with package flag by a name that
// stands in its text.
func (ch *Checked) Flags() (names []string) {
	nodes := []ast.Node{}
	for _, st := range ch.Cell.stmts {
		nodes = append(nodes, st)
	}
	for _, f := range ch.funcs {
		nodes = append(nodes, f)
	}
	for _, n := range nodes {
		ast.Inspect(n, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				if name, ok := ch.flagName(call); ok {
					names = append(names, name)
				}
			}
			return true
		})
	}
	return names
}

// flagName is the name of the flag that a call of package flag defines: its
// first argument, or its second where the first is a pointer.
func (ch *Checked) flagName(call *ast.CallExpr) (string, bool) {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || len(call.Args) < 3 {
		return "", false
	}
	f, ok := ch.info.Uses[sel.Sel].(*types.Func)
	if !ok || f.Pkg() == nil || f.Pkg().Path() != "flag" || f.Signature().Recv() != nil {
		return "", false
	}
	for _, arg := range call.Args[:2] {
		if lit, ok := arg.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			name, err := strconv.Unquote(lit.Value)
			return name, err == nil
		}
	}
	return "", false
}

// ImportPaths lists what a cell imports or means by a name that everybody knows,
// outside the standard library; nothing of a declaration that does not parse.
func ImportPaths(text string) (paths []string) {
	if strings.Contains(text, "constraints.") {
		paths = append(paths, wellKnown["constraints"])
	}
	segs, _ := split(text)
	for _, s := range segs {
		if s.tok != token.IMPORT {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), "", "package p;"+text[s.start:s.end], parser.ImportsOnly)
		if err != nil {
			continue
		}
		for _, spec := range f.Imports {
			if path, err := strconv.Unquote(spec.Path.Value); err == nil {
				paths = append(paths, path)
			}
		}
	}
	return paths
}

// Source is the text of the declared name, its cell's file and its first line
// there; "" if the session declares none.
func (s *Scope) Source(name string) (text, path string, line int) {
	d := s.decls[name]
	if d == nil {
		return "", "", 0
	}
	file := s.fset.File(d.node.Pos())
	c := s.files[file]
	from, to := max(file.Offset(d.node.Pos())-c.prefix, 0), min(file.Offset(d.node.End())-c.prefix, len(c.Text))
	line, _ = c.line(from)
	return c.Text[from:to], c.Path(), line - c.Shift()
}
