// Package python hands values between the Python and the Go cells of a notebook.
//
// A %%python cell calls songsong.put("name", value), or is headed
// %%python --out name; a Go cell then calls [FromPython]. The other way, Go calls
// [ToPython] and Python songsong.get("name"). Values travel as JSON in files of
// the folder $SONGSONG_DATA, which the kernel makes for each session and removes
// at its end: numbers, text, lists and dicts, which Go reads into whatever
// encoding/json can fill; it is no way for gigabytes.
package python

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// FromPython returns the value that Python put under the name, as a T:
//
//	seconds, err := python.FromPython[[]float64]("seconds")
//
// It fails if nothing was put there or if it does not fit into a T. Costs one
// file read and its decoding, about 50 MB/s.
func FromPython[T any](name string) (T, error) {
	var v T
	file, err := path(name)
	if err != nil {
		return v, err
	}
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return v, fmt.Errorf("python: no value %q: call songsong.put(%q, value) in a %%%%python cell first", name, name)
	}
	if err != nil {
		return v, fmt.Errorf("python: %w", err)
	}
	if err := json.Unmarshal(data, &v); err != nil {
		return v, fmt.Errorf("python: the value %q does not fit: %w", name, err)
	}
	return v, nil
}

// ToPython makes v what songsong.get(name) returns in later %%python cells. It
// fails if v can't be written as JSON.
func ToPython(name string, v any) error {
	file, err := path(name)
	if err != nil {
		return err
	}
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("python: the value %q can't be handed on: %w", name, err)
	}
	if err := os.WriteFile(file+".new", data, 0o600); err != nil {
		return fmt.Errorf("python: %w", err)
	}
	if err := os.Rename(file+".new", file); err != nil {
		return fmt.Errorf("python: %w", err)
	}
	return nil
}

// path is the file of a value.
func path(name string) (string, error) {
	dir := os.Getenv("SONGSONG_DATA")
	if dir == "" {
		return "", errors.New("python: values are exchanged in a notebook; outside one, set SONGSONG_DATA to a folder")
	}
	if name == "" || strings.ContainsRune(name, '/') || strings.HasPrefix(name, ".") {
		return "", fmt.Errorf("python: %q can't be the name of a value", name)
	}
	return filepath.Join(dir, name+".json"), nil
}
