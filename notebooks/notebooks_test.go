// Package notebooks holds the tests of the notebooks: their two languages, their
// files, their outputs and the table of README.md.
package notebooks

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestOutputs checks that each notebook has run from top to bottom, and that
// only cells that say so have failed.
func TestOutputs(t *testing.T) {
	for _, nb := range all(t) {
		t.Run(nb.path, func(t *testing.T) {
			for i, c := range nb.code() {
				if c.Count == nil || *c.Count != i+1 {
					t.Errorf("code cell %s doesn't have the count %d: run the notebook with songsong run", c.ID, i+1)
				}
				testOutputs(t, c)
			}
		})
	}
}

func testOutputs(t *testing.T, c *cell) {
	failed := false
	for _, o := range c.Outputs {
		if o.Type == "error" {
			failed = true
			if !c.has("raises-exception") {
				t.Errorf("cell %s failed: %s", c.ID, o.Value)
			}
		}
		said := string(o.Text) + strings.Join(o.Traceback, "\n")
		if plain, ok := o.Data["text/plain"].([]any); ok && len(plain) > 0 {
			line, _ := plain[0].(string)
			said += line
		}
		if place := localDir.FindString(said); place != "" {
			t.Errorf("cell %s shows a path of the machine it ran on: %s", c.ID, said)
		}
	}
	if c.has("raises-exception") && !failed {
		t.Errorf("cell %s should fail and did not", c.ID)
	}
	for _, tag := range c.Metadata.Tags {
		if !slices.Contains([]string{"exercise", "parameters", "raises-exception", "skip-execution", "hide-input", "timing", "unordered"}, tag) {
			t.Errorf("cell %s has the unknown tag %q", c.ID, tag)
		}
	}
	if place := localDir.FindString(string(c.Source)); place != "" {
		t.Errorf("the source of cell %s names the folder %s", c.ID, place)
	}
}

// TestExercises checks that every blank has a check after it, and a solution
// that is right.
func TestExercises(t *testing.T) {
	for _, lang := range []string{"en", "vi"} {
		for _, path := range find(t, lang) {
			nb := read(t, path)
			blanks := exercises(nb)
			if blanks == 0 || strings.Contains(path, "0-0-") {
				continue
			}
			cells := nb.code()
			for i, c := range cells {
				if c.has("exercise") && (i+1 == len(cells) || !strings.Contains(string(cells[i+1].Source), "check.")) {
					t.Errorf("%s: no check follows the blank %s", path, c.ID)
				}
			}
			solution := read(t, lang+"/solutions"+strings.TrimPrefix(path, lang))
			if n := solved(solution); n != blanks {
				t.Errorf("%s solves %d of %d exercises", solution.path, n, blanks)
			}
		}
	}
}

func exercises(nb *notebook) (n int) {
	for _, c := range nb.code() {
		if c.has("exercise") {
			n++
		}
	}
	return n
}

// solved counts the cells that say that an exercise is right.
func solved(nb *notebook) (n int) {
	for _, c := range nb.code() {
		for _, o := range c.Outputs {
			plain, _ := o.Data["text/plain"].([]any)
			for _, line := range plain {
				if s, _ := line.(string); strings.HasPrefix(s, "✓") {
					n++
				}
			}
		}
	}
	return n
}

// A row is a line of the table of README.md.
type row struct {
	name      string // of the notebook's files, without extension
	planned   bool
	programs  []string
	figures   []string
	exercises string
}

var quoted = regexp.MustCompile("`([^`]+)`")

// table reads the table of headings in README.md.
func table(t *testing.T) (rows []row) {
	t.Helper()
	b, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		cols := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cols) != 5 || !strings.Contains(cols[1], ".ipynb") && !strings.Contains(cols[1], "planned") {
			continue
		}
		name := quoted.FindStringSubmatch(cols[1])
		if name == nil {
			t.Fatalf("README.md: no notebook in %q", line)
		}
		r := row{name: name[1], planned: strings.Contains(cols[1], "planned"), exercises: strings.TrimSpace(cols[4])}
		for _, m := range quoted.FindAllStringSubmatch(cols[2], -1) {
			r.programs = append(r.programs, m[1])
		}
		for _, m := range quoted.FindAllStringSubmatch(cols[3], -1) {
			r.figures = append(r.figures, m[1])
		}
		rows = append(rows, r)
	}
	if len(rows) == 0 {
		t.Fatal("README.md has no table of headings")
	}
	return rows
}

// TestTable checks the table of README.md against the files.
func TestTable(t *testing.T) {
	listed := map[string]bool{}
	for _, r := range table(t) {
		listed["en/"+r.name+".ipynb"] = true
		_, err := os.Stat("en/" + r.name + ".ipynb")
		switch {
		case r.planned && err == nil:
			t.Errorf("%s is there, and README.md calls it planned", r.name)
		case r.planned:
		case err != nil:
			t.Errorf("README.md lists %s, which is not there", r.name)
		default:
			t.Run(r.name, func(t *testing.T) { testRow(t, r) })
		}
	}
	for _, path := range find(t, "en") {
		if !listed[path] {
			t.Errorf("README.md does not list %s", path)
		}
	}
}

func testRow(t *testing.T, r row) {
	nb := read(t, "en/"+r.name+".ipynb")
	var code, python strings.Builder
	figures := map[string]bool{}
	for _, c := range nb.code() {
		code.WriteString(string(c.Source) + "\n")
		if strings.HasPrefix(string(c.Source), "%%python") {
			python.WriteString(string(c.Source) + "\n")
		}
		for _, o := range c.Outputs {
			if o.Data["image/svg+xml"] != nil {
				label, _, _ := strings.Cut(strings.TrimPrefix(string(c.Source), "//| label: "), "\n")
				figures[label] = true
			}
		}
	}
	for _, p := range r.programs {
		if !strings.Contains(code.String(), p) {
			t.Errorf("the program %s is not in it", p)
		}
	}
	for _, f := range r.figures {
		if !figures[f] {
			t.Errorf("the figure %s is not in it", f)
		}
		delete(figures, f)
	}
	for f := range figures {
		t.Errorf("README.md does not list its figure %s", f)
	}
	if n := exercises(nb); r.exercises != strings.Repeat("●", n) {
		t.Errorf("README.md gives it %q, and it has %d exercises (a ● for each)", r.exercises, n)
	}
}

// TestFresh runs every notebook and compares with what is stored.
func TestFresh(t *testing.T) {
	if os.Getenv("SONGSONG_CI") == "" {
		t.Skip("takes minutes; SONGSONG_CI=1 runs it")
	}
	file := filepath.Join(t.TempDir(), "report.json")
	out, err := exec.Command("go", "run", "../kernel", "check", "--json", file, "en", "vi").CombinedOutput()
	if err == nil {
		return
	}
	var got struct {
		Notebooks []struct {
			Error       string
			Differences []string
		}
	}
	data, _ := os.ReadFile(file)
	if json.Unmarshal(data, &got) != nil {
		t.Fatalf("songsong check: %v\n%s", err, out)
	}
	t.Errorf("songsong check: %v", err)
	for _, nb := range got.Notebooks {
		if nb.Error != "" {
			t.Errorf("%s\n%s", nb.Error, strings.Join(nb.Differences, "\n"))
		}
	}
}
