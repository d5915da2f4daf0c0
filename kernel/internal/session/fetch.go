package session

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"songsong/kernel/internal/native"
	"songsong/kernel/internal/source"
)

// fetch adds the modules of packages that code imports and no module has, in
// their newest version, unless the reader has switched that off. A module that
// would change another one in use is not added: the session would start afresh.
func (c *run) fetch(ctx context.Context, code string) *Error {
	for _, path := range source.ImportPaths(code) {
		path = source.Alias(path)
		host, _, _ := strings.Cut(path, "/")
		if c.noGet || !strings.Contains(host, ".") || strings.HasPrefix(path, "github.com/janpfeifer/gonb/") {
			continue
		}
		var missing *native.MissingError
		if err := c.tools.Import(ctx, path); !errors.As(err, &missing) {
			continue // there is none to fetch, or the checker says what is wrong
		}
		if err := c.fetchOne(ctx, path); err != nil {
			if ctx.Err() != nil {
				return interrupted(nil)
			}
			return problem("import error", err.Error())
		}
	}
	return nil
}

func (c *run) fetchOne(ctx context.Context, path string) error {
	before, err := readModule(c.tools.Module.Dir)
	if err != nil {
		return err
	}
	c.progress("fetching " + path)
	said, err := c.tools.Get(ctx, path)
	if err != nil {
		before.write()
		return fmt.Errorf("package %s is in no required module, and fetching it failed: %s", path, firstLine(err.Error()))
	}
	changed, err := c.tools.Changed(ctx)
	if err != nil {
		return err
	}
	if len(changed) > 0 && c.used() {
		before.write()
		return fmt.Errorf("package %s needs other versions of modules in use (%s), so the session would start afresh: %%get %s does that", path, strings.Join(changed, ", "), path)
	}
	if len(changed) > 0 {
		if err := c.rebuild(ctx, c.tools.Flags); err != nil {
			return err
		}
	}
	c.out.Stream("stderr", fmt.Sprintf("notice: %s; %%get %s@VERSION chooses another version, %%autoget off fetches none\n", said, path))
	return nil
}

// used reports whether the session holds anything that would be lost.
func (c *run) used() bool {
	c.scopeMu.Lock()
	defer c.scopeMu.Unlock()
	return len(c.scope.Names()) > 0
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return line
}

// moduleFiles are go.mod and go.sum as they were.
type moduleFiles map[string][]byte

func readModule(dir string) (moduleFiles, error) {
	m := moduleFiles{}
	for _, name := range []string{"go.mod", "go.sum"} {
		path := filepath.Join(dir, name)
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		m[path] = text
	}
	return m, nil
}

func (m moduleFiles) write() {
	for path, text := range m {
		os.WriteFile(path, text, 0o644)
	}
}
