package notebooks

import (
	"fmt"
	"go/scanner"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestTwins holds the two languages together: same notebooks, same cells, same
// code. README.md states the rule for texts inside code.
func TestTwins(t *testing.T) {
	for _, dir := range []string{"", "/solutions"} {
		en, vi := find(t, "en"+dir), find(t, "vi"+dir)
		for i := range vi {
			vi[i] = "en" + strings.TrimPrefix(vi[i], "vi")
		}
		if !slices.Equal(en, vi) {
			t.Errorf("the twins of %v are %v", en, vi)
			continue
		}
		for _, path := range en {
			t.Run(path, func(t *testing.T) { testTwins(t, path) })
		}
	}
}

func testTwins(t *testing.T, path string) {
	en, vi := read(t, path), read(t, "vi"+strings.TrimPrefix(path, "en"))
	if len(en.Cells) != len(vi.Cells) {
		t.Fatalf("%d cells, its twin has %d", len(en.Cells), len(vi.Cells))
	}
	for i, a := range en.Cells {
		b := vi.Cells[i]
		if a.ID != b.ID || a.Type != b.Type || !slices.Equal(a.Metadata.Tags, b.Metadata.Tags) {
			t.Errorf("cell %d: %s %s %v against %s %s %v", i+1, a.Type, a.ID, a.Metadata.Tags, b.Type, b.ID, b.Metadata.Tags)
		}
		if a.Type != "code" {
			if words(string(a.Source)) > 8 && a.Source == b.Source {
				t.Errorf("cell %s is not translated", a.ID)
			}
			continue
		}
		if why := differ(string(a.Source), string(b.Source)); why != "" {
			t.Errorf("cell %s: %s", a.ID, why)
		}
	}
}

func words(s string) int { return len(strings.Fields(s)) }

// differ says where two sources differ in more than comments and texts for
// people, "" if nowhere.
func differ(en, vi string) string {
	split := goTokens
	if strings.HasPrefix(en, "%%") || strings.HasPrefix(vi, "%%") {
		split = pythonTokens
	}
	a, b := split(en), split(vi)
	for i := range min(len(a), len(b)) {
		if !same(a[i], b[i]) {
			return fmt.Sprintf("%s against %s", a[i], b[i])
		}
	}
	if len(a) != len(b) {
		return fmt.Sprintf("%d tokens against %d", len(a), len(b))
	}
	return ""
}

// same is the rule: equal, or the names of the two languages, or a text with a
// space in English and the same holes in both.
func same(en, vi string) bool {
	switch {
	case en == vi, en == "English" && vi == "Vietnamese":
		return true
	case !isText(en) || !isText(vi) || !strings.Contains(strings.TrimSpace(unquote(en)), " "):
		return false
	}
	return slices.Equal(holes(en), holes(vi))
}

func isText(token string) bool { return strings.ContainsAny(token, "\"'`") }

func unquote(token string) string {
	if s, err := strconv.Unquote(token); err == nil {
		return s
	}
	return token[strings.IndexAny(token, `"'`)+1 : len(token)-1]
}

var hole = regexp.MustCompile(`%[-+# 0-9.*\[\]]*([a-zA-Z%])|\{[^{}]*\}`)

// holes lists the places of a text that values fill: verbs of fmt without their
// widths, and the braces of Python.
func holes(text string) (list []string) {
	for _, m := range hole.FindAllStringSubmatch(text, -1) {
		if m[1] != "" {
			list = append(list, m[1])
		} else {
			list = append(list, m[0])
		}
	}
	return list
}

func goTokens(src string) (tokens []string) {
	file := token.NewFileSet().AddFile("", -1, len(src))
	var s scanner.Scanner
	s.Init(file, []byte(src), func(token.Position, string) {}, 0)
	for {
		_, tok, lit := s.Scan()
		switch {
		case tok == token.EOF:
			return tokens
		case tok == token.SEMICOLON && lit == "\n":
			continue
		case lit == "":
			lit = tok.String()
		}
		tokens = append(tokens, lit)
	}
}

var pythonToken = regexp.MustCompile(`#[^\n]*|[a-zA-Z]{0,2}(?:"""(?s:.*?)"""|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|\n[ \t]*|[\p{L}\p{N}_]+|[^\s]`)

// pythonTokens splits a cell of %%python; the indentation of a line is a token.
func pythonTokens(src string) (tokens []string) {
	for _, tok := range pythonToken.FindAllString(src, -1) {
		if !strings.HasPrefix(tok, "#") {
			tokens = append(tokens, tok)
		}
	}
	return tokens
}

// TestSame tests the rule itself.
func TestSame(t *testing.T) {
	for _, c := range []struct {
		en, vi string
		equal  bool
	}{
		{`x := 1 // one`, `x := 1 // một`, true},
		{`x := 1`, `y := 1`, false},
		{`f("two words %d")`, `f("hai từ %5d")`, true},
		{`f("two words %d")`, `f("hai từ %s")`, false},
		{`f("word")`, `f("từ")`, false},
		{`f("a b", 1)`, `f("a b", 2)`, false},
		{`plots.Use(plots.English)`, `plots.Use(plots.Vietnamese)`, true},
		{"%%python\nprint('so many', n) # x", "%%python\nprint('rất nhiều', n)", true},
		{"%%python\nprint(f'so many {n}')", "%%python\nprint(f'rất nhiều {m}')", false},
		{"%%python\nif x:\n  y()", "%%python\nif x:\n    y()", false},
		{"%%python --out a\na = 1", "%%python --out b\na = 1", false},
	} {
		if why := differ(c.en, c.vi); (why == "") != c.equal {
			t.Errorf("%q and %q: %q", c.en, c.vi, why)
		}
	}
}
