package notebook

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Bytes returns the notebook as canonical JSON, the bytes that nbformat's own
// writer makes of it: sorted keys, one space of indent, text as lists of
// lines, letters outside ASCII as they are, a new line at the end.
func (nb *Notebook) Bytes() []byte {
	nb.fixIDs()
	root := maps.Clone(nb.extra)
	if root == nil {
		root = map[string]any{}
	}
	cells := make([]any, len(nb.Cells))
	for i, c := range nb.Cells {
		cells[i] = c.json()
	}
	root["cells"] = cells
	root["metadata"] = orEmpty(nb.Metadata)
	root["nbformat"] = 4
	root["nbformat_minor"] = 5
	return append(appendJSON(nil, root, 0), '\n')
}

// Canonical removes what differs from run to run or machine to machine and
// says nothing to the reader: times, the kernel's version, and counts other
// than 1, 2, 3 …
func (nb *Notebook) Canonical() {
	if info, ok := nb.Metadata["language_info"].(map[string]any); ok {
		delete(info, "version")
	}
	n := 0
	for _, c := range nb.Cells {
		delete(c.Metadata, "execution")
		delete(c.Metadata, "ExecuteTime")
		if c.Type != Code || c.Count == 0 {
			continue
		}
		n++
		c.Count = n
		for _, o := range c.Outputs {
			if o.Type == Result {
				o.Count = n
			}
		}
	}
}

// NameKernel says which kernel the notebook is for, if nothing says it.
func (nb *Notebook) NameKernel() {
	if nb.Metadata == nil {
		nb.Metadata = map[string]any{}
	}
	for key, value := range map[string]any{
		"kernelspec":    map[string]any{"name": "songsong", "display_name": "Go (songsong)", "language": "go"},
		"language_info": map[string]any{"name": "go", "mimetype": "text/x-go", "file_extension": ".go", "pygments_lexer": "go"},
	} {
		if _, ok := nb.Metadata[key].(map[string]any); !ok {
			nb.Metadata[key] = value
		}
	}
}

func (c *Cell) json() map[string]any {
	m := maps.Clone(c.extra)
	if m == nil {
		m = map[string]any{}
	}
	m["cell_type"] = c.Type
	m["id"] = c.ID
	m["metadata"] = orEmpty(c.Metadata)
	m["source"] = splitLines(c.Source)
	if c.Attachments != nil {
		m["attachments"] = c.Attachments
	}
	if c.Type == Code {
		outputs := make([]any, len(c.Outputs))
		for i, o := range c.Outputs {
			outputs[i] = o.json()
		}
		m["outputs"] = outputs
		m["execution_count"] = orNull(c.Count)
	}
	return m
}

func (o *Output) json() map[string]any {
	m := maps.Clone(o.extra)
	if m == nil {
		m = map[string]any{}
	}
	m["output_type"] = o.Type
	switch o.Type {
	case Stream:
		m["name"], m["text"] = o.Name, splitLines(o.Text)
	case Display, Result:
		m["data"], m["metadata"] = splitBundle(o.Data), orEmpty(o.Metadata)
		if o.Type == Result {
			m["execution_count"] = orNull(o.Count)
		}
	case Error:
		m["ename"], m["evalue"], m["traceback"] = o.ErrName, o.ErrValue, orList(o.Traceback)
	}
	return m
}

func splitBundle(data map[string]any) map[string]any {
	out := make(map[string]any, len(data))
	for mime, v := range data {
		s, ok := v.(string)
		if ok && (strings.HasPrefix(mime, "text/") || mime == "image/svg+xml" || mime == "application/javascript") {
			v = splitLines(s)
		}
		out[mime] = v
	}
	return out
}

// splitLines cuts s after each line's end, where Python's str.splitlines does.
func splitLines(s string) []any {
	lines := []any{}
	start := 0
	for i, r := range s {
		if i < start {
			continue
		}
		n := 0
		switch r {
		case '\r':
			n = 1
			if strings.HasPrefix(s[i:], "\r\n") {
				n = 2
			}
		case '\n', '\v', '\f', 0x1c, 0x1d, 0x1e:
			n = 1
		case 0x85:
			n = 2
		case '\u2028', '\u2029':
			n = 3
		}
		if n > 0 {
			lines = append(lines, s[start:i+n])
			start = i + n
		}
	}
	if start < len(s) {
		lines = append(lines, s[start:])
	}
	return lines
}

func orEmpty(m map[string]any) map[string]any {
	if m == nil {
		return map[string]any{}
	}
	return m
}

func orList(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

func orNull(count int) any {
	if count == 0 {
		return nil
	}
	return count
}

// WriteFile writes the notebook's [Notebook.Bytes]. The file is replaced as
// a whole, so that it is valid at every moment, and keeps its permissions.
// A file that holds these bytes already is not touched.
func (nb *Notebook) WriteFile(path string) error {
	_, err := ReplaceFile(path, nb.Bytes())
	if err != nil {
		return fmt.Errorf("can't write the notebook: %w", err)
	}
	return nil
}

// ReplaceFile makes the file hold data, through a rename, and reports whether
// it held something else before. Missing folders are made.
func ReplaceFile(path string, data []byte) (changed bool, err error) {
	mode := fs.FileMode(0o644)
	info, err := os.Stat(path)
	if err == nil {
		mode = info.Mode().Perm()
		if info.Size() == int64(len(data)) {
			if old, err := os.ReadFile(path); err == nil && slices.Equal(old, data) {
				return false, nil
			}
		}
		if target, err := filepath.EvalSymlinks(path); err == nil {
			path = target // replace what a link points to, not the link
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return false, err
	}
	return true, writeThroughRename(dir, path, data, mode)
}

func writeThroughRename(dir, path string, data []byte, mode fs.FileMode) error {
	f, err := os.CreateTemp(dir, ".songsong-*.tmp")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(mode), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}
