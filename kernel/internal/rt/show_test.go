package rt

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestText(t *testing.T) {
	var none func()
	for _, tt := range []struct {
		v    any
		want string
	}{
		{struct{ X, Y int }{3, 4}, "{X:3 Y:4}"},
		{errors.New("no"), "no"},
		{strings.ToUpper, "func(string) string"},
		{none, "<nil>"},
		{make(chan int), "chan int"},
		{make([]int, manyElements), fmt.Sprint(make([]int, manyElements))},
		{make([]int, manyElements+1), strings.TrimSuffix(fmt.Sprint(make([]int, firstElements)), "]") + " … 9001 more]"},
		{strings.Repeat("ệ", maxText), strings.Repeat("ệ", maxText/3) + fmt.Sprintf(" … %d bytes more", 2*maxText)},
	} {
		if got := Text(tt.v); got != tt.want {
			t.Errorf("Text of a %T is %.60q … %q, want %.60q … %q", tt.v, got, got[max(0, len(got)-40):], tt.want, tt.want[max(0, len(tt.want)-40):])
		}
	}
}
