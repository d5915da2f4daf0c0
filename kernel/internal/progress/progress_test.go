package progress

import (
	"bytes"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// TestLines: what a step shows where there is no terminal.
func TestLines(t *testing.T) {
	for name, test := range map[string]struct {
		takes time.Duration
		err   error
		want  string
	}{
		"short":  {takes: quiet / 2, want: ""},
		"long":   {takes: 33 * time.Second, want: "building …\nbuilding … 3 of 9, 16 s\nbuilding … 3 of 9, 31 s\nbuilding: done in 33 s\n"},
		"failed": {takes: 2 * time.Second, err: errors.New("no"), want: "building …\n"},
		"hours":  {takes: 61*time.Second + quiet/2, want: "building …\nbuilding … 3 of 9, 16 s\nbuilding … 3 of 9, 31 s\nbuilding … 3 of 9, 46 s\nbuilding … 3 of 9, 1 min 01 s\nbuilding: done in 1 min 01 s\n"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var out bytes.Buffer
				s := New(&out).Start("building")
				s.Part(3, 9)
				time.Sleep(test.takes)
				s.End(test.err)
				if got := out.String(); got != test.want {
					t.Errorf("got %q, want %q", got, test.want)
				}
			})
		})
	}
}

// TestFit: what is cut stays within the columns of a terminal, wide letters too.
func TestFit(t *testing.T) {
	for _, test := range []struct{ got, want string }{
		{Fit("xin chào", 8), "xin chào"},
		{Fit("xin chào bạn", 8), "xin chà…"},
		{Fit("日本語", 5), "日本…"},
		{Fit("ế", 1), "ế"},
		{FitPath("a/b/c.ipynb", 30), "a/b/c.ipynb"},
		{FitPath("notebooks/vi/1-2-thread.ipynb", 20), "…/1-2-thread.ipynb"},
		{FitPath("a-notebook-with-a-long-name.ipynb", 10), "a-noteboo…"},
		{Bar(1, 4, 8), "━━┄┄┄┄┄┄"},
		{Bar(9, 4, 4), "━━━━"},
		{Bar(0, 0, 2), "┄┄"},
	} {
		if test.got != test.want {
			t.Errorf("got %q, want %q", test.got, test.want)
		}
	}
}
