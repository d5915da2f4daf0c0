package magic

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// spaces are lines of spaces, which stand for commands.
var spaces = regexp.MustCompile(`(?m)^ +\r?$`)

func TestSplit(t *testing.T) {
	tests := []struct {
		name, text string
		commands   []string // "name|args|line" and, if there is one, "|body"
		code       string
	}{
		{"Go alone", "x := 1\ny", nil, "x := 1\ny"},
		{"a command", "%time", []string{"time||1|"}, ""},
		{"with an argument, twice %", "%%time  f(x) \ny", []string{"time|f(x)|1"}, "\ny"},
		{"shell", "!ls -l | wc\n!*go version\n$pwd", []string{"!|ls -l | wc|1", "!*|go version|2", "$|pwd|3"}, "\n\n"},
		{"headers and comments", "\n//| label: a\n#| echo: false\n// note\n%who\nx", []string{"who||5"}, "\n//| label: a\n\n// note\n\nx"},
		{"a shell line goes on", "!echo a \\\n  b\nx", []string{"!|echo a  b|1"}, "\n\nx"},
		{"! below Go is Go's", "x := a &&\n!b", nil, "x := a &&\n!b"},
		{"rest as text", "%%bash -x\necho 1\n%who\n", []string{"bash|-x|1|echo 1\n%who\n"}, ""},
		{"rest as cell", "%env A=1\n%capture f\nx := 1", []string{"env|A=1|1", "capture|f|2|\n\nx := 1"}, ""},
		{"GoNB's body", "func f() {}\n%%\nf()", []string{"||2"}, "func f() {}\n\nf()"},
		{"GoNB's prefix", "//gonb:%env A=1\nx", []string{"env|A=1|1"}, "\nx"},
		{"a question", "strings.Split?\n??x\na ?\n", []string{"doc|strings.Split|1", "doc|x|2"}, "\n\na ?\n"},
		{"a question below Go", "s := `\nwhy?`", nil, "s := `\nwhy?`"},
		{"inside a raw string", "s := `\n%who\n`", nil, "s := `\n%who\n`"},
		{"inside a comment", "/*\n%who\n*/ x", nil, "/*\n%who\n*/ x"},
		{"quotes that open nothing", "a := '`' // `\nb := \"\\\"`\"\n%who", []string{"who||3"}, "a := '`' // `\nb := \"\\\"`\"\n"},
		{"unknown", "%nosuch 1\nx", []string{"nosuch|1|1"}, "\nx"},
		{"percent alone", "%", []string{"||1"}, ""},
		{"Windows line ends", "%who\r\nx\r\n", []string{"who||1"}, "\nx\r\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := Split(test.text)
			var commands []string
			for _, c := range got.Commands {
				s := fmt.Sprintf("%s|%s|%d", c.Name, c.Args, c.Line)
				if c.takesRest() {
					s += "|" + spaces.ReplaceAllString(c.Body, "")
				}
				commands = append(commands, s)
			}
			if d := cmp.Diff(test.commands, commands); d != "" {
				t.Errorf("commands (-want +got):\n%s", d)
			}
			if d := cmp.Diff(test.code, spaces.ReplaceAllString(got.Go, "")); d != "" {
				t.Errorf("Go (-want +got):\n%s", d)
			}
		})
	}
}

func TestSplitFindsMisplacedCommands(t *testing.T) {
	if c := Split("x := 1\n%%bash\nls").Misplaced; c == nil || c.Line != 2 {
		t.Errorf("%%%%bash below Go: %v", c)
	}
	if c := Split("x := 1\n%who\n%%\n").Misplaced; c != nil {
		t.Errorf("%%who may stand below Go: %v", c)
	}
}

func TestUnknownCommandNamesTheNearest(t *testing.T) {
	for name, want := range map[string]string{"tiem": "%time ", "pyhton": "%%python", "hlep": "%help", "restor": "%restore", "writefil": "%%writefile", "xyzzy": "%help lists"} {
		if got := unknown(Command{Name: name}).Error(); !strings.Contains(got, want) {
			t.Errorf("%s: %s; want %s", name, got, want)
		}
	}
}

func TestEveryCommandIsDescribed(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range Commands() {
		if s.Help == "" || s.Run == nil {
			t.Errorf("%s has no help or no function", s.Signature())
		}
		if seen[s.Name] {
			t.Errorf("%s comes twice", s.Name)
		}
		seen[s.Name] = true
	}
}

// FuzzSplit holds that Go keeps its positions whatever the text.
func FuzzSplit(f *testing.F) {
	for _, seed := range []string{"", "%", "%%bash\nls", "x\n%%\ny", "!a\\\nb\nc", "`\n%a\n`\n%b", "/*\n", "//gonb:%x\n$", "#|\n%time\n\"", "\r\n%cd\r", "'\\"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		cell := Split(text)
		if lines := strings.Count(cell.Code(), "\n"); lines != strings.Count(cell.Go, "\n") {
			t.Errorf("the Go of %q has %d lines when commands are in it", text, lines)
		}
		codes := []string{cell.Go}
		if len(cell.Go) == 0 {
			codes = []string{text}
		}
		for _, c := range cell.Commands {
			if c.Body == "" {
				continue
			}
			if c.takesRest() && c.Spec.Takes != Text {
				codes[0] = c.Body
			}
			if c.takesRest() && c.Spec.Takes == Text {
				codes = nil
				if !strings.HasSuffix(text, c.Body) {
					t.Errorf("the body %q is no end of %q", c.Body, text)
				}
			}
		}
		for _, code := range codes {
			was, is := strings.Split(text, "\n"), strings.Split(code, "\n")
			if len(was) != len(is) {
				t.Fatalf("%d lines became %d", len(was), len(is))
			}
			for i := range is {
				if len(is[i]) != len(was[i]) || strings.Trim(is[i], " ") != "" && is[i] != was[i] {
					t.Errorf("line %d: %q became %q", i+1, was[i], is[i])
				}
			}
		}
	})
}
