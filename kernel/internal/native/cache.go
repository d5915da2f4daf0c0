package native

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"time"
)

// A Cache keeps built units and plugins by content. It is bounded: [Cache.Trim]
// removes what was not used for longest.
type Cache struct{ Dir string }

// The cache takes at most a tenth of its disk, within these bounds, in bytes. A
// compiled cell takes about 5 MB.
const leastLimit, mostLimit = 2 << 30, 10 << 30

// recent is what a session that runs may need again: Trim leaves it.
const recent = time.Hour

// Limit is how many bytes [Cache.Trim] leaves: what $SONGSONG_CACHE says ("20G"),
// or a tenth of the disk, but between 2 and 10 GiB.
func (c *Cache) Limit() int64 {
	if n, ok := parseSize(os.Getenv("SONGSONG_CACHE")); ok {
		return n
	}
	return min(max(diskSize(c.Dir)/10, leastLimit), mostLimit)
}

// parseSize reads "500M" or "20G" as bytes.
func parseSize(s string) (int64, bool) {
	units := map[string]int64{"M": 1 << 20, "G": 1 << 30}
	if s == "" || units[s[len(s)-1:]] == 0 {
		return 0, false
	}
	n, err := strconv.ParseFloat(s[:len(s)-1], 64)
	return int64(n * float64(units[s[len(s)-1:]])), err == nil && n >= 0
}

// OpenCache returns the user's cache, $XDG_CACHE_HOME/songsong.
func OpenCache() (*Cache, error) {
	base, err := os.UserCacheDir()
	if err != nil {
		return nil, fmt.Errorf("no cache folder: %w", err)
	}
	c := &Cache{filepath.Join(base, "songsong")}
	for _, d := range []string{"unit", "plugin", "host", "module"} {
		if err := os.MkdirAll(filepath.Join(c.Dir, d), 0o755); err != nil {
			return nil, fmt.Errorf("the cache folder can't be written: %w", err)
		}
	}
	return c, nil
}

// path returns where an entry lies and whether it is there; looking marks it as used.
func (c *Cache) path(kind, name string) (string, bool) {
	p := filepath.Join(c.Dir, kind, name)
	if !isFile(p) {
		return p, false
	}
	now := time.Now()
	os.Chtimes(p, now, now)
	return p, true
}

// Size returns how many bytes the built units, plugins and hosts take.
func (c *Cache) Size() (n int64) {
	for _, e := range c.entries() {
		n += e.size
	}
	return n
}

type entry struct {
	path string
	size int64
	used time.Time
}

func (c *Cache) entries() (out []entry) {
	for _, d := range []string{"unit", "plugin", "host"} {
		filepath.WalkDir(filepath.Join(c.Dir, d), func(p string, de fs.DirEntry, err error) error {
			if err == nil && de.Type().IsRegular() {
				if info, err := de.Info(); err == nil {
					out = append(out, entry{p, info.Size(), info.ModTime()})
				}
			}
			return nil
		})
	}
	return out
}

// Trim removes the entries that were not used for longest until at most limit
// bytes are left; less than 0 removes all. 0 means [Cache.Limit], and leaves what
// was used in the last hour.
func (c *Cache) Trim(limit int64) {
	until := time.Now()
	if limit == 0 {
		limit, until = c.Limit(), until.Add(-recent)
	}
	all, total := c.entries(), int64(0)
	for _, e := range all {
		total += e.size
	}
	sort.Slice(all, func(i, j int) bool { return all[i].used.Before(all[j].used) })
	for _, e := range all {
		if total <= limit || e.used.After(until) {
			return
		}
		if os.Remove(e.path) == nil {
			total -= e.size
		}
	}
}
