package assist

import (
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"songsong/kernel/internal/source"
)

func TestIsComplete(t *testing.T) {
	tests := []struct{ code, status, indented string }{
		{"", "complete", ""},
		{"x := 1", "complete", ""},
		{"func f() {", "incomplete", indent},
		{"func f() {\n\tif x {", "incomplete", indent + indent},
		{"func f() {\n\tif x {\n\t}", "incomplete", indent},
		{"f(1,", "incomplete", indent},
		{"[]int{1,\n2", "incomplete", indent},
		{"x :=", "incomplete", indent},
		{"a +", "incomplete", indent},
		{"a.", "incomplete", indent},
		{"i++", "complete", ""},
		{"s := `raw", "incomplete", ""},
		{"/* a comment", "incomplete", ""},
		{"s := \"text", "invalid", ""},
		{"))", "invalid", ""},
		{"f(}", "invalid", ""},
		{"x = = 2", "invalid", ""},
		{"import \"fmt\"\nx := 1\nfunc f() int { return x }\nf()", "complete", ""},
		{"// only a comment", "complete", ""},
		{"%who", "complete", ""},
		{"%time f(", "complete", ""},
		{"%%time", "incomplete", ""},
		{"%%time\nf(", "incomplete", indent},
		{"%%time\nf()", "complete", ""},
		{"%%bash", "incomplete", ""},
		{"%%python\nfor i in x:\n    print(i)", "incomplete", "    "},
		{"%%python\nprint(1)\n", "complete", ""},
		{"!ls \\", "incomplete", ""},
		{"!ls", "complete", ""},
		{"%who\nif x {", "incomplete", indent},
	}
	for _, test := range tests {
		status, indented := IsComplete(test.code)
		if status != test.status || indented != test.indented {
			t.Errorf("%q: %s, indent %q; want %s, %q", test.code, status, indented, test.status, test.indented)
		}
	}
}

func TestFind(t *testing.T) {
	tests := []struct {
		code string // | is the cursor
		kind PlaceKind
		word string
		dot  bool
	}{
		{"fmt.Pri|", InGo, "Pri", true},
		{"x := đường|", InGo, "đường", false},
		{"// fmt.Pri|", InText, "// fmt.Pri", false},
		{"s := \"fmt.Pri|\"", InText, "\"fmt.Pri", false},
		{"s := \"a\" + fm|", InGo, "fm", false},
		{"x /* a */.f|", InGo, "f", true},
		{"import \"enc|", InImport, "enc", false},
		{"import (\n\t\"fmt\"\n\t\"net/h|\"\n)", InImport, "net/h", false},
		{"import \"fmt\"\n\"te|\"", InText, "\"te", false},
		{"%ti|", InCommand, "ti", false},
		{"%%|", InCommand, "", false},
		{"%time fmt.Pri|", InGo, "Pri", true},
		{"%time\nfmt.Pri|", InGo, "Pri", true},
		{"%cd no|", InPath, "no", false},
		{"!cat a/b|", InPath, "a/b", false},
		{"%%python\nx.y|", InText, "", false},
		{"3.1|", InText, "3.1", false},
		{"1.|", InText, "1.", false},
	}
	for _, test := range tests {
		at := strings.IndexByte(test.code, '|')
		p := Find(strings.Replace(test.code, "|", "", 1), at)
		if p.Kind != test.kind || p.Word != test.word || p.Dot != test.dot {
			t.Errorf("%q: kind %d, word %q, dot %t; want %d, %q, %t", test.code, p.Kind, p.Word, p.Dot, test.kind, test.word, test.dot)
		}
	}
}

func TestDocs(t *testing.T) {
	d := new(Docs)
	for _, test := range []struct{ path, of, name, decl, comment string }{
		{"fmt", "", "Println", "func Println(a ...any) (n int, err error)", "formats using the default formats"},
		{"sync", "WaitGroup", "Add", "func (wg *WaitGroup) Add(delta int)", "counter"},
		{"net/http", "Client", "Timeout", "Timeout time.Duration", "time limit"},
		{"time", "", "Millisecond", "const Millisecond", "Duration"},
		{"builtin", "", "append", "func append(slice []Type, elems ...Type) []Type", "appends elements"},
		{"sync/atomic", "Pointer", "Load", "func (x *Pointer[T]) Load() *T", "atomically loads"},
	} {
		got, ok := d.Name(test.path, test.of, test.name)
		if !ok || !strings.HasPrefix(got.Decl, test.decl) || !strings.Contains(got.Comment, test.comment) {
			t.Errorf("%s.%s.%s: %v %+v", test.path, test.of, test.name, ok, got)
		}
	}
	if got, _ := d.Name("strings", "", "Cut"); !strings.Contains(got.More, "stringslite.Cut") || strings.Contains(got.Decl, "stringslite.Cut") {
		t.Errorf("the source of strings.Cut is not there, or in the wrong place: %+v", got)
	}
	if _, ok := d.Name("no/such/package", "", "X"); ok {
		t.Error("a package that is not there is documented")
	}
}

// FuzzPlaces holds that no text and no cursor makes a question panic or answer
// with a place outside the text.
func FuzzPlaces(f *testing.F) {
	for _, seed := range []string{"fmt.Pri", "type T struct { a int }; func (t T) m() { t.", "for i := range 3 { x.", "%%time\nf(", "s := `a\n%%x", "import (\n\"", "a.b.c(", "x := T{a", "func f(a int", "go func() {", "switch x := y.(type) { case ", "}{)(", "đ.ư", "x := x +", "type T struct { T.", "const a = iota; var b = [...]", "package main\nfunc main() { a."} {
		f.Add(seed, len(seed))
	}
	scope := source.NewScope(func([]string) error { return nil }, func(string) (io.ReadCloser, error) { return nil, errors.New("none") })
	f.Fuzz(func(t *testing.T, code string, cursor int) {
		p := Find(code, cursor)
		if p.Start < 0 || p.Start > p.End || p.End > len(code) {
			t.Fatalf("place %d:%d of %d bytes", p.Start, p.End, len(code))
		}
		if p.Kind == InGo {
			if len(p.Code) < p.End {
				t.Fatalf("the code is shorter than the place")
			}
			v := scope.ViewFor(p.Code, p.Start, p.End)
			Complete(p, v, nil)
			if v.Image != nil {
				checkImage(t, p, v.Image)
			}
			checkImage(t, p, v.Image.With(p.Code))
		}
		if n, ok := NameAt(code, cursor); ok && n.Kind == InGo {
			scope.ViewAt(n.Code, n.Start)
		}
		if status, _ := IsComplete(code); status == "" && utf8.ValidString(code) {
			t.Error("no status")
		}
	})
}

// checkImage holds that what is typed so far stands at its place in the image.
func checkImage(t *testing.T, p Place, im *source.Image) {
	file, at := im.Place(p.End)
	text := im.Files[file]
	if at < len(p.Word) || at > len(text) {
		t.Fatalf("place %d of the %d bytes of %s", at, len(text), file)
	}
	if got := text[at-len(p.Word) : at]; got != p.Word && strings.TrimSpace(got) != "" { // a package clause is blanked
		t.Fatalf("%s has %q where the cell has %q", file, got, p.Word)
	}
}
