// Package enginetest holds what cells must do, as texts: one file a behaviour,
// in the folders of testdata. A section "-- n --" is a cell, "-- n.out --" what it
// shows; in "-- n a -b tag:c --" the front end calls it a, says that cell b was
// deleted, and that it has tag c. go test -update writes the outputs anew, as the
// compiler has them.
//
// Every behaviour runs on three tiers, which must show the same: compiled, with
// the interpreter where it can, and by the interpreter alone as on a machine
// without a compiler. A line "skip alone: why" above the first cell says what a
// tier can't do; if it can after all, that is an error too.
package enginetest

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"songsong/kernel/internal/interp/alone"
	"songsong/kernel/internal/session"
)

var update = flag.Bool("update", false, "write the outputs in testdata anew")

// TestMain lets the test binary be the executor of a session without compiler,
// as the songsong program is.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "executor" {
		alone.Main()
	}
	os.Exit(m.Run())
}

// fewest is how many behaviours there must be at least.
const fewest = 150

func TestCells(t *testing.T) {
	files, _ := filepath.Glob("testdata/*/*.txtar")
	if len(files) < fewest {
		t.Fatalf("%d behaviours in testdata, %d are wanted", len(files), fewest)
	}
	for _, tier := range []string{session.TierNative, session.TierBoth, session.TierAlone} {
		t.Run(tier, func(t *testing.T) {
			if *update && tier != session.TierNative {
				t.Skip("the outputs are being written anew")
			}
			if tier != session.TierNative { // they find what it compiled in the cache
				t.Parallel()
			}
			dir := t.TempDir()
			s, err := session.Open(session.Options{Dir: dir, Tier: tier})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			execute(s, "0") // the first cell may say that Go is being prepared
			for _, f := range files {
				name := strings.TrimSuffix(strings.TrimPrefix(filepath.ToSlash(f), "testdata/"), ".txtar")
				t.Run(name, func(t *testing.T) { testFile(t, s, dir, tier, f) })
			}
		})
	}
}

func testFile(t *testing.T, s session.Session, dir, tier, file string) {
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	in := txtar.Parse(data)
	why := skip(in.Comment, tier)
	patience := time.Minute
	if why != "" {
		patience = 5 * time.Second // it may hang
	}
	got := runFile(t, s, dir, in, patience)
	switch same := bytes.Equal(got, data); {
	case same && why != "":
		t.Errorf("%s: it works on tier %s; the line \"skip %[2]s\" is not needed any more", file, tier)
	case same:
	case why != "":
		t.Skip(why)
	case *update:
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("%s\n%s", file, difference(in, txtar.Parse(got)))
	}
}

// difference lists the cells that show something else than the file says.
func difference(want, got *txtar.Archive) string {
	outputs := map[string]string{}
	for _, f := range want.Files {
		outputs[f.Name] = string(f.Data)
	}
	var b strings.Builder
	for _, f := range got.Files {
		if w := outputs[f.Name]; strings.HasSuffix(f.Name, ".out") && w != string(f.Data) {
			fmt.Fprintf(&b, "cell %s shows:\n%swant:\n%s", strings.TrimSuffix(f.Name, ".out"), f.Data, w)
		}
	}
	return b.String()
}

// skip returns why a behaviour can't be had on a tier, "" if it must.
func skip(comment []byte, tier string) string {
	for line := range strings.Lines(string(comment)) {
		if why, ok := strings.CutPrefix(line, "skip "+tier+": "); ok {
			return strings.TrimSpace(why)
		}
	}
	return ""
}

// runFile runs a behaviour's cells in a fresh session and an empty folder, each
// for as long as patience, and returns the file with what they show.
func runFile(t *testing.T, s session.Session, dir string, in *txtar.Archive, patience time.Duration) []byte {
	t.Helper()
	if err := s.Restart(); err != nil {
		t.Fatal(err)
	}
	s.Execute(context.Background(), session.Request{Code: "%cd " + dir, Silent: true}, &recorder{})
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		os.RemoveAll(filepath.Join(dir, e.Name()))
	}
	out := &txtar.Archive{Comment: in.Comment}
	for _, c := range in.Files {
		if strings.HasSuffix(c.Name, ".out") {
			continue
		}
		r := &recorder{}
		stop := time.AfterFunc(patience, s.Interrupt)
		reply := s.Execute(context.Background(), request(c), r)
		stop.Stop()
		out.Files = append(out.Files, c, txtar.File{Name: c.Name + ".out", Data: []byte(r.text(reply))})
	}
	return txtar.Format(out)
}

// request is the cell of a section.
func request(c txtar.File) session.Request {
	req := session.Request{Code: strings.TrimSuffix(string(c.Data), "\n"), StoreHistory: true}
	for _, word := range strings.Fields(c.Name)[1:] {
		if gone, ok := strings.CutPrefix(word, "-"); ok {
			req.Deleted = append(req.Deleted, gone)
		} else if tag, ok := strings.CutPrefix(word, "tag:"); ok {
			req.Tags = append(req.Tags, tag)
		} else {
			req.CellID = word
		}
	}
	return req
}

// A recorder is a sink that writes down what it gets.
type recorder struct {
	mu sync.Mutex
	b  strings.Builder

	preparing atomic.Bool // it was shown that Go is being prepared
}

func (r *recorder) add(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	fmt.Fprintf(&r.b, format, args...)
}

func (r *recorder) Started(int) {}
func (r *recorder) Stream(name, text string) {
	if name == "stderr" {
		text = "stderr| " + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\nstderr| ") + "\n"
	}
	r.add("%s", text)
}
func (r *recorder) Result(b session.Bundle) { r.add("=> %s\n", types(b)) }

// Display leaves out that Go is being prepared: only a busy machine shows it.
func (r *recorder) Display(b session.Bundle) {
	if b.DisplayID == "songsong-prepare" {
		r.preparing.Store(true)
		return
	}
	r.add("display: %s\n", types(b))
}

func (r *recorder) Clear(bool) {
	if !r.preparing.Swap(false) {
		r.add("clear\n")
	}
}

func (r *recorder) Input(ctx context.Context, prompt string, password bool) (string, error) {
	r.add("input: %s\n", prompt)
	return "an answer", nil
}

func types(b session.Bundle) string {
	text := fmt.Sprint(b.Data["text/plain"])
	for _, m := range []string{"text/html", "image/png", "image/svg+xml", "text/markdown", "text/latex", "application/pdf"} {
		if _, ok := b.Data[m]; ok {
			text = m + " " + text
		}
	}
	return text
}

var (
	ansi     = regexp.MustCompile("\x1b\\[[0-9;]*m")
	duration = regexp.MustCompile(`\(\d+\.\d\ds\)`) // of a test
	address  = regexp.MustCompile(`0x[0-9a-f]{6,}`)
)

func (r *recorder) text(reply session.Reply) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if reply.Err != nil {
		fmt.Fprintf(&r.b, "%s\n", strings.Join(reply.Err.Traceback, "\n"))
	}
	s := duration.ReplaceAllString(r.b.String(), "(0.00s)")
	s = address.ReplaceAllString(ansi.ReplaceAllString(s, ""), "0xADDR")
	if s != "" && !strings.HasSuffix(s, "\n") {
		s += "\n"
	}
	return s
}
