package runner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"songsong/kernel/internal/notebook"
	"songsong/kernel/internal/notebook/notebooktest"
	"songsong/kernel/internal/session"
)

// outline writes the outputs of a cell on one line.
func outline(c *notebook.Cell) string {
	var parts []string
	for _, o := range c.Outputs {
		switch o.Type {
		case notebook.Stream:
			parts = append(parts, fmt.Sprintf("%s %q", o.Name, o.Text))
		case notebook.Error:
			parts = append(parts, "error "+o.ErrName)
		default:
			parts = append(parts, fmt.Sprintf("%s %v", o.Type, o.Data["text/plain"]))
		}
	}
	return strings.Join(parts, "; ")
}

func runCells(t *testing.T, r Runner, cells ...string) (*notebook.Notebook, *Report) {
	t.Helper()
	nb := notebooktest.Notebook(cells...)
	nb.Path = "n.ipynb"
	if r.Session == nil {
		r.Session = notebooktest.New()
	}
	return nb, r.Run(t.Context(), nb)
}

func TestOutputs(t *testing.T) {
	tests := []struct{ name, code, want string }{
		{"streams are joined", "print a\nprint b\nstderr c\nprint d", `stdout "a\nb\n"; stderr "c\n"; stdout "d\n"`},
		{"carriage returns overwrite", `raw 10 %\r20 %\r\r100 %\n`, `stdout "100 %\n"`},
		{"windows line ends stay lines", `raw a\r\nb\r\n`, `stdout "a\nb\n"`},
		{"a return at the end", `raw done\r`, `stdout "done\r"`},
		{"result", "print a\nresult 42", `stdout "a\n"; execute_result 42`},
		{"updates reach their display", "show p 1\nprint x\nupdate p 2\nupdate other 3", `display_data 2; stdout "x\n"`},
		{"two displays of one id", "show p 1\nshow p 2\nupdate p 3", "display_data 3; display_data 3"},
		{"clear", "print a\nclear\nprint b", `stdout "b\n"`},
		{"clear at the end", "print a\nclear", ""},
		{"clear waits for the next output", "print a\nclearwait\nprint b", `stdout "b\n"`},
		{"clear waits for ever", "print a\nclearwait", `stdout "a\n"`},
		{"no reader", "input name?", "error input"},
		{"vietnamese", "print Xin chào 👋", `stdout "Xin chào 👋\n"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			nb, _ := runCells(t, Runner{}, "code\n"+tt.code)
			if got := outline(nb.Cells[0]); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestUpdateReachesEarlierCells(t *testing.T) {
	nb, _ := runCells(t, Runner{}, "code\nshow p 1", "code\nupdate p 2")
	if got := outline(nb.Cells[0]); got != "display_data 2" {
		t.Errorf("first cell: %s", got)
	}
}

func TestOutputOfGoroutinesFindsItsCell(t *testing.T) {
	s := notebooktest.New()
	nb, _ := runCells(t, Runner{Session: s, Watch: waiter{s: s}}, "code\nlater tick", "code\nprint two")
	if got := outline(nb.Cells[0]) + "|" + outline(nb.Cells[1]); got != `stdout "tick\n"|stdout "two\n"` {
		t.Errorf("outputs: %s", got)
	}
}

// waiter waits for goroutines after the last cell.
type waiter struct {
	nobody
	s *notebooktest.Session
}

func (w waiter) CellDone(_ string, n, of int, _ *CellReport) {
	if n == of {
		w.s.Wait()
	}
}

func TestFloodIsCut(t *testing.T) {
	nb, rep := runCells(t, Runner{}, "code\nflood 5000000\nresult end")
	got := nb.Cells[0].Outputs
	if rep.Err != nil || len(got) != 3 || len(got[0].Text) != maxText || got[1].Data["text/plain"] != "end" {
		t.Fatalf("%d outputs, %v", len(got), rep.Err)
	}
	if want := "[the cell printed 3951424 more bytes, which the notebook does not keep]\n"; got[2].Text != want {
		t.Errorf("note %q, want %q", got[2].Text, want)
	}
}

func TestErrorStopsTheRun(t *testing.T) {
	nb, rep := runCells(t, Runner{}, "markdown\n# Title", "code\nprint a\nfail panic boom\nprint b", "code\nprint c")
	nb2 := nb.Cells[2]
	if got := outline(nb.Cells[1]); got != `stdout "a\n"; error panic` || nb2.Count != 0 || len(rep.Cells) != 1 {
		t.Errorf("outputs %s; %d cells ran", got, len(rep.Cells))
	}
	want := "n.ipynb: cell [1] (print a), line 2: panic: boom"
	if rep.Err == nil || rep.Err.Error() != want {
		t.Errorf("error %v, want %s", rep.Err, want)
	}
}

func TestTags(t *testing.T) {
	s := notebooktest.New()
	nb, rep := runCells(t, Runner{Session: s},
		"code raises-exception\nfail panic as it should", "code skip-execution\nfail panic no", "code\n  ", "code raises-exception\nprint fine")
	if rep.Err != nil {
		t.Fatal(rep.Err)
	}
	var got []string
	for _, c := range rep.Cells {
		got = append(got, string(c.Status))
	}
	if g := strings.Join(got, ","); g != "expected error,skipped,skipped,passed" {
		t.Errorf("statuses %s", g)
	}
	if rep.Cells[3].Notice == "" {
		t.Error("no notice that an expected error did not come")
	}
	if nb.Cells[1].Count != 0 || nb.Cells[3].Count != 2 || s.Requests[0].StopOnError || !s.Requests[0].StoreHistory {
		t.Errorf("counts %d %d, request %+v", nb.Cells[1].Count, nb.Cells[3].Count, s.Requests[0])
	}
}

func TestTimeout(t *testing.T) {
	for _, cell := range []string{"code\nprint a\nsleep 1h", "code\nprint a\nhang", "code raises-exception\nprint a\nsleep 1h"} {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			nb, rep := runCells(t, Runner{Timeout: time.Minute}, cell, "code\nprint b")
			if rep.Err == nil || !strings.Contains(rep.Err.Error(), "longer than 1m0s") {
				t.Errorf("error %v", rep.Err)
			}
			if got := outline(nb.Cells[0]); got != `stdout "a\n"; error timeout` {
				t.Errorf("outputs %s", got)
			}
			if d := time.Since(start); d > time.Minute+stopGrace {
				t.Errorf("took %v", d)
			}
		})
	}
}

func TestInterruptKeepsWhatRan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		nb := notebooktest.Notebook("code\nprint a", "code\nprint b\nsleep 1h", "code\nprint c")
		time.AfterFunc(time.Second, cancel)
		rep := (&Runner{Session: notebooktest.New()}).Run(ctx, nb)
		if !IsInterrupt(rep.Err) {
			t.Errorf("error %v", rep.Err)
		}
		if got := outline(nb.Cells[0]) + "|" + outline(nb.Cells[1]); got != `stdout "a\n"|stdout "b\n"; error interrupted` {
			t.Errorf("outputs %s", got)
		}
	})
}

func TestFrom(t *testing.T) {
	for _, from := range []string{"fig-x", "2", "ID"} {
		nb := notebooktest.Notebook("code\nprint new", "markdown\ntext", "code\n//| label: fig-x\nprint new")
		for _, c := range nb.CodeCells() {
			c.Outputs = []*notebook.Output{{Type: notebook.Stream, Name: "stdout", Text: "old"}}
		}
		if from == "ID" {
			from = nb.Cells[2].ID
		}
		s := notebooktest.New()
		rep := (&Runner{Session: s, From: from}).Run(t.Context(), nb)
		if got := outline(nb.Cells[0]) + "|" + outline(nb.Cells[2]); rep.Err != nil || got != `stdout "old"|stdout "new\n"` {
			t.Errorf("from %s: %s, %v", from, got, rep.Err)
		}
	}
	if _, rep := runCells(t, Runner{From: "99"}, "code\nprint a"); rep.Err == nil || !strings.Contains(rep.Err.Error(), `no code cell "99"`) {
		t.Errorf("unknown cell: %v", rep.Err)
	}
}

func TestParams(t *testing.T) {
	source := "code parameters\nimport \"time\"\nn := 10\nname := \"x\"\nvar wait = 2 * time.Second\nvar s string"
	tests := []struct{ param, want string }{
		{"n=20", "n = 20"},
		{"n = 1+2 ", "n =  1+2 "},
		{"name=Song song", `name = "Song song"`},
		{`name="quoted"`, `name = "quoted"`},
		{"s=3", `s = "3"`},
		{"wait=1m", "wait = 60000000000 /* 1m0s */"},
		{"wait=3*time.Hour", "wait = 3*time.Hour"},
		{"m=1", "error: n.ipynb has no parameter m; it has n, name, s, wait"},
		{"n=1 +", `error: n.ipynb: parameter n: "1 +" is no Go expression`},
	}
	for _, tt := range tests {
		p, err := ParseParam(tt.param)
		if err != nil {
			t.Fatal(err)
		}
		nb := notebooktest.Notebook("markdown\nx", source, "code injected-parameters\nold = 1")
		nb.Path = "n.ipynb"
		got := ""
		if err := inject(nb, []Param{p}); err != nil {
			got = "error: " + err.Error()
		} else {
			_, got, _ = strings.Cut(nb.Cells[2].Source, "\n")
		}
		if got != tt.want || len(nb.Cells) > 3 {
			t.Errorf("%s: got %s, want %s", tt.param, got, tt.want)
		}
	}
	for _, bad := range []string{"n", "=1", "a b=1", ""} {
		if _, err := ParseParam(bad); err == nil {
			t.Errorf("ParseParam(%q) is taken", bad)
		}
	}
	if err := inject(notebooktest.Notebook("code\nn := 1"), []Param{{"n", "1"}}); err == nil {
		t.Error("a notebook without a parameters cell takes parameters")
	}
}

func writeNotebook(t *testing.T, path string, cells ...string) notebook.Found {
	t.Helper()
	if err := notebooktest.Notebook(cells...).WriteFile(path); err != nil {
		t.Fatal(err)
	}
	return notebook.Found{Path: path, Rel: filepath.Base(path)}
}

func TestBatch(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "thư mục có dấu")
	good := writeNotebook(t, filepath.Join(dir, "một.ipynb"), "code\n//| label: fig-ảnh\ncsv a,b\\n1,2\nsvg <svg/>\nprint x")
	bad := writeNotebook(t, filepath.Join(dir, "hai.ipynb"), "code\nfail panic boom")
	last := writeNotebook(t, filepath.Join(dir, "ba.ipynb"), "code\nprint x")
	b := Batch{Open: notebooktest.Open, Figures: filepath.Join(dir, "figures")}
	reports := b.Run(t.Context(), []notebook.Found{good, bad, last})
	if len(reports) != 2 || reports[0].Err != nil || reports[1].Err == nil {
		t.Fatalf("reports %v", reports)
	}
	if csv, err := os.ReadFile(filepath.Join(dir, "figures", "fig-ảnh.csv")); string(csv) != "a,b\n1,2" {
		t.Errorf("CSV %q, %v", csv, err)
	}
	if len(reports[0].Figures) != 2 {
		t.Errorf("figures %v", reports[0].Figures)
	}
	stored, _ := os.ReadFile(good.Path)
	if strings.Contains(string(stored), "text/csv") || !strings.Contains(string(stored), "image/svg+xml") {
		t.Errorf("stored notebook: %s", stored)
	}
	b.KeepGoing, b.Jobs = true, 3
	reports = b.Run(t.Context(), []notebook.Found{good, bad, last})
	if len(reports) != 3 || reports[2].Err != nil || len(reports[0].Figures) != 0 {
		t.Errorf("keep going: %d reports; figures %v", len(reports), reports[0].Figures)
	}
	again, _ := os.ReadFile(good.Path)
	if string(again) != string(stored) {
		t.Error("the same run gave other bytes")
	}
}

func TestBatchSaysBeforehandThatItCannotWrite(t *testing.T) {
	if os.Getuid() == 0 {
		t.Log("root may write everywhere; trying a folder below a file instead")
	}
	dir := t.TempDir()
	nb := writeNotebook(t, filepath.Join(dir, "a.ipynb"), "code\nprint x")
	out := filepath.Join(dir, "readonly")
	if os.Getuid() == 0 {
		os.WriteFile(out, nil, 0o444)
		out = filepath.Join(out, "below")
	} else {
		os.Mkdir(out, 0o555)
	}
	opened := false
	b := Batch{Out: out, Open: func(string) (session.Session, error) { opened = true; return nil, errors.New("no") }}
	reports := b.Run(t.Context(), []notebook.Found{nb})
	if opened || reports[0].Err == nil || !strings.Contains(reports[0].Err.Error(), "--out DIR") {
		t.Errorf("opened %v, error %v", opened, reports[0].Err)
	}
}

func TestBatchReportsABrokenNotebookAndASessionThatDoesNotStart(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "broken.ipynb")
	os.WriteFile(path, []byte("{"), 0o600)
	nb := writeNotebook(t, filepath.Join(dir, "a.ipynb"), "code\nprint x")
	before, _ := os.ReadFile(nb.Path)
	b := Batch{KeepGoing: true, Open: func(string) (session.Session, error) { return nil, errors.New("no compiler") }}
	reports := b.Run(t.Context(), []notebook.Found{{Path: path}, nb})
	if reports[0].Err == nil || !strings.Contains(reports[0].Err.Error(), "cut off") {
		t.Errorf("broken: %v", reports[0].Err)
	}
	if reports[1].Err == nil || !strings.Contains(reports[1].Err.Error(), "no compiler") {
		t.Errorf("no session: %v", reports[1].Err)
	}
	if after, _ := os.ReadFile(nb.Path); string(after) != string(before) {
		t.Error("a notebook that did not run was changed")
	}
}

func TestReportFiles(t *testing.T) {
	dir := t.TempDir()
	nb := writeNotebook(t, filepath.Join(dir, "a.ipynb"), "code\nprint x", "code skip-execution\n//", "code\nfail panic <boom>\x01")
	b := Batch{Open: notebooktest.Open, RecordTiming: true}
	reports := b.Run(t.Context(), []notebook.Found{nb, {Path: filepath.Join(dir, "none.ipynb")}})
	b.KeepGoing = true
	reports = append(reports, b.Run(t.Context(), []notebook.Found{{Path: filepath.Join(dir, "none.ipynb")}})...)
	jsonPath, junitPath := filepath.Join(dir, "new", "r.json"), filepath.Join(dir, "r.xml")
	if err := errors.Join(WriteJSON(jsonPath, reports), WriteJUnit(junitPath, reports)); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Notebooks []struct {
			Status string
			Cells  []struct{ Status, Error string }
		}
	}
	data, _ := os.ReadFile(jsonPath)
	if err := json.Unmarshal(data, &got); err != nil || len(got.Notebooks) != 2 || got.Notebooks[0].Cells[2].Status != "failed" {
		t.Errorf("JSON %s, %v", data, err)
	}
	xml, _ := os.ReadFile(junitPath)
	for _, want := range []string{`tests="3" failures="1" errors="0" skipped="1"`, `tests="1" failures="0" errors="1"`, "&lt;boom&gt;"} {
		if !strings.Contains(string(xml), want) {
			t.Errorf("JUnit misses %s:\n%s", want, xml)
		}
	}
	stored, _ := os.ReadFile(nb.Path)
	if !strings.Contains(string(stored), "iopub.status.busy") {
		t.Error("--record-timing wrote no times")
	}
}

func TestErrorLine(t *testing.T) {
	for text, want := range map[string]int{
		"cell 3, line 14: undefined: x":      14,
		"cell [4], line 2, column 1: x":      2,
		"cell[3]:14:2: undefined":            14,
		"\x1b[31mcell 3:5\x1b[0m: undefined": 5,
		"index out of range [5]":             0,
		"in Cell [2], Line 7":                7,
	} {
		if got := errorLine(&session.Error{Value: text}); got != want {
			t.Errorf("errorLine(%q) = %d, want %d", text, got, want)
		}
	}
}

func TestPlainProgress(t *testing.T) {
	var b strings.Builder
	p := &plain{w: &b, verb: "ran"}
	dir := t.TempDir()
	nb := writeNotebook(t, filepath.Join(dir, "a.ipynb"), "code\nprint x", "code raises-exception\nprint y")
	batch := Batch{Open: notebooktest.Open}
	batch.Runner.Watch = p
	batch.Run(t.Context(), []notebook.Found{nb})
	for _, want := range []string{"cell 1/2 passed in ", "print x", "raises-exception expects an error", "✓ " + nb.Path + ": ran 2 cells in "} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("progress misses %q:\n%s", want, b.String())
		}
	}
	if got := lastLine("a\n\x1b[1mb\tc\x1b[0m\n\n"); got != "b c" {
		t.Errorf("lastLine = %q", got)
	}
}

func TestNext(t *testing.T) {
	cell := func(source string, tags ...any) *notebook.Cell {
		return &notebook.Cell{Type: notebook.Code, Source: source, Metadata: map[string]any{"tags": tags}}
	}
	for _, tt := range []struct {
		cells []*notebook.Cell
		want  string
	}{
		{[]*notebook.Cell{cell("a")}, ""},
		{[]*notebook.Cell{cell("a"), cell("b")}, "b"},
		{[]*notebook.Cell{cell("a"), cell(" "), cell("x", "skip-execution"), cell("b", "timing")}, "b"},
		{[]*notebook.Cell{cell("a", "timing"), cell("b")}, ""},
	} {
		if got := next(tt.cells); got != tt.want {
			t.Errorf("while %q runs, %q is compiled, want %q", tt.cells[0].Source, got, tt.want)
		}
	}
}
