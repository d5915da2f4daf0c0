package session

import "testing"

func TestSeveralValuesInOrder(t *testing.T) {
	s := openSession(t)
	mustRun(t, s, "x, y := 1, \"two\"\nx, y // both", "1 two")
	mustRun(t, s, "x, y;", "")
	mustRun(t, s, "len(y), func() int { return x }(), []int{1, 2}", "3 1 [1 2]")
	if _, r := run1(t, s, "x,\n\tnosuch"); r.Err == nil || r.Err.Value != "cell [4], line 2, column 2: undefined: nosuch" {
		t.Errorf("an error among the values: %v", r.Err)
	}
	mustRun(t, s, "func f() int { return 7 }\nimport \"fmt\"\nfmt.Print(f())", "7")
}
