package source

import (
	"fmt"
	"go/ast"
	"go/types"
	"os"
	"strings"
)

// embedded returns the file that the line above a variable's specification names
// in a //go:embed directive, "" for none. With var before it, the directive
// stands above that.
func (c *Cell) embedded(g *ast.GenDecl, sp ast.Spec, offset func(ast.Node) int) string {
	var at ast.Node = sp
	if len(g.Specs) == 1 {
		at = g
	}
	line, _ := c.line(offset(at))
	lines := strings.Split(c.Text, "\n")
	if line < 2 {
		return ""
	}
	file, ok := strings.CutPrefix(lines[line-2], "//go:embed ")
	if !ok {
		return ""
	}
	return strings.Trim(strings.TrimSpace(file), "\"`")
}

// embedErrors refuses //go:embed where it can't be honoured: a cell reads one file
// into a string or []byte when it runs.
func (ch *Checked) embedErrors() (errs []*Error) {
	for _, st := range ch.Cell.stmts {
		d, ok := st.(*ast.DeclStmt)
		if !ok {
			continue
		}
		g := d.Decl.(*ast.GenDecl)
		for _, sp := range g.Specs {
			v, ok := sp.(*ast.ValueSpec)
			if !ok {
				continue
			}
			file := ch.Cell.embedded(g, sp, ch.offset)
			if file == "" {
				continue
			}
			o := ch.info.Defs[v.Names[0]]
			msg := ""
			switch {
			case len(v.Names) != 1 || len(v.Values) > 0 || o == nil:
				msg = "//go:embed needs one variable without a value"
			case !isText(o.Type()):
				msg = fmt.Sprintf("//go:embed in a cell fills a string or []byte, not %s; os.DirFS(\".\") is a file system of the notebook's folder", types.TypeString(o.Type(), nil))
			default:
				if _, err := os.Stat(ch.scope.inFolder(file)); err != nil {
					msg = "//go:embed: there is no file " + file + " in the notebook's folder"
				}
			}
			if msg != "" {
				errs = append(errs, &Error{Msg: msg, Cell: ch.Cell, Offset: ch.offset(v)})
			}
		}
	}
	return errs
}

func (ch *Checked) offset(n ast.Node) int { return ch.scope.offset(n.Pos()) }

func isText(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return u.Kind() == types.String
	case *types.Slice:
		b, ok := u.Elem().Underlying().(*types.Basic)
		return ok && b.Kind() == types.Uint8
	}
	return false
}

// embed returns the value that a //go:embed directive gives a variable, or "".
func (l *lowerer) embed(g *ast.GenDecl, sp ast.Spec) string {
	v := sp.(*ast.ValueSpec)
	file := l.cell.embedded(g, sp, func(n ast.Node) int { return l.scope.offset(n.Pos()) })
	if file == "" || v.Type == nil {
		return ""
	}
	return fmt.Sprintf(" = ꞩrt.Embed[%s](%q)", l.render(v.Type), l.scope.inFolder(file))
}
