package jupyterlab

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// MinPython is the oldest Python that the pinned JupyterLab runs on, as 3.MinPython.
const MinPython = 10

// A Python is an interpreter found on this machine.
type Python struct {
	Path    string // as sys.executable says
	Version string // "3.11.7"
	Minor   int
	Venv    bool // it can make environments: has venv and ensurepip
}

// Errors that say what to install.
var (
	ErrNoPython  = fmt.Errorf("no Python 3 found: install Python 3.%d or newer (Debian: apt install python3-venv)", MinPython)
	ErrOldPython = fmt.Errorf("only an older Python was found: JupyterLab %s needs 3.%d or newer", Version, MinPython)
	ErrNoVenv    = errors.New("this Python can't make environments: install its venv module (Debian: apt install python3-venv)")
)

const askPython = `
import sys
venv = True
try:
    import venv as _, ensurepip
except ImportError:
    venv = False
print(sys.executable, "%d.%d.%d" % sys.version_info[:3], sys.version_info[1], int(venv and sys.version_info[0] == 3), sep="\n")
`

// FindPython returns the interpreter that environments are made with:
// $SONGSONG_PYTHON, or the first on the PATH that is new enough and has venv.
// Costs about 50 ms for each interpreter tried.
func FindPython(ctx context.Context) (Python, error) {
	names := []string{"python3", "python", "python3.14", "python3.13", "python3.12", "python3.11", "python3.10"}
	if p := os.Getenv("SONGSONG_PYTHON"); p != "" {
		names = []string{p}
	}
	worst := ErrNoPython
	for _, name := range names {
		p, err := ask(ctx, name)
		switch {
		case err != nil:
			continue
		case p.Minor < MinPython:
			if worst == ErrNoPython {
				worst = fmt.Errorf("%w (%s is %s)", ErrOldPython, p.Path, p.Version)
			}
		case !p.Venv:
			worst = fmt.Errorf("%w (%s is %s)", ErrNoVenv, p.Path, p.Version)
		default:
			return p, nil
		}
	}
	return Python{}, worst
}

func ask(ctx context.Context, name string) (Python, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		return Python{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, path, "-I", "-c", askPython).Output()
	if err != nil {
		return Python{}, err
	}
	var p Python
	var venv int
	lines := strings.SplitN(string(bytes.TrimSpace(out)), "\n", 4)
	if len(lines) != 4 {
		return Python{}, fmt.Errorf("%s gave an odd answer", path)
	}
	p.Path, p.Version = lines[0], lines[1]
	if _, err := fmt.Sscan(lines[2]+" "+lines[3], &p.Minor, &venv); err != nil {
		return Python{}, err
	}
	if strings.HasPrefix(p.Version, "2.") {
		p.Minor = 0
	}
	p.Venv = venv == 1
	return p, nil
}
