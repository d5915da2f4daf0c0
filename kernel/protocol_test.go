package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"songsong/kernel/internal/protocoltest"
)

// TestKernelProtocol drives the real kernel over its sockets, one session for
// all parts, as a reader would use it.
func TestKernelProtocol(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles cells")
	}
	p := startKernel(t, 0o600)
	c := protocoltest.Dial(t, p.conn)
	c.Patience = 3 * time.Minute // on a busy machine
	for _, part := range []struct {
		name string
		test func(*testing.T, *process, *protocoltest.Client)
	}{
		{"results", kernelResults},
		{"errors", kernelErrors},
		{"abort", kernelAborts},
		{"lines", kernelLines},
		{"goroutines", kernelGoroutines},
		{"goroutines of two cells", kernelManyGoroutines},
		{"output after the cell", kernelLateOutput},
		{"deaf client", kernelDeafClient},
		{"input", kernelInput},
		{"interrupt", kernelInterrupts},
		{"control while a cell runs", kernelControl},
		{"two clients", kernelTwoClients},
		{"death of the executor", kernelSurvives},
	} {
		if !t.Run(part.name, func(t *testing.T) { part.test(t, p, c) }) {
			t.Logf("the kernel said: %s", p.stderr.String())
		}
	}
	for _, err := range c.Failures() {
		t.Error(err)
	}
	c.Shutdown("control", false)
	p.ends(0)
}

// ok runs a cell that must not fail.
func ok(t *testing.T, c *protocoltest.Client, code string, options ...protocoltest.Options) *protocoltest.Execution {
	t.Helper()
	e := c.Execute(code, options...)
	if e.Status != "ok" {
		t.Fatalf("%q: %s, %s: %s", code, e.Status, e.Reply.Text("ename"), e.Reply.Text("evalue"))
	}
	return e
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func kernelResults(t *testing.T, _ *process, c *protocoltest.Client) {
	ok(t, c, "import \"fmt\"\nx := 41")
	e := ok(t, c, "x++\nx", protocoltest.Options{"user_expressions": map[string]string{"double": "2 * x", "bad": "nothing"}})
	equal(t, "result", e.Result("text/plain"), "42")
	equal(t, "count", e.Count, 2)
	var exprs map[string]struct {
		Status string
		Data   map[string]string
	}
	if err := e.Reply.Field("user_expressions", &exprs); err != nil {
		t.Error(err)
	}
	equal(t, "double", exprs["double"].Data["text/plain"], "84")
	equal(t, "bad", exprs["bad"].Status, "error")
	e = ok(t, c, "x = 43\nx", protocoltest.Options{"silent": true})
	equal(t, "silent", strings.Join(e.Types(), " "), "busy idle")
	equal(t, "after silent", ok(t, c, "x").Result("text/plain"), "43")
}

func kernelErrors(t *testing.T, _ *process, c *protocoltest.Client) {
	for code, word := range map[string]string{
		"y := undefinedName":                          "undefined",
		"for {":                                       "expected",
		"panic(\"boom\")":                             "boom",
		"var m map[string]int\nm[\"a\"] = 1":          "nil map",
		"[]int{1}[func() int { return 5 }()]":         "out of range",
		"func() { panic(fmt.Errorf(\"wrapped\")) }()": "wrapped",
	} {
		e := c.Execute(code)
		equal(t, code, e.Status, "error")
		errors := e.Of("error")
		if len(errors) != 1 {
			t.Errorf("%q: %d error messages", code, len(errors))
			continue
		}
		if text := string(errors[0].Content); !strings.Contains(text, word) {
			t.Errorf("%q: %s", code, text)
		}
	}
}

func kernelAborts(t *testing.T, _ *process, c *protocoltest.Client) {
	ids := []string{c.Submit("panic(\"first\")"), c.Submit("x = 1"), c.Submit("x = 2")}
	equal(t, "first", c.Finish(ids[0]).Status, "error")
	equal(t, "second", c.Finish(ids[1]).Status, "aborted")
	equal(t, "third", c.Finish(ids[2]).Status, "aborted")
	equal(t, "x", ok(t, c, "x").Result("text/plain"), "43")
}

func kernelLines(t *testing.T, _ *process, c *protocoltest.Client) {
	var want strings.Builder
	for i := range 100_000 {
		fmt.Fprintln(&want, "line", i)
	}
	e := ok(t, c, "for i := range 100_000 {\n\tfmt.Println(\"line\", i)\n}")
	if e.Stream("stdout") != want.String() {
		t.Error("lines were lost or out of order")
	}
	e = ok(t, c, "fmt.Print(\"a\")\ndisplay.Show(display.HTML(\"<i>b</i>\"))\nfmt.Print(\"c\")")
	equal(t, "order", strings.Join(e.Types(), " "), "busy execute_input stream display_data stream idle")
}

func kernelGoroutines(t *testing.T, _ *process, c *protocoltest.Client) {
	e := ok(t, c, `import "sync"
var wg sync.WaitGroup
for g := range 10_000 {
	wg.Go(func() {
		for i := range 10 {
			fmt.Printf("%d %d\n", g, i)
		}
	})
}
wg.Wait()`)
	next := map[int]int{} // goroutine → line that must come next
	lines := strings.Split(strings.TrimSuffix(e.Stream("stdout"), "\n"), "\n")
	equal(t, "lines", len(lines), 100_000)
	for _, line := range lines {
		var g, i int
		if n, err := fmt.Sscan(line, &g, &i); n != 2 || err != nil || i != next[g] {
			t.Fatalf("the line %q of a goroutine came when its line %d was due", line, next[g])
		}
		next[g]++
	}
}

func kernelLateOutput(t *testing.T, _ *process, c *protocoltest.Client) {
	first := ok(t, c, "go func() {\n\tfor i := range 20 {\n\t\ttime.Sleep(50 * time.Millisecond)\n\t\tfmt.Println(\"late\", i)\n\t}\n}()")
	second := ok(t, c, "fmt.Println(\"second\")\ntime.Sleep(1500 * time.Millisecond)")
	equal(t, "second cell", second.Stream("stdout"), "second\n")
	late := protocoltest.Execution{Messages: c.Seen(first.ID)}
	equal(t, "lines of the first cell", strings.Count(late.Stream("stdout"), "late"), 20)
}

func kernelInput(t *testing.T, _ *process, c *protocoltest.Client) {
	c.OnInput = func(prompt string, password bool) string { return fmt.Sprintf("<%s %v>", prompt, password) }
	defer func() { c.OnInput = nil }()
	e := ok(t, c, "a, _ := display.Input(\"name?\")\nb, _ := display.Password(\"word?\")\na + b")
	equal(t, "answers", e.Result("text/plain"), "<name? false><word? true>")
	c.OnInput = func(string, bool) string { return "12" }
	equal(t, "standard input", ok(t, c, "var n int\nfmt.Scanln(&n)\nn + 1").Result("text/plain"), "13")
	c.OnInput = func(string, bool) string { return "x" }
	e = c.Execute("_, err := display.Input(\"?\")\nerr", protocoltest.Options{"allow_stdin": false})
	if e.Status == "ok" && e.Result("text/plain") == "" {
		t.Error("input was read from a front end that can't be asked")
	}
}

func kernelInterrupts(t *testing.T, _ *process, c *protocoltest.Client) {
	ok(t, c, "kept := 7")
	for _, code := range []string{"for {\n}", "select {}", "time.Sleep(time.Hour)", "for {\n\tfmt.Println(\"flood\")\n}"} {
		id := c.Submit(code)
		c.WaitFor(id, "execute_input", func(m *protocoltest.Message) bool { return m.Header.MsgType == "execute_input" })
		time.Sleep(1500 * time.Millisecond)
		began := time.Now()
		c.Interrupt()
		e := c.Finish(id)
		equal(t, code, e.Status, "error")
		t.Logf("%q stopped after %v", code, time.Since(began))
		equal(t, "kept after "+code, ok(t, c, "kept").Result("text/plain"), "7")
	}
}

func kernelControl(t *testing.T, _ *process, c *protocoltest.Client) {
	id := c.Submit("for t := time.Now(); time.Since(t) < 2*time.Second; {\n}")
	c.WaitFor(id, "execute_input", func(m *protocoltest.Message) bool { return m.Header.MsgType == "execute_input" })
	var took []time.Duration
	for len(took) < 20 {
		began := time.Now()
		c.KernelInfo("control")
		took = append(took, time.Since(began))
		time.Sleep(50 * time.Millisecond)
	}
	slices.Sort(took)
	t.Logf("kernel_info on control: median %v, slowest %v", took[len(took)/2], took[len(took)-1])
	if took[len(took)/2] > 100*time.Millisecond {
		t.Errorf("the median is more than 100 ms")
	}
	equal(t, "status", c.Finish(id).Status, "ok")
}

func kernelTwoClients(t *testing.T, p *process, c *protocoltest.Client) {
	other := protocoltest.Dial(t, p.conn)
	a, b := c.Submit("fmt.Println(\"a\")"), other.Submit("fmt.Println(\"b\", kept)")
	equal(t, "a", c.Finish(a).Stream("stdout"), "a\n")
	equal(t, "b", other.Finish(b).Stream("stdout"), "b 7\n")
	for _, err := range other.Failures() {
		t.Error(err)
	}
}

// What ends the executor does not end the kernel.
func kernelSurvives(t *testing.T, _ *process, c *protocoltest.Client) {
	for _, code := range []string{
		"os.Exit(3)",
		"m := map[int]int{}\nfor range 8 {\n\tgo func() {\n\t\tfor {\n\t\t\tm[1]++\n\t\t}\n\t}()\n}\nselect {}",
		"var f func(n int) int\nf = func(n int) int { return f(n+1) + 1 }\nf(0)",
	} {
		e := c.Execute(code)
		equal(t, code, e.Status, "error")
		equal(t, "next after "+code, ok(t, c, "1 + 1").Result("text/plain"), "2")
	}
}
