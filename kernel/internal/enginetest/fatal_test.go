package enginetest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"songsong/kernel/internal/session"
)

// fatalFiles are the module in which the fatal cells work: a package with C in
// it, and one that ends the program.
var fatalFiles = map[string]string{
	"go.mod":       "module example.com/fatal\n\ngo 1.24\n",
	"crash/c.go":   "package crash\n\n// static void crash(int *p) { *p = 1; }\nimport \"C\"\n\n// Crash writes through a nil pointer, in C.\nfunc Crash() { C.crash(nil) }\n",
	"library/l.go": "package library\n\nimport \"os\"\n\n// Exit ends the program.\nfunc Exit() { os.Exit(4) }\n\n// Panic panics in a goroutine of its own.\nfunc Panic() { go func() { panic(\"a library's\") }(); select {} }\n",
}

// well is what a cell shows that ends well in spite of what it does.
const well = "(nothing; it ends well)"

// fatal are cells that end badly, or never. Whatever one does, the kernel must
// live, the cell must say what happened, and the next cell must work.
var fatal = []struct{ name, code, says string }{
	{"concurrent map writes", "m := map[int]int{}\nvar wg sync.WaitGroup\nfor range 4 { wg.Go(func() { for i := range 1_000_000 { m[i%7] = i } }) }\nwg.Wait()", "concurrent map writes"},
	{"stack overflow", "func over(n int) int { return over(n+1) + 1 }\nover(0)", "stack overflow"},
	{"os.Exit(3)", "os.Exit(3)", "exit status 3"},
	{"os.Exit(3) in a goroutine", "go func() { os.Exit(3) }()\ntime.Sleep(time.Second)", "exit status 3"},
	{"os.Exit(4) in a library", "import \"example.com/fatal/library\"\nlibrary.Exit()", "exit status 4"},
	{"log.Fatal", "log.Fatal(\"fatal words\")", "exit status 1"},
	{"wrong flags", "os.Args = []string{\"cell\", \"-nosuch\"}\nflag.Parse()", "flag provided but not defined"},
	{"runtime.Goexit", "runtime.Goexit()", "Goexit"},
	{"panic", "panic(\"boom\")", "boom"},
	{"panic in a goroutine", "go func() { panic(\"boom\") }()\ntime.Sleep(time.Second)", "boom"},
	{"panic in WaitGroup.Go", "var wg2 sync.WaitGroup\nwg2.Go(func() { panic(\"boom\") })\nwg2.Wait()", "boom"},
	{"panic in time.AfterFunc", "time.AfterFunc(time.Millisecond, func() { panic(\"boom\") })\ntime.Sleep(time.Second)", "boom"},
	{"panic in a function a library calls", "sl := []int{}\ngo sort.Slice([]int{2, 1}, func(i, j int) bool { return sl[5] < 0 })\ntime.Sleep(time.Second)", "index out of range"},
	{"panic in a library's own goroutine", "import \"example.com/fatal/library\"\nlibrary.Panic()", "a library's"},
	{"nil dereference", "var np *struct{ x int }\nnp.x = 1", "nil pointer dereference"},
	{"nil dereference in C", "import \"example.com/fatal/crash\"\ncrash.Crash()", "SIGSEGV"},
	{"wild pointer", "*(*int)(unsafe.Pointer(uintptr(1 << 40))) = 1", "0x10000000000"},
	{"unlock of an unlocked mutex", "var mu sync.Mutex\nmu.Unlock()", "unlock of unlocked mutex"},
	{"64 GiB at once", "big := make([]byte, 64<<30)\nbig[len(big)-1] = 1", "memory"},
	{"memory without end", "var hoard [][]byte\nfor { b := make([]byte, 64<<20); for i := 0; i < len(b); i += 4096 { b[i] = 1 }; hoard = append(hoard, b) }", "memory"},
	{"SIGKILL to itself", "syscall.Kill(os.Getpid(), syscall.SIGKILL)", "killed"},
	{"SIGSEGV to itself", "syscall.Kill(os.Getpid(), syscall.SIGSEGV)\ntime.Sleep(time.Second)", "SIGSEGV"},
	{"SIGTERM to itself", "syscall.Kill(os.Getpid(), syscall.SIGTERM)\ntime.Sleep(time.Second)", "terminated"},
	{"SIGSTOP to itself, then an interrupt", "fmt.Println(\"stopping\")\nsyscall.Kill(os.Getpid(), syscall.SIGSTOP)\ntime.Sleep(time.Hour)", "interrupted"},
	{"fork bomb of a cell", "for { if err := exec.Command(\"sleep\", \"60\").Start(); err != nil { panic(err) } }", "more than the limit of 200"},
	{"fork bomb of a command", "!for i in $(seq 1000); do (sleep 60; sleep 60) & done; wait", "more than the limit of 200"},
	{"a file without end", "f, _ := os.Create(\"endless\")\nfor { if _, err := f.Write(make([]byte, 1<<20)); err != nil { f.Close(); os.Remove(\"endless\"); panic(err) } }", "file too large"},
	{"closing file 1", "syscall.Close(1)\nfmt.Println(\"still heard\")", well},
	{"closing every file", "for fd := 0; fd < 100; fd++ { syscall.Close(fd) }", ""},
	{"no file descriptors left", "var fs []*os.File\nfor { f, err := os.Open(\"/dev/null\"); if err != nil { panic(err) }; fs = append(fs, f) }", "too many open files"},
	{"threads without end", "for { go func() { runtime.LockOSThread(); select {} }() }", "thread"},
	{"1,000,000 goroutines", "var wg3 sync.WaitGroup\nfor range 1_000_000 { wg3.Go(func() { time.Sleep(10 * time.Millisecond) }) }\nwg3.Wait()", well},
	{"deadlock on a channel", "<-make(chan int)", "deadlock"},
	{"deadlock on a mutex", "var mu2 sync.Mutex\nmu2.Lock()\nmu2.Lock()", "deadlock"},
	{"deadlock of two goroutines", "a, b := make(chan int), make(chan int)\ngo func() { a <- 1; <-b }()\nvar wg5 sync.WaitGroup\nwg5.Add(1)\nwg5.Wait()", "deadlock"},
	{"closing a closed channel", "c := make(chan int)\nclose(c)\nclose(c)", "close of closed channel"},
	{"negative WaitGroup", "var wg4 sync.WaitGroup\nwg4.Done()", "negative WaitGroup counter"},
	{"division by zero", "zero := 0\n1 / zero", "divide by zero"},
	{"error that panics", "type bad struct{}\nfunc (bad) Error() string { panic(\"in Error\") }\npanic(bad{})", "panics"},
}

const fatalHead = `# What a cell can't do to the kernel

Made by ` + "`go test ./kernel/internal/enginetest -run Fatal -update`" + `: each cell is followed by a working one.
Cells may use 3 GiB, 200 processes and files of 64 MiB; deadlocks and waits say each goroutine's place too.
Variables are kept, or lost with the process: then the cell names them, and %restore brings them back.
The last column is the time from the end of the cell to the end of the next, working one.

| the cell | shows | variables | next cell |
|---|---|---|---|
`

// TestFatal runs each case, then a working cell, and with -update writes the
// table FATAL.md when all have passed.
func TestFatal(t *testing.T) {
	for name, value := range map[string]string{"MEMORY": "3G", "PROCESSES": "200", "FILE": "64M"} {
		t.Setenv("SONGSONG_"+name, value)
	}
	dir := t.TempDir()
	for name, text := range fatalFiles {
		os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s, err := session.Open(session.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	execute(s, "0")
	var table strings.Builder
	rows := 0
	for _, c := range fatal {
		t.Run(c.name, func(t *testing.T) {
			row := fatalCase(t, s, c.code, c.says)
			fmt.Fprintf(&table, "| %s | %s\n", c.name, row)
			rows++
		})
	}
	if *update && rows == len(fatal) && !t.Failed() {
		if err := replace("FATAL.md", fatalHead+table.String()); err != nil {
			t.Fatal(err)
		}
	}
}

// fatalCase runs one cell and the next, and returns the rest of its row.
func fatalCase(t *testing.T, s session.Session, code, says string) string {
	execute(s, "kept := 41")
	stop := time.AfterFunc(5*time.Minute, s.Interrupt)
	defer stop.Stop()
	out := &plain{}
	if strings.Contains(code, "SIGSTOP") {
		go func() {
			for !strings.Contains(out.String(), "stopping") {
				time.Sleep(10 * time.Millisecond)
			}
			time.Sleep(500 * time.Millisecond)
			s.Interrupt()
		}()
	}
	r := s.Execute(context.Background(), session.Request{Code: code, StoreHistory: true}, out)
	text := out.String()
	ended := time.Now()
	shown, all := text, text
	if r.Err != nil {
		all = ansi.ReplaceAllString(strings.Join(r.Err.Traceback, "\n"), "")
		shown = all
	}
	if says == well {
		if r.Err != nil {
			t.Errorf("it ends with %q", all)
		}
	} else if !strings.Contains(all, says) || says != "" && r.Err == nil {
		t.Errorf("it shows %q, which lacks %q", all, says)
	}
	if got, r := execute(s, "fmt.Println(6 * 7)"); r.Err != nil || got != "42\n" {
		t.Errorf("the next cell gives %q, %v", got, r.Err)
	}
	next := time.Since(ended)
	state := "kept"
	if got, r := execute(s, "kept + 1"); r.Err != nil || got != "=> 42\n" {
		state = "lost"
		if !strings.Contains(all, "These variables are gone: ") || !strings.Contains(all, "kept") {
			t.Errorf("variables were lost, which it does not say: %q", all)
		}
		execute(s, "%restore")
		if got, r := execute(s, "kept + 1"); r.Err != nil || got != "=> 42\n" {
			t.Errorf("%%restore does not bring them back: %q, %v", got, r.Err)
		}
	}
	if shown = firstLines(strings.TrimSpace(shown), 1); strings.HasPrefix(shown, "deadlock") {
		shown += "; " + strings.TrimSpace(firstLines(strings.SplitN(all, "\n", 2)[1], 1))
	}
	if shown == "" {
		shown = well
	}
	return fmt.Sprintf("%s | %s | %d ms |", strings.ReplaceAll(shown, "|", "\\|"), state, next.Milliseconds())
}

// replace writes a file at once: an interrupted test leaves the old one.
func replace(name, text string) error {
	if err := os.WriteFile(name+".new", []byte(text), 0o644); err != nil {
		return err
	}
	return os.Rename(name+".new", name)
}

func execute(s session.Session, code string) (string, session.Reply) {
	out := &plain{}
	r := s.Execute(context.Background(), session.Request{Code: code, StoreHistory: true}, out)
	return out.String(), r
}
