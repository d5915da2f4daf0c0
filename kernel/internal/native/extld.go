package native

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// extld is the program the Go linker runs to link. Of its four runs for each
// plugin, three only try whether the C compiler knows a flag: those are answered
// from memory, which halves the time of a plugin. $CC is what it stands for.
const extld = `#!/bin/sh
for last; do :; done
case $last in
*/trivial.c)
	memo=$0.memo/$4
	[ -e "$memo.yes" ] && exit 0
	[ -e "$memo.no" ] && exit 1
	mkdir -p "$0.memo"
	if out=$(%[1]s "$@" 2>&1); then : >"$memo.yes"; exit 0; fi
	: >"$memo.no"
	printf '%%s\n' "$out"
	exit 1 ;;
esac
exec %[1]s "$@"
`

// writeExtld writes the program into the cache and returns its path, and the
// flags that make the C compiler link fast.
func (c *Cache) writeExtld(cc string) (path, flags string, err error) {
	text := fmt.Sprintf(extld, cc)
	path = filepath.Join(c.Dir, "extld-"+Hash(text))
	if !isFile(path) {
		if err := os.WriteFile(path+".new", []byte(text), 0o755); err != nil {
			return "", "", fmt.Errorf("the cache folder can't be written: %w", err)
		}
		if err := os.Rename(path+".new", path); err != nil {
			return "", "", err
		}
	}
	if _, err := exec.LookPath("ld.gold"); err == nil {
		flags = "-fuse-ld=gold"
	}
	return path, flags, nil
}
