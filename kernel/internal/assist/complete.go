package assist

import (
	"go/build"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"songsong/kernel/internal/magic"
	"songsong/kernel/internal/source"
)

// A Completion is one proposal for the text before the cursor.
type Completion struct {
	Text, Kind, Signature string
	near                  int // proposals of smaller numbers come first
}

// A Place is what the cursor is in.
type Place struct {
	Kind       PlaceKind
	Code       string // Go with commands blanked, offsets as in the cell
	Start, End int    // of the part of a word that is typed so far
	Word       string
	Before     string // the name before the dot, "" if there is no dot or more than a name
	Dot        bool
	Double     bool // a command's name begins with %%
}

// PlaceKind says what kind of text the cursor is in.
type PlaceKind int

const (
	InGo      PlaceKind = iota
	InText              // a string, a comment, a program in another language
	InImport            // an import path
	InCommand           // the name of a command
	InPath              // a file name of a command
)

// Find finds the place of a cursor. A cursor out of the cell is moved into it.
func Find(code string, cursor int) Place {
	cursor = min(max(cursor, 0), len(code))
	for cursor < len(code) && cursor > 0 && !utf8.RuneStart(code[cursor]) {
		cursor--
	}
	p := Place{Code: code, Start: cursor, End: cursor}
	if !p.command(code, cursor) {
		p.golang(cursor)
	}
	return p
}

// command reports whether the cursor is in a command, and says where in it.
func (p *Place) command(code string, cursor int) bool {
	line := 1 + strings.Count(code[:cursor], "\n")
	start := strings.LastIndexByte(code[:cursor], '\n') + 1
	head := code[start:cursor]
	cell := magic.Split(code)
	p.Code = cell.Go
	for _, c := range cell.Commands {
		switch {
		case c.Line == line:
			return p.inLine(c, code, head, cursor)
		case c.Body != "" && c.Line < line && c.Spec.Takes == magic.Text:
			p.Kind = InText
			return true
		case c.Body != "": // the cell with its commands blanked
			*p = Find(c.Body, cursor)
			return true
		}
	}
	return false
}

// inLine places a cursor on a command's line.
func (p *Place) inLine(c magic.Command, code, head string, cursor int) bool {
	word := strings.TrimLeft(head, " \t")
	if !strings.ContainsAny(word, " \t") && strings.HasPrefix(word, "%") {
		p.Kind, p.Word = InCommand, strings.TrimLeft(word, "%")
		p.Start, p.Double = cursor-len(word), strings.HasPrefix(word, "%%")
		return true
	}
	if c.Spec != nil && c.Spec.Takes == magic.LineOrRest && c.Args != "" {
		if i := strings.IndexAny(word, " \t"); i >= 0 {
			at, line := cursor-len(word)+i, code[cursor:]
			if j := strings.IndexByte(line, '\n'); j >= 0 {
				line = line[:j]
			}
			p.Code = strings.Repeat(" ", at) + code[at:cursor] + line
			p.golang(cursor)
			return true
		}
	}
	p.Kind = InPath
	p.Word = word[strings.LastIndexAny(word, " \t\"'=")+1:]
	p.Start = cursor - len(p.Word)
	return true
}

// golang places a cursor in Go.
func (p *Place) golang(cursor int) {
	code := p.Code
	cursor = min(cursor, len(code))
	kind, start := lex(code, cursor)
	if p.Kind = kind; kind != InGo {
		p.Start, p.Word = start, code[start:cursor]
		return
	}
	p.Start = wordStart(code, cursor)
	p.Word = code[p.Start:cursor]
	p.End = cursor
	before := strings.TrimRight(code[:p.Start], " \t\n")
	if !strings.HasSuffix(before, ".") || strings.HasSuffix(before, "..") {
		return
	}
	p.Dot = true
	before = before[:len(before)-1]
	at := wordStart(before, len(before))
	if rest := strings.TrimRight(before[:at], " \t"); !strings.HasSuffix(rest, ".") {
		p.Before = before[at:]
	}
}

// wordStart is where the name that ends at i starts.
func wordStart(code string, i int) int {
	for i > 0 {
		r, n := utf8.DecodeLastRuneInString(code[:i])
		if r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			break
		}
		i -= n
	}
	return i
}

// Complete lists proposals for a place by the view of it, best first.
func Complete(p Place, v *source.View, docs *Docs) []Completion {
	var out list
	switch {
	case p.Kind != InGo:
	case p.Dot && v.Package != nil:
		out.packageNames(v.Package, v.Own)
	case p.Dot && v.Type != nil:
		out.members(v.Type, v.IsType, v.Own)
	case p.Dot && docs != nil && p.Before != "":
		out = append(out, docs.Names(source.KnownPackages()[p.Before])...)
	case p.Dot:
	default:
		for _, f := range v.Fields {
			out.add(f.Name(), "field", short(f.Type(), v.Own), 0)
		}
		for _, o := range v.Names {
			near := 1
			if o.Pkg() == nil {
				near = 3
			}
			out.object(o, v.Own, near)
		}
		out.always()
	}
	return out.matching(p.Word)
}

type list []Completion

func (l *list) add(text, kind, signature string, near int) {
	*l = append(*l, Completion{text, kind, signature, near})
}

// always adds what may stand anywhere: keywords and packages that import themselves.
func (l *list) always() {
	for t := token.BREAK; t <= token.VAR; t++ {
		l.add(t.String(), "keyword", "", 4)
	}
	for name, path := range source.KnownPackages() {
		l.add(name, "module", path, 2)
	}
}

func (l *list) packageNames(p, own *types.Package) {
	for _, name := range p.Scope().Names() {
		if o := p.Scope().Lookup(name); o.Exported() || p == own {
			l.object(o, own, 0)
		}
	}
}

func (l *list) object(o types.Object, own *types.Package, near int) {
	kind, sig := "variable", ""
	switch o := o.(type) {
	case *types.Func:
		kind, sig = "function", strings.TrimPrefix(short(o.Type(), own), "func")
		if o.Signature().Recv() != nil {
			kind = "method"
		}
	case *types.TypeName:
		kind, sig = "type", short(o.Type().Underlying(), own)
	case *types.Const:
		kind, sig = "constant", short(o.Type(), own)+" = "+o.Val().String()
	case *types.PkgName:
		kind, sig = "module", o.Imported().Path()
	case *types.Builtin:
		kind, sig = "function", "built in"
	case *types.Nil:
		kind = "constant"
	case *types.Var:
		sig = short(o.Type(), own)
		if o.IsField() {
			kind = "field"
		}
	}
	l.add(o.Name(), kind, cut(sig), near)
}

// cut keeps signatures of a size that fits a menu.
func cut(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) > 120 {
		s = string([]rune(s)[:119]) + "…"
	}
	return s
}

func short(t types.Type, own *types.Package) string {
	return types.TypeString(t, func(p *types.Package) string {
		if p == own {
			return ""
		}
		return p.Name()
	})
}

// members adds fields and methods, those of embedded structs after one's own.
func (l *list) members(t types.Type, isType bool, own *types.Package) {
	seen := map[string]bool{}
	visible := func(o types.Object) bool {
		return (o.Exported() || o.Pkg() == own) && !seen[o.Name()] && o.Name() != "_"
	}
	ms := types.NewMethodSet(t)
	if _, ok := t.Underlying().(*types.Interface); !ok && !isType {
		if _, isPointer := t.Underlying().(*types.Pointer); !isPointer {
			ms = types.NewMethodSet(types.NewPointer(t))
		}
	}
	for m := range ms.Methods() {
		if o := m.Obj(); visible(o) {
			seen[o.Name()] = true
			l.add(o.Name(), "method", cut(strings.TrimPrefix(short(o.Type(), own), "func")), len(m.Index())-1)
		}
	}
	if isType {
		return
	}
	level := []types.Type{t}
	for depth := 0; len(level) > 0 && depth < 8; depth++ {
		var next []types.Type
		for _, t := range level {
			if p, ok := t.Underlying().(*types.Pointer); ok {
				t = p.Elem()
			}
			st, ok := t.Underlying().(*types.Struct)
			if !ok {
				continue
			}
			for f := range st.Fields() {
				if visible(f) {
					seen[f.Name()] = true
					l.add(f.Name(), "field", cut(short(f.Type(), own)), depth)
				}
				if f.Embedded() {
					next = append(next, f.Type())
				}
			}
		}
		level = next
	}
}

// matching keeps what begins with word, in whatever case; exact case comes first.
func (l list) matching(word string) (out []Completion) {
	lower := strings.ToLower(word)
	seen := map[string]bool{}
	for _, c := range l {
		if !strings.HasPrefix(strings.ToLower(c.Text), lower) || seen[c.Text] {
			continue
		}
		seen[c.Text] = true
		if !strings.HasPrefix(c.Text, word) {
			c.near += 10
		}
		out = append(out, c)
	}
	sort.SliceStable(out, func(i, j int) bool {
		if out[i].near != out[j].near {
			return out[i].near < out[j].near
		}
		return out[i].Text < out[j].Text
	})
	return out
}

// Commands proposes commands for the word of a place.
func Commands(p Place) []Completion {
	var out list
	for _, s := range magic.Commands() {
		name, _, _ := strings.Cut(s.Signature(), " ")
		if strings.HasPrefix(name, "%") && strings.TrimLeft(name, "%") != "" {
			if p.Double {
				name = "%%" + strings.TrimLeft(name, "%")
			}
			out.add(name, "magic", s.Help, 0)
		}
	}
	var hits []Completion
	for _, c := range out {
		if strings.HasPrefix(strings.TrimLeft(c.Text, "%"), p.Word) {
			hits = append(hits, c)
		}
	}
	return hits
}

// Paths proposes import paths: packages of the standard library, and known ones.
func Paths(word string, known []string) []Completion {
	var out list
	dir, _ := filepath.Split(word)
	for _, p := range known {
		out.add(p, "module", "", 0)
	}
	entries, _ := os.ReadDir(filepath.Join(build.Default.GOROOT, "src", dir))
	for _, e := range entries {
		name := e.Name()
		if e.IsDir() && name != "internal" && name != "vendor" && name != "testdata" && name != "cmd" && name != "builtin" {
			out.add(dir+name, "module", "", 1)
		}
	}
	return out.matching(word)
}

// Files proposes files of a folder.
func Files(word, dir string) []Completion {
	var out list
	folder, _ := filepath.Split(word)
	if !filepath.IsAbs(folder) {
		dir = filepath.Join(dir, folder)
	} else {
		dir = folder
	}
	entries, _ := os.ReadDir(dir)
	for i, e := range entries {
		if i == 1000 {
			break
		}
		name, kind := folder+e.Name(), "file"
		if strings.HasPrefix(e.Name(), ".") && !strings.HasPrefix(strings.TrimPrefix(word, folder), ".") {
			continue
		}
		if e.IsDir() {
			name, kind = name+"/", "folder"
		}
		out.add(name, kind, "", 0)
	}
	return out.matching(word)
}
