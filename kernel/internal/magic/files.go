package magic

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

var fileCommands = []*Spec{
	{Name: "cd", Args: "[folder]", Help: "changes the working folder of cells and commands, or says which it is", Run: changeDir},
	{Name: "env", Args: "[K=V]", Help: "sets an environment variable for cells and commands, or shows what is set", Run: environment},
	{Name: "writefile", Args: "[-a] file", Takes: Text, Help: "writes the rest of the cell into a file; -a appends", Run: writeFile},
	{Name: "capture", Args: "[-a] file", Takes: Rest, Help: "writes what the rest of the cell prints into a file too; -a appends", Run: capture},
}

func changeDir(ctx context.Context, r *Runner, c Command) error {
	if c.Args != "" {
		if err := r.Chdir(r.path(c.Args)); err != nil {
			return &Error{Name: "command failed", Value: err.Error()}
		}
	}
	r.Stream("stdout", r.Dir()+"\n")
	return nil
}

// path makes a path the reader wrote absolute; ~ is the home folder.
func (r *Runner) path(p string) string {
	p = os.Expand(unquote(p), r.variable)
	if p == "~" || strings.HasPrefix(p, "~/") {
		if home, err := os.UserHomeDir(); err == nil {
			p = filepath.Join(home, p[1:])
		}
	}
	if !filepath.IsAbs(p) {
		p = filepath.Join(r.Dir(), p)
	}
	return filepath.Clean(p)
}

// variable is the value of an environment variable as cells see it.
func (r *Runner) variable(name string) string {
	value := os.Getenv(name)
	for _, kv := range r.Env() {
		if k, v, _ := strings.Cut(kv, "="); k == name {
			value = v
		}
	}
	return value
}

func unquote(s string) string {
	if n := len(s); n >= 2 && s[0] == s[n-1] && (s[0] == '"' || s[0] == '\'') {
		return s[1 : n-1]
	}
	return s
}

func environment(ctx context.Context, r *Runner, c Command) error {
	if c.Args == "" {
		r.Stream("stdout", strings.Join(append(r.Env(), ""), "\n"))
		return nil
	}
	key, value, set := strings.Cut(c.Args, "=")
	if !set || strings.ContainsAny(key, " \t") {
		key, value, set = strings.Cut(c.Args, " ")
	}
	key, value = strings.TrimSpace(key), unquote(strings.TrimSpace(value))
	if key == "" {
		return usage(c)
	}
	if set {
		r.Setenv(key, value)
		return nil
	}
	r.Stream("stdout", r.variable(key)+"\n")
	return nil
}

// openFile opens the file a command names, anew or with -a at its end.
func (r *Runner) openFile(c Command) (*os.File, string, error) {
	name, flags := c.Args, os.O_TRUNC
	if rest, ok := strings.CutPrefix(name, "-a "); ok {
		name, flags = strings.TrimSpace(rest), os.O_APPEND
	}
	if name == "" || name == "-a" {
		return nil, "", usage(c)
	}
	f, err := os.OpenFile(r.path(name), os.O_CREATE|os.O_WRONLY|flags, 0o666)
	if err != nil {
		return nil, "", &Error{Name: "command failed", Value: err.Error()}
	}
	return f, name, nil
}

func writeFile(ctx context.Context, r *Runner, c Command) error {
	f, name, err := r.openFile(c)
	if err != nil {
		return err
	}
	body := c.Body
	if body != "" && !strings.HasSuffix(body, "\n") {
		body += "\n"
	}
	_, err = io.WriteString(f, body)
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return &Error{Name: "command failed", Value: err.Error()}
	}
	r.Stream("stdout", fmt.Sprintf("%d bytes written to %s\n", len(body), name))
	return nil
}

func capture(ctx context.Context, r *Runner, c Command) error {
	f, _, err := r.openFile(c)
	if err != nil {
		return err
	}
	defer f.Close()
	stop := r.Capture(f)
	defer stop()
	return r.RunCell(ctx, c.Body)
}
