package compare

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"

	"songsong/kernel/internal/notebook"
	"songsong/kernel/internal/notebook/notebooktest"
	"songsong/kernel/internal/notebook/runner"
)

func ran(t *testing.T, cells ...string) *notebook.Notebook {
	t.Helper()
	nb := notebooktest.Notebook(cells...)
	s := notebooktest.New()
	r := runner.Runner{Session: s}
	if rep := r.Run(t.Context(), nb); rep.Err != nil {
		t.Fatal(rep.Err)
	}
	return nb
}

// picture is a PNG of one colour with n pixels of another.
func picture(width, n int) string {
	img := image.NewGray(image.Rect(0, 0, width, 100))
	for i := range n {
		img.Set(i%width, i/width, color.White)
	}
	var b bytes.Buffer
	png.Encode(&b, img)
	return base64.StdEncoding.EncodeToString(b.Bytes())
}

func TestDifferences(t *testing.T) {
	tests := []struct{ name, stored, fresh, want string }{
		{"the same", "code\nprint a\nresult 1", "code\nprint a\nresult 1", ""},
		{"text", "code\nprint a\nprint b", "code\nprint a\nprint c", "cell 1 (print a): stdout differs\n@@ -1,2 +1,2 @@\n a\n-b\n+c"},
		{"stderr", "code\nstderr a", "code\nprint a", "cell 1 (print a): stdout differs\n@@ -0,0 +1,1 @@\n+a"},
		{"value", "code\nresult 41", "code\nresult 42", "cell 1 (result 42): text/plain differs"},
		{"durations", "code\nprint took 1.25 ms or 2m3.5s, 12 ns/op", "code\nprint took 13 µs or 1.2s, 9.1 ns/op", ""},
		{"durations that move columns", "code\nprint name   time\\n────  ─────\\na      1.5s", "code\nprint name    time\\n────  ──────\\na      10.5s", ""},
		{"a number that is no duration", "code\nprint 5 workers", "code\nprint 6 workers", "cell 1 (print 6 workers): stdout differs only in its numbers (if they are measured, the tag timing lets that pass)"},
		{"another order", "code\nprint a\nprint b", "code\nprint b\nprint a", "stdout differs only in the order of its lines (the tag unordered lets that pass)"},
		{"addresses, pids, files, times", "code\nprint 0xc000012345 pid 12 /tmp/go-1/x.go 10:11:12 goroutine 7", "code\nprint 0xc000999999 pid 345678 /tmp/other 23:59:59 goroutine 12", ""},
		{"colours", "code\nprint \\x1b[31mred\\x1b[0m", "code\nprint red", ""},
		{"a new display", "code\nprint a", "code\nprint a\nresult 1", "cell 1 (print a): it shows 1 value or figure; 0 are stored; the first that is new: 1"},
		{"a lost display", "code\nprint a\nresult 1", "code\nprint a", "cell 1 (print a): it shows 0 values or figures; 1 are stored"},
		{"another kind", "code\nhtml x", "code\nresult x", "cell 1 (result x): it shows execute_result as text/plain; stored is display_data as text/html, text/plain"},
		{"a new error", "code raises-exception\nprint a", "code raises-exception\nfail panic boom\nprint a", "it fails now with panic: boom"},
		{"an error that is gone", "code raises-exception\nfail panic boom", "code raises-exception\n//", "it no longer fails; the stored error is panic: boom"},
		{"another error", "code raises-exception\nfail panic boom", "code raises-exception\nfail deadlock all asleep", "it fails with deadlock: all asleep; the stored error is panic: boom"},
		{"another message", "code raises-exception\nfail panic boom 1", "code raises-exception\nfail panic boom 2", "the error differs"},
		{"timing", "code timing\nprint 5 workers\nsvg <a/>", "code timing\nprint 6 workers\nsvg <b/>", ""},
		{"timing, but nothing printed", "code timing\nprint 5", "code timing\n//", "stdout, which is tagged timing, is empty now"},
		{"timing, but another kind", "code timing\nsvg <a/>", "code timing\nhtml x", "it shows display_data as text/html"},
		{"unordered", "code unordered\nprint a\nprint b", "code unordered\nprint b\nprint a", ""},
		{"unordered, but another line", "code unordered\nprint a\nprint b", "code unordered\nprint b\nprint c", "stdout differs"},
		{"figure", "code\nsvg <a/>", "code\nsvg <b/>", "the figure's SVG differs"},
		{"the csv beside a figure", "code\nsvg <a/>", "code\ncsv x\nsvg <a/>", ""},
		{"figures alike as pictures", "code\npng " + picture(100, 0) + "\nsvg <a/>", "code\npng " + picture(100, 15) + "\nsvg <b/>", ""},
		{"other pictures", "code\npng " + picture(100, 0) + "\nsvg <a/>", "code\npng " + picture(100, 150) + "\nsvg <b/>", "the figure differs: 1.5 % of its pixels are others"},
		{"other sizes", "code\npng " + picture(100, 0) + "\nsvg <a/>", "code\npng " + picture(90, 0) + "\nsvg <b/>", "the figure differs: it is (90,100) pixels, stored is (100,100)"},
		{"skipped", "code skip-execution\nprint a", "code skip-execution\nprint b", ""},
	}
	clean, err := NewClean()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, d := range Notebooks(ran(t, tt.stored), ran(t, tt.fresh), 1, clean) {
				got = append(got, d.String())
			}
			all := strings.Join(got, "\n")
			if (all == "") != (tt.want == "") || !strings.Contains(all, tt.want) {
				t.Errorf("got\n%s\nwant\n%s", all, tt.want)
			}
		})
	}
}

func TestNeverRunAndOutOfOrder(t *testing.T) {
	clean, _ := NewClean()
	cells := []string{"code\nprint a", "code\nprint b"}
	found := Notebooks(notebooktest.Notebook(cells...), ran(t, cells...), 2, clean)
	if len(found) != 2 || !strings.Contains(found[0].What, "none are stored") {
		t.Errorf("never run: %v", found)
	}
	stored := ran(t, cells...)
	stored.Cells[0].Count, stored.Cells[1].Count = 2, 1
	found = Notebooks(stored, ran(t, cells...), 2, clean)
	if len(found) != 1 || !strings.Contains(found[0].String(), "another order of cells: cell 2 was run as number 1") {
		t.Errorf("out of order: %v", found)
	}
	if found = Notebooks(notebooktest.Notebook(cells...), ran(t, cells...), 1, clean); len(found) != 1 {
		t.Errorf("cells that did not run are compared: %v", found)
	}
}

func TestIgnore(t *testing.T) {
	clean, err := NewClean(`^seed .*$`)
	if err != nil {
		t.Fatal(err)
	}
	if found := Notebooks(ran(t, "code\nprint seed 12"), ran(t, "code\nprint seed abc"), 1, clean); len(found) > 0 {
		t.Errorf("ignored text is compared: %v", found)
	}
	if _, err := NewClean("("); err == nil {
		t.Error("a broken expression is taken")
	}
}

func TestLongDiffsAreCut(t *testing.T) {
	var a, b strings.Builder
	for i := range 500 {
		a.WriteString(strings.Repeat("a", i) + "\n")
		b.WriteString(strings.Repeat("b", i) + "\n")
	}
	if got := unified(a.String(), b.String()); strings.Count(got, "\n") > maxDiff+1 || !strings.Contains(got, "more lines") {
		t.Errorf("%d lines", strings.Count(got, "\n"))
	}
}
