package kernelspec

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
)

// User returns the kernels folder of the user, as jupyter_core finds it:
// $JUPYTER_DATA_DIR, else the platform's data folder.
func User() (string, error) {
	if d := os.Getenv("JUPYTER_DATA_DIR"); d != "" {
		return filepath.Join(d, "kernels"), nil
	}
	if d := os.Getenv("XDG_DATA_HOME"); d != "" && runtime.GOOS != "darwin" {
		return filepath.Join(d, "jupyter", "kernels"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil || home == "" {
		return "", errors.New("there is no home folder: set HOME, or use --prefix")
	}
	if runtime.GOOS == "darwin" {
		return filepath.Join(home, "Library", "Jupyter", "kernels"), nil
	}
	return filepath.Join(home, ".local", "share", "jupyter", "kernels"), nil
}

// Prefix returns the kernels folder under an installation prefix such as
// /usr/local or a Python environment.
func Prefix(prefix string) string { return filepath.Join(prefix, "share", "jupyter", "kernels") }

// All returns every kernels folder Jupyter would look in, first match first,
// save those of Python environments that are not active.
func All() []string {
	var all []string
	for _, d := range filepath.SplitList(os.Getenv("JUPYTER_PATH")) {
		all = append(all, filepath.Join(d, "kernels"))
	}
	for _, env := range []string{os.Getenv("VIRTUAL_ENV"), os.Getenv("CONDA_PREFIX")} {
		if env != "" {
			all = append(all, Prefix(env))
		}
	}
	if u, err := User(); err == nil {
		all = append(all, u)
	}
	return append(all, Prefix("/usr/local"), Prefix("/usr"))
}
