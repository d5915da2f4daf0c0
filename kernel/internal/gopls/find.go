package gopls

import (
	"debug/buildinfo"
	"errors"
	"fmt"
	"go/version"
	"os"
	"os/exec"
	"path/filepath"

	"golang.org/x/mod/semver"

	"songsong/kernel/internal/home"
)

// Version is the gopls that [Install] installs; it builds with Go 1.26.
const Version = "v0.23.0"

// oldest is the oldest gopls whose answers songsong is known to understand.
const oldest = "v0.18.0"

const modulePath = "golang.org/x/tools/gopls"

// Switch is the environment variable that says which gopls to use: "off" for
// none, "found" for one that is there, without installing it, or the path of one.
const Switch = "SONGSONG_GOPLS"

// Errors of [Find].
var (
	ErrOff     = errors.New("gopls is switched off by " + Switch + "=off")
	ErrMissing = errors.New("there is no gopls")
)

// Find returns the gopls to use with a Go version ("go1.26.8"): the one that
// [Switch] names, our own, or one on the PATH. It costs about a millisecond.
func Find(goVersion string) (path string, err error) {
	switch p := os.Getenv(Switch); p {
	case "off":
		return "", ErrOff
	case "", "found":
	default:
		return p, usable(p, goVersion)
	}
	why := ErrMissing
	for _, p := range candidates() {
		err := usable(p, goVersion)
		if err == nil {
			return p, nil
		}
		if !errors.Is(err, os.ErrNotExist) {
			why = fmt.Errorf("%w that fits: %w", ErrMissing, err)
		}
	}
	return "", why
}

func candidates() (paths []string) {
	if p, err := ownPath(); err == nil {
		paths = append(paths, p)
	}
	if p, err := exec.LookPath("gopls"); err == nil {
		paths = append(paths, p)
	}
	return paths
}

// ownPath is where [Install] puts gopls.
func ownPath() (string, error) {
	data, err := home.Data()
	return filepath.Join(data, "bin", "gopls"), err
}

// usable says why the gopls at path can't be used with a Go version, nil if it
// can. A gopls built with an older Go does not know the newer one's language.
func usable(path, goVersion string) error {
	info, err := buildinfo.ReadFile(path)
	switch {
	case err != nil:
		return fmt.Errorf("%s is no gopls: %w", path, err)
	case info.Main.Path != modulePath:
		return fmt.Errorf("%s is no gopls", path)
	case semver.IsValid(info.Main.Version) && semver.Compare(info.Main.Version, oldest) < 0:
		return fmt.Errorf("%s is %s, older than %s", path, info.Main.Version, oldest)
	case version.Compare(version.Lang(info.GoVersion), version.Lang(goVersion)) < 0:
		return fmt.Errorf("%s was built with %s, older than the %s of the cells", path, info.GoVersion, goVersion)
	}
	return nil
}

// Describe returns the version of the gopls at path, and the Go it was built with.
func Describe(path string) string {
	info, err := buildinfo.ReadFile(path)
	if err != nil {
		return "unknown"
	}
	return info.Main.Version + " (" + info.GoVersion + ")"
}
