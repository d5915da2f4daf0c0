// Package kernelspec writes, finds and removes the folders by which Jupyter
// front ends know a kernel.
//
// [Install] writes one, [Find] lists what is there. It never touches the
// kernelspec of another program unless it is told to.
package kernelspec

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

//go:embed assets
var assets embed.FS

// Name is the kernelspec's own name.
const Name = "songsong"

// Compatible are the names that notebooks written for other Go kernels carry.
var Compatible = []string{"go", "gophernotes", "gonb"}

// A Spec is a kernel.json.
type Spec struct {
	Argv          []string          `json:"argv"`
	DisplayName   string            `json:"display_name"`
	Language      string            `json:"language"`
	InterruptMode string            `json:"interrupt_mode"`
	Env           map[string]string `json:"env,omitempty"`
	Metadata      Metadata          `json:"metadata"`
}

// Metadata is what front ends and we ourselves want to know beside.
type Metadata struct {
	Debugger   bool   `json:"debugger"`
	Encryption string `json:"supported_encryption,omitempty"` // what jupyter_client may encrypt the sockets with
	Songsong   string `json:"songsong,omitempty"`             // version that wrote the spec; "" for other programs
}

// New describes the kernel that program is, in the given version. env is set
// when Jupyter starts it.
func New(name, program, version string, env map[string]string) Spec {
	display := "Go (songsong)"
	if name != Name {
		display = fmt.Sprintf("Go (songsong, as %s)", name)
	}
	return Spec{
		Argv:          []string{program, "kernel", "-f", "{connection_file}"},
		DisplayName:   display,
		Language:      "go",
		InterruptMode: "message",
		Env:           env,
		Metadata:      Metadata{Encryption: "curve", Songsong: version},
	}
}

// ErrForeign says that another program's kernelspec has the name.
var ErrForeign = errors.New("another program's kernelspec has that name")

var goodName = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)

// Install writes the spec and the logos to kernels/NAME, and returns what was
// there before: nil, or our older spec. It returns ErrForeign, and writes
// nothing, if another program's is there and replace is false.
func Install(kernels, name string, spec Spec, replace bool) (old *Spec, err error) {
	if !goodName.MatchString(name) {
		return nil, fmt.Errorf("%q can't be a kernelspec's name: use letters, digits, '.', '_' and '-'", name)
	}
	dir := filepath.Join(kernels, name)
	old, err = Read(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case !replace && (err != nil || old.Metadata.Songsong == ""):
		return old, fmt.Errorf("%w: %s", ErrForeign, dir)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return old, fmt.Errorf("the kernelspec can't be written: %w", err)
	}
	logos, err := assets.ReadDir("assets")
	if err != nil {
		return old, err
	}
	for _, f := range logos {
		b, err := assets.ReadFile("assets/" + f.Name())
		if err != nil {
			return old, err
		}
		if err := os.WriteFile(filepath.Join(dir, f.Name()), b, 0o644); err != nil {
			return old, fmt.Errorf("the kernelspec can't be written: %w", err)
		}
	}
	b, err := json.MarshalIndent(spec, "", " ")
	if err != nil {
		return old, err
	}
	if err := os.WriteFile(filepath.Join(dir, "kernel.json"), append(b, '\n'), 0o644); err != nil {
		return old, fmt.Errorf("the kernelspec can't be written: %w", err)
	}
	return old, nil
}

// Read returns the spec in dir. The error is fs.ErrNotExist if there is none.
func Read(dir string) (*Spec, error) {
	b, err := os.ReadFile(filepath.Join(dir, "kernel.json"))
	if err != nil {
		return nil, err
	}
	s := new(Spec)
	if err := json.Unmarshal(b, s); err != nil {
		return nil, fmt.Errorf("%s is not a kernelspec: %w", dir, err)
	}
	return s, nil
}

// Remove deletes kernels/NAME. It returns fs.ErrNotExist if there is none and
// ErrForeign if it is not ours.
func Remove(kernels, name string) error {
	if !goodName.MatchString(name) {
		return fmt.Errorf("%q can't be a kernelspec's name", name)
	}
	dir := filepath.Join(kernels, name)
	spec, err := Read(dir)
	if err != nil {
		return err
	}
	if spec.Metadata.Songsong == "" {
		return fmt.Errorf("%w: %s", ErrForeign, dir)
	}
	return os.RemoveAll(dir)
}

// An Installed is a kernelspec found on this machine.
type Installed struct {
	Name, Dir string
	Spec      Spec
}

// Find lists the kernelspecs in the given kernels folders that are ours or run Go.
func Find(kernels []string) []Installed {
	var found []Installed
	for _, k := range kernels {
		entries, _ := os.ReadDir(k)
		for _, e := range entries {
			dir := filepath.Join(k, e.Name())
			s, err := Read(dir)
			if err == nil && (s.Metadata.Songsong != "" || strings.EqualFold(s.Language, "go")) {
				found = append(found, Installed{e.Name(), dir, *s})
			}
		}
	}
	return found
}
