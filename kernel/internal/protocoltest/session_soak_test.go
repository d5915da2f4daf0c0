package protocoltest

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"songsong/kernel/internal/jupyter"
	"songsong/kernel/internal/session"
)

var (
	soak       = flag.Int("soak", 60, "cells that TestSessionSoak runs")
	updateSoak = flag.Bool("update-soak", false, "write what TestSessionSoak found into SOAK.md")
)

// What the kernel's own process may grow by, however many cells it runs: it keeps
// the text of each, its history and where its output goes.
const (
	soakGoroutines = 8
	soakFiles      = 8
	soakHeap       = 6 << 10 // bytes a cell
)

// realCells are run round about by the real session, each with what must come of it.
var realCells = []struct{ code, status, stdout, result string }{
	{"a := 41\nb := a + 1", "ok", "", ""},
	{"b", "ok", "", "42"},
	{"func double(n int) int { return n * 2 }\ntype point struct{ x, y int }", "ok", "", ""},
	{"double(b)", "ok", "", "84"},
	{"p := point{1, 2}\nfor range 3 { p.x++ }\np.x", "ok", "", "4"},
	{"for i := range 50 { fmt.Println(\"line\", i) }", "ok", numbered(50), ""},
	{"undefinedName + 1", "error", "", ""},
	{"panic(\"boom\")", "error", "", ""},
	{"display.Show(display.Image(image.NewGray(image.Rect(0, 0, 64, 64))), display.SVG(\"<svg/>\"))", "ok", "", ""},
	{"id := display.UniqueID(\"x\")\ndisplay.ShowID(id, 1)\ndisplay.Update(id, 2)", "ok", "", ""},
	{"var wg sync.WaitGroup\nsum := make(chan int, 100)\nfor i := range 100 { wg.Go(func() { sum <- i }) }\nwg.Wait()\nlen(sum)", "ok", "", "100"},
	{"go func() { time.Sleep(time.Millisecond); fmt.Println(\"late\") }()", "ok", "?", ""},
	{"!echo from a command", "ok", "from a command\n", ""},
	{"a++\na", "ok", "", "42"},
}

// TestSessionSoak runs -soak cells of every kind by the real session, its executor
// and its sockets: definitions, prints, figures, errors, panics, goroutines,
// commands; among them interrupts, ends of the executor, restarts of the session
// and questions. All results must be right, and nothing may be left behind.
func TestSessionSoak(t *testing.T) {
	if testing.Short() || raceEnabled {
		t.Skip("compiles cells")
	}
	real, err := session.Open(session.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	k := Start(t, real, jupyter.Options{History: t.TempDir() + "/history.jsonl"})
	c := k.Client()
	c.Patience = 3 * time.Minute // a cell may wait for a compiler that is busy elsewhere
	for range 2 {                // what is built and loaded once
		for i := range realCells {
			soakCell(t, c, i)
		}
	}
	goroutines, fds, before := runtime.NumGoroutine(), files(t), heap()
	began := time.Now()
	interrupts, deaths, restarts := 0, 0, 0
	for i := range *soak {
		soakCell(t, c, i%len(realCells))
		if i%10 == 0 {
			c.Complete("fmt.Pri", 7)
			c.Inspect("fmt.Println", 8, 0)
			c.KernelInfo("control")
		}
		if (i+1)%len(realCells) != 0 { // what follows loses or needs no variables between rounds
			continue
		}
		switch round := i / len(realCells); {
		case round%4 == 1:
			interrupts++
			soakInterrupt(t, c)
		case round%16 == 2:
			deaths++
			if e := c.Execute("syscall.Kill(os.Getpid(), syscall.SIGKILL)"); e.Status != "error" {
				t.Errorf("the end of the executor is %q", e.Status)
			}
		case round%16 == 7:
			restarts++
			if err := real.Restart(); err != nil {
				t.Fatal(err)
			}
		}
	}
	took := time.Since(began)
	left, open := settle(goroutines)-goroutines, files(t)-fds
	grown := (int64(heap()) - int64(before)) / int64(max(*soak, 1000))
	for _, err := range c.Failures() {
		t.Error(err)
	}
	said := fmt.Sprintf("%d cells, %d interrupts, %d ends of the executor, %d restarts: %v, %v a cell.\nIn the kernel's process: %+d goroutines (bound %d), %+d files (bound %d), %+d bytes of heap a cell (bound %d).\n",
		*soak, interrupts, deaths, restarts, took.Round(time.Second), (took / time.Duration(max(*soak, 1))).Round(time.Millisecond/10),
		left, soakGoroutines, open, soakFiles, grown, soakHeap)
	t.Log(said)
	if left > soakGoroutines || open > soakFiles || grown > soakHeap {
		t.Error("something is left behind")
	}
	if *updateSoak && !t.Failed() {
		text := "# A long session\n\nMade by `go test ./kernel/internal/protocoltest -run SessionSoak -soak N -update-soak -timeout 5h`; all results were right.\n\n" + said
		if err := os.WriteFile("SOAK.md", []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func soakCell(t *testing.T, c *Client, n int) {
	t.Helper()
	cell := realCells[n]
	e := c.Execute(cell.code)
	if e.Status != cell.status || cell.stdout != "?" && e.Stream("stdout") != cell.stdout || e.Result("text/plain") != cell.result {
		t.Fatalf("%q: %s, %q, %q: %.300s", cell.code, e.Status, e.Stream("stdout"), e.Result("text/plain"), e.Reply.Content)
	}
	c.Forget()
}

func soakInterrupt(t *testing.T, c *Client) {
	t.Helper()
	id := c.Submit("fmt.Println(\"asleep\")\ntime.Sleep(time.Hour)")
	c.WaitFor(id, "stream", func(m *Message) bool { return m.Header.MsgType == "stream" })
	c.Interrupt()
	if e := c.Finish(id); e.Status != "error" || !strings.Contains(string(e.Reply.Content), "interrupted") {
		t.Errorf("an interrupted cell ends with %s", e.Reply.Content)
	}
	if e := c.Execute("a"); e.Result("text/plain") != "42" {
		t.Errorf("after an interrupt a is %q", e.Result("text/plain"))
	}
	c.Forget()
}
