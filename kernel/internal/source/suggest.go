package source

import (
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/tools/go/types/typeutil"
)

// suggest completes "undefined: name" by the nearest name that is defined, as
// " (did you mean x?)"; "" if none is near. name may be "package.Name".
func (ch *Checked) suggest(name string, pos token.Pos) string {
	if qualifier, member, ok := strings.Cut(name, "."); ok {
		return didYouMean(qualifier+".", nearest(member, ch.exported(qualifier)))
	}
	return didYouMean("", nearest(name, ch.visible(pos)))
}

// exported names what an imported package exports.
func (ch *Checked) exported(qualifier string) []string {
	imp := ch.imps[qualifier]
	if imp == nil {
		return nil
	}
	pkg, err := ch.scope.Import(imp.Path)
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(pkg.Scope().Names(), func(n string) bool { return !token.IsExported(n) })
}

// visible names what can be written at a place of the cell without a qualifier.
func (ch *Checked) visible(pos token.Pos) (names []string) {
	for _, scope := range ch.info.Scopes {
		if scope.Contains(pos) {
			names = append(names, scope.Names()...)
		}
	}
	names = append(append(names, ch.top.Names()...), types.Universe.Names()...)
	for _, o := range ch.dotted() {
		names = append(names, o.Name())
	}
	names = slices.AppendSeq(names, maps.Keys(ch.imps))
	return slices.AppendSeq(names, maps.Keys(wellKnown))
}

// suggestMember completes "x.name undefined (type T has no field or method name)"
// by the nearest field or method of T.
func (ch *Checked) suggestMember(pos token.Pos) string {
	for _, f := range ch.parsed {
		for n := range ast.Preorder(f) {
			if sel, ok := n.(*ast.SelectorExpr); ok && sel.Sel.Pos() == pos {
				return didYouMean("", nearest(sel.Sel.Name, members(ch.info.TypeOf(sel.X))))
			}
		}
	}
	return ""
}

// members names the methods of a type and, of a struct, the fields.
func members(t types.Type) (names []string) {
	if t == nil {
		return nil
	}
	for _, m := range typeutil.IntuitiveMethodSet(t, nil) {
		names = append(names, m.Obj().Name())
	}
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	if s, ok := t.Underlying().(*types.Struct); ok {
		for f := range s.Fields() {
			names = append(names, f.Name())
		}
	}
	return names
}

func didYouMean(qualifier, name string) string {
	if name == "" {
		return ""
	}
	return " (did you mean " + qualifier + name + "?)"
}

// nearest is the name with the fewest changes to written: none for one of two
// letters, one up to five, else two. Case counts for nothing. Of equals it is the longest, since
// letters are sooner left out than put in, and of these the first in order.
func nearest(written string, names []string) (best string) {
	limit := 2
	switch n := utf8.RuneCountInString(written); {
	case n < 3:
		limit = 0
	case n < 6:
		limit = 1
	}
	slices.Sort(names)
	for _, n := range names {
		if n == written || n == "_" || strings.Contains(n, "Ꞩ") {
			continue
		}
		if d := changes([]rune(strings.ToLower(written)), []rune(strings.ToLower(n))); d <= limit && (best == "" || d < limit || len(n) > len(best)) {
			best, limit = n, d
		}
	}
	return best
}

// changes is the number of letters to insert, delete, replace, or swap with the
// next to make a out of b (optimal string alignment: Boytsov 2011, § 2.2).
func changes(a, b []rune) int {
	before, last := []int(nil), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range a {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
