// Package home knows where songsong keeps its files on this machine, and puts
// its own program where a kernelspec can name it for good.
//
// Start with [Data] and [Program]. It knows nothing about Jupyter.
package home

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"songsong/kernel/internal/native"
)

// Data returns the folder for what is kept: the program, the JupyterLab
// environment and its logs. It is $XDG_DATA_HOME/songsong, by default
// ~/.local/share/songsong. The folder may not exist yet.
func Data() (string, error) {
	if d := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(d) {
		return filepath.Join(d, "songsong"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil || home == "" {
		return "", errors.New("there is no home folder: set HOME or XDG_DATA_HOME")
	}
	return filepath.Join(home, ".local", "share", "songsong"), nil
}

// Cache returns the folder of what can be made again: compiled cells.
func Cache() (string, error) {
	d, err := os.UserCacheDir()
	if err != nil {
		return "", errors.New("there is no cache folder: set HOME or XDG_CACHE_HOME")
	}
	return filepath.Join(d, "songsong"), nil
}

// cached is a folder of Go's build cache that holds a program.
var cached = regexp.MustCompile(`^[0-9a-f]{64}-d$`)

// Passing reports whether this program is one that "go run" made: its file may
// be gone tomorrow.
func Passing() bool {
	exe, err := os.Executable()
	if err != nil {
		return true
	}
	for _, part := range strings.Split(filepath.Dir(exe), string(filepath.Separator)) {
		if strings.HasPrefix(part, "go-build") || cached.MatchString(part) {
			return true
		}
	}
	return strings.HasSuffix(os.Args[0], ".test")
}

// Program returns a songsong program that stays where it is: this one or, when
// it was started by "go run", one built from the source in root with the go
// command gocmd (about 2 s, some minutes when nothing is compiled yet).
// building is called before a build.
func Program(ctx context.Context, root, gocmd string, building func()) (string, error) {
	if !Passing() {
		return os.Executable()
	}
	data, err := Data()
	if err != nil {
		return "", err
	}
	building()
	program := filepath.Join(data, "bin", "songsong")
	return program, build(ctx, root, gocmd, "./kernel", program)
}

// Part returns the program of kernel/NAME, a part of songsong that is not built
// with it: songsong-NAME beside this program or, built here when it is first asked
// for (up to a minute), in songsong's folder. building is called before a build.
func Part(ctx context.Context, name string, building func()) (string, error) {
	beside, program, err := parts(name)
	if err != nil {
		return "", err
	}
	if isProgram(beside) {
		return beside, nil
	}
	root, err := native.Root()
	if err != nil {
		return "", err
	}
	gocmd, err := native.FindGo()
	switch {
	case err != nil && isProgram(program):
		return program, nil
	case err != nil:
		return "", fmt.Errorf("songsong-%s is not there, and can't be built without Go: where Go is, \"go build -o songsong-%[1]s ./kernel/%[1]s\" makes it; put it beside songsong", name)
	case !isProgram(program):
		building()
	}
	return program, build(ctx, root, gocmd, "./kernel/"+name, program)
}

// HasPart reports whether that program is there already.
func HasPart(name string) bool {
	beside, built, err := parts(name)
	return err == nil && (isProgram(beside) || isProgram(built))
}

// parts says where a part may lie: beside this program, "" if that is to go, and
// in songsong's folder.
func parts(name string) (beside, built string, err error) {
	file := "songsong-" + name
	if exe, err := os.Executable(); err == nil && !Passing() {
		beside = filepath.Join(filepath.Dir(exe), file)
	}
	data, err := Data()
	return beside, filepath.Join(data, "bin", file), err
}

func isProgram(path string) bool {
	st, err := os.Stat(path)
	return err == nil && st.Mode().IsRegular() && st.Mode().Perm()&0o111 != 0
}

// build builds a package of songsong's source to program, at once for those who look.
func build(ctx context.Context, root, gocmd, pkg, program string) error {
	dir := filepath.Dir(program)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("songsong's folder can't be made: %w", err)
	}
	tmp, err := os.MkdirTemp(dir, "build-") // beside the target: a rename must not cross file systems
	if err != nil {
		return fmt.Errorf("songsong's folder can't be written: %w", err)
	}
	defer os.RemoveAll(tmp)
	fresh := filepath.Join(tmp, filepath.Base(program))
	cmd := exec.CommandContext(ctx, gocmd, "build", "-buildvcs=false", "-o", fresh, pkg)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("songsong can't be built from %s: %s", root, lastLine(out, err))
	}
	return os.Rename(fresh, program)
}

func lastLine(out []byte, err error) string {
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if last := lines[len(lines)-1]; last != "" {
		return last
	}
	return err.Error()
}
