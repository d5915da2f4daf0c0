package native

import (
	"errors"
	"testing"
)

func TestParseFlags(t *testing.T) {
	for _, c := range []struct {
		words []string
		want  string // as String has it, or the flag that is not taken
	}{
		{nil, ""},
		{[]string{""}, ""},
		{[]string{"-race"}, "-race"},
		{[]string{"--race=true", "-race=false"}, ""},
		{[]string{"-race", "-gcflags=-N", "-l", "-tags=a,b"}, `-race -gcflags="-N -l" -tags=a,b`},
		{[]string{"-gcflags", "-N -l", "-tags", "a b"}, `-gcflags="-N -l" -tags=a,b`},
		{[]string{"-gcflags=-m=2", "-tags="}, `-gcflags="-m=2"`},
		{[]string{"-N"}, "-N"},
		{[]string{"race"}, "race"},
		{[]string{"-race=2"}, "-race=2"},
		{[]string{"-gcflags=-N", "-o", "x"}, "-o"},
		{[]string{"-race", "-ldflags=-s -w"}, "-ldflags"},
		{[]string{"-gcflags=all=-N"}, "-gcflags=all=-N"},
		{[]string{"-gcflags=-p=main"}, "-gcflags=-p"},
		{[]string{"-tags=!a"}, "-tags=!a"},
	} {
		f, err := ParseFlags(c.words)
		got := f.String()
		if refused := (*FlagError)(nil); errors.As(err, &refused) {
			got = refused.Flag
		}
		if got != c.want {
			t.Errorf("%q gives %s (%v), want %s", c.words, got, err, c.want)
		}
	}
}
