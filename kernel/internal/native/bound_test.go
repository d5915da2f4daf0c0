package native

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestCacheIsBounded(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	c, err := OpenCache()
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"oldest", "old", "used again", "new"}
	for i, name := range names {
		path := filepath.Join(c.Dir, "plugin", name)
		if err := os.WriteFile(path, make([]byte, 1<<20), 0o755); err != nil {
			t.Fatal(err)
		}
		at := time.Now().Add(time.Duration(i-10) * time.Hour)
		os.Chtimes(path, at, at)
	}
	os.WriteFile(filepath.Join(c.Dir, "module", "go.mod"), []byte("module m\n"), 0o644)
	c.path("plugin", "oldest") // used now
	t.Setenv("SONGSONG_CACHE", "2M")
	c.Trim(0)
	for i, want := range []bool{true, false, false, true} {
		if _, there := c.path("plugin", names[i]); there != want {
			t.Errorf("%s is there: %v", names[i], there)
		}
	}
	if c.Size() != 2<<20 {
		t.Errorf("the cache holds %d bytes", c.Size())
	}
	if !isFile(filepath.Join(c.Dir, "module", "go.mod")) {
		t.Error("the session's module is gone, which holds what was added to it")
	}
}

func TestCacheLimit(t *testing.T) {
	c := &Cache{Dir: t.TempDir()}
	for setting, want := range map[string]int64{"500M": 500 << 20, "1.5G": 3 << 29, "0G": 0} {
		t.Setenv("SONGSONG_CACHE", setting)
		if got := c.Limit(); got != want {
			t.Errorf("SONGSONG_CACHE=%s bounds it to %d, not %d", setting, got, want)
		}
	}
	for _, setting := range []string{"", "much", "G", "-1G"} {
		t.Setenv("SONGSONG_CACHE", setting)
		if got := c.Limit(); got < leastLimit || got > mostLimit {
			t.Errorf("SONGSONG_CACHE=%q bounds it to %d", setting, got)
		}
	}
}
