package limits

import (
	"testing"
	"time"
)

func TestSet(t *testing.T) {
	var l Limits
	for _, s := range [][2]string{{"memory", "1.5G"}, {"processes", "200"}, {"file", "64MiB"}, {"output", "500k"}, {"time", "90s"}} {
		if err := l.Set(s[0], s[1]); err != nil {
			t.Errorf("%s %s: %v", s[0], s[1], err)
		}
	}
	if want := (Limits{3 << 29, 200, 64 << 20, 500 << 10, 90 * time.Second}); l != want {
		t.Errorf("got %+v, want %+v", l, want)
	}
	for i, want := range []string{"1.5G", "200", "64M", "500K", "1m30s"} {
		if got := Table[i].Value(l); got != want {
			t.Errorf("%s is written %s, not %s", Table[i].Name, got, want)
		}
	}
	for _, s := range [][2]string{{"memory", "much"}, {"memory", "-1"}, {"memory", "NaN"}, {"processes", "1.5"}, {"time", "5"}, {"colour", "1"}, {"file", ""}, {"memory", "9e99T"}} {
		if l.Set(s[0], s[1]) == nil {
			t.Errorf("%s %s is taken", s[0], s[1])
		}
	}
	for _, name := range Names() {
		if err := l.Set(name, "off"); err != nil {
			t.Error(err)
		}
	}
	if l != (Limits{}) {
		t.Errorf("off leaves %+v", l)
	}
}

func TestDefault(t *testing.T) {
	t.Setenv("SONGSONG_MEMORY", "2G")
	t.Setenv("SONGSONG_TIME", "1m")
	l, err := Default(t.TempDir())
	if err != nil || l.Memory != 2<<30 || l.Time != time.Minute || l.Processes < 1000 || l.File == 0 || l.Output == 0 {
		t.Errorf("%+v, %v", l, err)
	}
	t.Setenv("SONGSONG_FILE", "x")
	if _, err := Default("."); err == nil {
		t.Error("a wrong size is taken")
	}
}
