package magic

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/mod/modfile"
)

// workFix makes replace rules in the session's module of the modules that a
// go.work beside it uses, as GoNB's command does.
func workFix(ctx context.Context, r *Runner, c Command) error {
	dir, err := r.Module(ctx)
	if err != nil {
		return err
	}
	work := filepath.Join(dir, "go.work")
	text, err := os.ReadFile(work)
	if errors.Is(err, fs.ErrNotExist) {
		return &Error{Name: "command failed", Value: "there is no go.work in the session's module; !*go work init makes one"}
	}
	if err != nil {
		return err
	}
	file, err := modfile.ParseWork(work, text, nil)
	if err != nil {
		return &Error{Name: "command failed", Value: err.Error()}
	}
	for _, use := range file.Use {
		to := use.Path
		if !filepath.IsAbs(to) {
			to = filepath.Join(dir, to)
		}
		if to == dir {
			continue
		}
		mod, err := os.ReadFile(filepath.Join(to, "go.mod"))
		if err != nil {
			return &Error{Name: "command failed", Value: fmt.Sprintf("go.work uses %s, which is no module: %v", use.Path, err)}
		}
		path := modfile.ModulePath(mod)
		if err := r.child(ctx, "go mod edit", dir, moduleEnv, "", "go", "mod", "edit", "-replace", path+"="+to); err != nil {
			return err
		}
		r.Stream("stdout", fmt.Sprintf("module %s is taken from %s\n", path, to))
	}
	return r.Reload(ctx)
}
