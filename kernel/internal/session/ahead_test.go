package session

import (
	"context"
	"testing"
	"time"
)

// aheadSink answers a cell's question once the next cell is compiled.
type aheadSink struct {
	sink
	s *session
}

func (k *aheadSink) Input(context.Context, string, bool) (string, error) {
	k.s.ahead.Wait()
	return "go on", nil
}

// TestNextCellIsCompiledWhileOneRuns runs a cell that waits until the next one is
// compiled: that one then needs neither compiler nor linker.
func TestNextCellIsCompiledWhileOneRuns(t *testing.T) {
	opened, err := Open(Options{Dir: t.TempDir(), Tier: TierNative})
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	s := opened.(*session)
	unique := "// " + time.Now().String() + "\n" // nothing of this is in the cache
	one := unique + "func f(n int) int { return n + x }\nx := 1\nword, _ := display.Input(\"wait\")"
	two := unique + "type T struct{ n int }\nfor range 3 { x++ }\nfmt.Println(word, f(x), T{1})"
	out := &aheadSink{s: s}
	if r := s.Execute(context.Background(), Request{Code: one, Next: two, StoreHistory: true}, out); r.Err != nil {
		t.Fatal(r.Err.Traceback)
	}
	before := s.tools.Runs()
	mustRun(t, s, two, "go on 8 {1}\n")
	if n := s.tools.Runs() - before; n != 0 {
		t.Errorf("the next cell needed %d runs of the compiler and the linker", n)
	}
	// A next cell with an error, or with commands, disturbs nothing.
	for _, next := range []string{"nosuch", "%who", "x := (", "x := \"text\"\nfunc f() {}"} {
		if r := s.Execute(context.Background(), Request{Code: "fmt.Print()", Next: next, StoreHistory: true}, out); r.Err != nil {
			t.Fatal(r.Err.Traceback)
		}
		s.ahead.Wait()
	}
	mustRun(t, s, "f(x)", "8")
}
