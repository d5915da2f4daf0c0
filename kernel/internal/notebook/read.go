package notebook

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"
)

// ReadFile reads a notebook. Errors name the file and, where it can be said,
// the line or the cell.
func ReadFile(path string) (*Notebook, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("can't read the notebook: %w", err)
	}
	nb, err := Parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	nb.Path = path
	return nb, nil
}

// Parse reads a notebook from its bytes. Cells without an id, or with one that
// is taken, get one made from their text, so the same bytes give the same ids.
func Parse(data []byte) (*Notebook, error) {
	root, err := decode(data)
	if err != nil {
		return nil, err
	}
	if err := checkVersion(root); err != nil {
		return nil, err
	}
	r := reader{fields: root}
	nb := &Notebook{Metadata: r.object("metadata")}
	cells := r.list("cells", true)
	if r.err != nil {
		return nil, r.err
	}
	for i, c := range cells {
		cell, err := parseCell(c)
		if err != nil {
			return nil, fmt.Errorf("cell %d: %w", i+1, err)
		}
		nb.Cells = append(nb.Cells, cell)
	}
	r.drop("nbformat", "nbformat_minor")
	nb.extra = r.fields
	nb.fixIDs()
	return nb, nil
}

func decode(data []byte) (map[string]any, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if err := notJSON(data); err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var root any
	if err := d.Decode(&root); err != nil {
		return nil, jsonError(data, err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("not a notebook: text follows the end of the JSON at line %d", lineAt(data, d.InputOffset()))
	}
	object, ok := root.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("not a notebook: the JSON is %s, want an object", kindOf(root))
	}
	return object, nil
}

// notJSON finds the mishaps that a JSON error would describe badly.
func notJSON(data []byte) error {
	switch {
	case len(bytes.TrimSpace(data)) == 0:
		return errors.New("the file is empty")
	case bytes.HasPrefix(data, []byte("version https://git-lfs")):
		return errors.New("this is a Git LFS pointer, not the notebook; \"git lfs pull\" gets it")
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		return errors.New("the file is in UTF-16; save it as UTF-8")
	}
	if i := bytes.Index(data, []byte("\n<<<<<<< ")); i >= 0 {
		return fmt.Errorf("the file holds an unresolved merge conflict at line %d", lineAt(data, int64(i+1)))
	}
	if i := bytes.IndexByte(data, 0); i >= 0 {
		return fmt.Errorf("the file is damaged: it holds a NUL byte at line %d", lineAt(data, int64(i)))
	}
	if !utf8.Valid(data) {
		return fmt.Errorf("the file is not in UTF-8 (line %d)", lineAt(data, int64(invalidUTF8(data))))
	}
	return nil
}

func invalidUTF8(data []byte) int {
	for i := 0; i < len(data); {
		r, n := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return len(data)
}

func jsonError(data []byte, err error) error {
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("the file is cut off: its JSON does not end (line %d)", lineAt(data, int64(len(data))))
	case errors.As(err, &syntax):
		return fmt.Errorf("not a notebook: %v at line %d", err, lineAt(data, syntax.Offset))
	}
	return fmt.Errorf("not a notebook: %w", err)
}

func lineAt(data []byte, offset int64) int {
	offset = min(max(offset, 0), int64(len(data)))
	return 1 + bytes.Count(data[:offset], []byte("\n"))
}

func checkVersion(root map[string]any) error {
	major, ok := root["nbformat"].(json.Number)
	if !ok {
		if _, ok := root["cells"].([]any); ok {
			return nil // a notebook but for its version
		}
		return errors.New("not a notebook: it has no nbformat and no cells")
	}
	if major != "4" {
		return fmt.Errorf("the notebook is in nbformat %s; convert it with \"jupyter nbconvert --to notebook --nbformat 4\"", major)
	}
	return nil
}

func parseCell(v any) (*Cell, error) {
	fields, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("is %s, want an object", kindOf(v))
	}
	r := reader{fields: fields}
	c := &Cell{
		Type:     r.text("cell_type"),
		ID:       r.text("id"),
		Source:   r.lines("source"),
		Metadata: r.object("metadata"),
	}
	outputs := r.list("outputs", false)
	c.Count = r.number("execution_count")
	c.Attachments = r.object("attachments")
	if r.err != nil {
		return nil, r.err
	}
	switch c.Type {
	case Code, Markdown, Raw:
	case "heading": // of a converted notebook
		c.Type = Markdown
	case "":
		return nil, errors.New("has no cell_type")
	default:
		return nil, fmt.Errorf("has the unknown cell_type %q; want code, markdown or raw", c.Type)
	}
	for i, v := range outputs {
		o, err := parseOutput(v)
		if err != nil {
			return nil, fmt.Errorf("output %d: %w", i+1, err)
		}
		c.Outputs = append(c.Outputs, o)
	}
	c.extra = r.fields
	return c, nil
}

func parseOutput(v any) (*Output, error) {
	fields, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("is %s, want an object", kindOf(v))
	}
	r := reader{fields: fields}
	o := &Output{Type: r.text("output_type")}
	switch o.Type {
	case Stream:
		o.Name, o.Text = r.text("name"), r.lines("text")
	case Display, Result:
		o.Data, o.Metadata = joinBundle(r.object("data")), r.object("metadata")
		o.Count = r.number("execution_count")
	case Error:
		o.ErrName, o.ErrValue = r.text("ename"), r.text("evalue")
		for _, l := range r.list("traceback", false) {
			o.Traceback = append(o.Traceback, fmt.Sprint(l))
		}
	default:
		return nil, fmt.Errorf("has the unknown output_type %q", o.Type)
	}
	o.extra = r.fields
	return o, r.err
}

// joinBundle makes one string of each format that is stored as a list of lines.
func joinBundle(data map[string]any) map[string]any {
	for mime, v := range data {
		list, ok := v.([]any)
		if !ok || isJSON(mime) {
			continue
		}
		if s, err := joinLines(list); err == nil {
			data[mime] = s
		}
	}
	return data
}

func isJSON(mime string) bool {
	return mime == "application/json" || strings.HasPrefix(mime, "application/") && strings.HasSuffix(mime, "+json")
}

func joinLines(list []any) (string, error) {
	var b strings.Builder
	for _, l := range list {
		s, ok := l.(string)
		if !ok {
			return "", fmt.Errorf("holds %s among its lines", kindOf(l))
		}
		b.WriteString(s)
	}
	return b.String(), nil
}

// A reader takes known fields out of a JSON object; the first field of a wrong
// type is its error.
type reader struct {
	fields map[string]any
	err    error
}

func (r *reader) take(name string) any {
	v := r.fields[name]
	delete(r.fields, name)
	return v
}

func (r *reader) drop(names ...string) {
	for _, n := range names {
		delete(r.fields, n)
	}
}

func (r *reader) fail(name string, v any, want string) {
	if r.err == nil {
		r.err = fmt.Errorf("%s is %s, want %s", name, kindOf(v), want)
	}
}

func (r *reader) text(name string) string {
	v := r.take(name)
	s, ok := v.(string)
	if !ok && v != nil {
		r.fail(name, v, "text")
	}
	return s
}

// lines reads text that is stored as a string or as a list of lines.
func (r *reader) lines(name string) string {
	switch v := r.take(name).(type) {
	case nil:
		return ""
	case string:
		return v
	case []any:
		s, err := joinLines(v)
		if err != nil && r.err == nil {
			r.err = fmt.Errorf("%s %w", name, err)
		}
		return s
	default:
		r.fail(name, v, "text or a list of lines")
		return ""
	}
}

func (r *reader) number(name string) int {
	v := r.take(name)
	n, ok := v.(json.Number)
	if !ok {
		if v != nil {
			r.fail(name, v, "a number")
		}
		return 0
	}
	i, err := n.Int64()
	if err != nil {
		r.fail(name, v, "a whole number")
	}
	return int(i)
}

func (r *reader) object(name string) map[string]any {
	v := r.take(name)
	m, ok := v.(map[string]any)
	if !ok && v != nil {
		r.fail(name, v, "an object")
	}
	return m
}

func (r *reader) list(name string, must bool) []any {
	v := r.take(name)
	l, ok := v.([]any)
	switch {
	case !ok && v != nil:
		r.fail(name, v, "a list")
	case v == nil && must && r.err == nil:
		r.err = fmt.Errorf("not a notebook: it has no %s", name)
	}
	return l
}

func kindOf(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case string:
		return "text"
	case json.Number, float64:
		return "a number"
	case bool:
		return "true or false"
	case []any:
		return "a list"
	}
	return "an object"
}
