package notebooks

import (
	"bytes"
	"encoding/json"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
)

// maxSize is how large a notebook may be, in bytes.
const maxSize = 300_000

// TestFiles checks each file: canonical bytes, size, NFC, language.
func TestFiles(t *testing.T) {
	for _, nb := range all(t) {
		t.Run(nb.path, func(t *testing.T) {
			if len(nb.bytes) > maxSize {
				t.Errorf("%d bytes; at most %d are allowed: make its figures smaller or fewer", len(nb.bytes), maxSize)
			}
			if !bytes.Equal(nb.bytes, canonical(t, nb.bytes)) {
				t.Error("its JSON is not canonical: write it with songsong run")
			}
			if !norm.NFC.IsNormal(nb.bytes) {
				t.Error("its text is not in NFC")
			}
			if lang, _, _ := strings.Cut(nb.path, "/"); nb.Meta.Lang != lang {
				t.Errorf("metadata lang is %q", nb.Meta.Lang)
			}
			if nb.Meta.Kernelspec.Name != "songsong" {
				t.Errorf("its kernel is %q", nb.Meta.Kernelspec.Name)
			}
			if len(nb.Cells) == 0 || !strings.HasPrefix(string(nb.Cells[0].Source), "# "+nb.Meta.Title) && !strings.Contains(nb.path, "0-0-") {
				t.Errorf("it doesn't begin with its title %q", nb.Meta.Title)
			}
		})
	}
}

// canonical writes JSON with sorted keys and one space of indent.
func canonical(t *testing.T, b []byte) []byte {
	t.Helper()
	var v any
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

var (
	link     = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	localDir = regexp.MustCompile(`/(work|home|root|tmp|Users)/`)
)

// TestLinks follows every link to a file. A notebook that README.md calls
// planned may be missing.
func TestLinks(t *testing.T) {
	planned := map[string]bool{}
	for _, r := range table(t) {
		planned[r.name] = r.planned
	}
	sources := map[string]string{}
	for _, nb := range all(t) {
		for _, c := range nb.Cells {
			if c.Type == "markdown" {
				sources[nb.path] += string(c.Source) + "\n"
			}
		}
	}
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	sources["README.md"] = string(readme)
	for file, text := range sources {
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			target, _, _ := strings.Cut(m[1], "#")
			if target == "" || strings.Contains(target, "://") {
				continue
			}
			name := strings.TrimSuffix(path.Base(target), ".ipynb")
			if _, err := os.Stat(path.Join(path.Dir(file), target)); err != nil && !planned[name] {
				t.Errorf("%s links to %s, which is not there", file, m[1])
			}
		}
	}
}

// TestVietnamese looks for prose that lost its marks, was left in English, or
// sets the mark of oa, oe and uy elsewhere than the rest does (khoá, not khóa).
func TestVietnamese(t *testing.T) {
	misplaced := regexp.MustCompile(`\pL*(?:[óòỏõọ][ae]|[úùủũụ]y)(?:$|\PL)`)
	marks := regexp.MustCompile(`[ăâđêôơưĂÂĐÊÔƠƯ\x{300}-\x{36f}]|\p{L}\p{Mn}`)
	code := regexp.MustCompile("`[^`]*`|\\]\\([^)]*\\)|«[^»]*»|\\*[^*]*\\*")
	for _, nb := range all(t) {
		if !strings.HasPrefix(nb.path, "vi/") {
			continue
		}
		for _, c := range nb.Cells {
			if c.Type != "markdown" {
				continue
			}
			for line := range strings.Lines(string(c.Source)) {
				if word := misplaced.FindString(line); word != "" {
					t.Errorf("%s, cell %s: the mark of %q stands on the first vowel", nb.path, c.ID, word)
				}
				plain := norm.NFD.String(code.ReplaceAllString(line, ""))
				n := words(plain)
				if n < 9 || strings.ContainsAny(line[:1], "|[") || strings.Contains(line, "://") {
					continue
				}
				if len(marks.FindAllString(plain, -1))*3 < n {
					t.Errorf("%s, cell %s: few Vietnamese marks in %q", nb.path, c.ID, line)
				}
			}
		}
	}
}
