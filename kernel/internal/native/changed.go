package native

import (
	"context"
	"sort"
	"strings"
)

// Changed lists modules of which packages are loaded in another version than the
// session's module now requires, as "path v1.2.3 (loaded as v1.2.2)".
func (t *Toolchain) Changed(ctx context.Context) ([]string, error) {
	loaded := map[string]string{}
	t.mu.Lock()
	for _, p := range t.packages {
		if p.Module != nil && p.Module.Version != "" {
			loaded[p.Module.Path] = p.Module.Version
		}
	}
	t.mu.Unlock()
	out, err := t.runContext(ctx, t.Module.Dir, "list", "-m", "-f", "{{.Path}} {{.Version}}", "all")
	if err != nil {
		return nil, err
	}
	var changed []string
	for _, line := range strings.Split(out, "\n") {
		path, version, _ := strings.Cut(line, " ")
		if was := loaded[path]; was != "" && version != "" && was != version {
			changed = append(changed, path+" "+version+" (loaded as "+was+")")
		}
	}
	sort.Strings(changed)
	return changed, nil
}
