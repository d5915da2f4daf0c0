package export

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/mod/modfile"

	"songsong/kernel/internal/notebook"
	"songsong/plots/machine"
)

// Facts are what the environment box says.
type Facts struct {
	Machine machine.Info
	Modules []string // direct requirements of the notebook's module, "path version"
	Module  string   // the module's own path
	Commit  string   // of the notebook's repository, "" if it has none
	Dirty   bool     // the repository has changes that are not committed
	Made    time.Time

	Start time.Time     // of the run that the report was made of; zero if the outputs were stored before
	Took  time.Duration // of that run
}

// ReadFacts reads the facts for notebooks in dir. Where there is no module or
// no Git repository, these lines are left out. It costs about 20 ms.
func ReadFacts(ctx context.Context, dir string) Facts {
	f := Facts{Machine: machine.Read(), Made: time.Now()}
	f.readModule(dir)
	if out, err := git(ctx, dir, "rev-parse", "--short=12", "HEAD"); err == nil {
		f.Commit = out
		status, _ := git(ctx, dir, "status", "--porcelain", "--untracked-files=no")
		f.Dirty = status != ""
	}
	return f
}

func git(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = dir
	out, err := cmd.Output()
	return string(bytes.TrimSpace(out)), err
}

func (f *Facts) readModule(dir string) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return
	}
	for {
		data, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil {
			f.parseModule(data)
			return
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return
		}
		dir = parent
	}
}

func (f *Facts) parseModule(data []byte) {
	mod, err := modfile.ParseLax("go.mod", data, nil)
	if err != nil || mod.Module == nil {
		return
	}
	f.Module = mod.Module.Mod.Path
	for _, r := range mod.Require {
		if !r.Indirect {
			f.Modules = append(f.Modules, r.Mod.Path+" "+r.Mod.Version)
		}
	}
}

// lines are the lines of the box; none for the zero value.
func (f Facts) lines(nb *notebook.Notebook, w words) []fact {
	if f.Made.IsZero() {
		return nil
	}
	m := f.Machine
	var list []fact
	add := func(name, value string) {
		if value != "" {
			list = append(list, fact{w[name], value})
		}
	}
	cpu := m.CPU
	if m.Virtual {
		cpu += " (" + w["virtual"] + ")"
	}
	add("cpu", strings.TrimSpace(cpu))
	add("cores", cores(m))
	var caches []string
	for _, c := range m.Caches {
		caches = append(caches, c.String())
	}
	add("caches", strings.Join(caches, ", "))
	if m.Memory > 0 {
		add("memory", machine.Bytes(m.Memory))
	}
	add("governor", strings.TrimSpace(m.Governor+turbo(m)))
	add("limits", limits(m))
	add("os", strings.Trim(m.OS+", "+m.Kernel, ", "))
	add("go", strings.TrimSpace(strings.Join([]string{m.GoVersion, m.Arch, m.Level, strings.Join(m.BuildFlags, " ")}, " ")))
	add("gomaxprocs", fmt.Sprint(m.GOMAXPROCS))
	if m.Load >= 0 {
		add("load", fmt.Sprintf("%.2f", m.Load))
	}
	add("modules", strings.Join(f.Modules, ", "))
	commit := f.Commit
	if f.Dirty {
		commit += ", " + w["dirty"]
	}
	add("commit", commit)
	sum := sha256.Sum256(nb.Bytes())
	add("notebook", baseName(nb)+", "+w["hash"]+" "+hex.EncodeToString(sum[:8]))
	if !f.Start.IsZero() {
		end := f.Start.Add(f.Took)
		add("run", fmt.Sprintf("%s – %s (%v)", f.Start.Format("2006-01-02 15:04:05"), end.Format("15:04:05 -07:00"), f.Took.Round(time.Second)))
	}
	add("made", f.Made.Format("2006-01-02 15:04 -07:00"))
	return list
}

func cores(m machine.Info) string {
	s := fmt.Sprint(m.LogicalCores)
	if m.PhysicalCores > 0 && m.PhysicalCores != m.LogicalCores {
		s = fmt.Sprintf("%d (SMT: %d)", m.PhysicalCores, m.LogicalCores)
	}
	if m.NUMANodes > 1 {
		s += fmt.Sprintf(", NUMA: %d", m.NUMANodes)
	}
	return s
}

func turbo(m machine.Info) string {
	if m.Turbo == "" {
		return ""
	}
	return ", turbo " + m.Turbo
}

func limits(m machine.Info) string {
	var parts []string
	if m.CPULimit > 0 {
		parts = append(parts, fmt.Sprintf("%.3g CPU", m.CPULimit))
	}
	if m.MemoryLimit > 0 {
		parts = append(parts, machine.Bytes(m.MemoryLimit))
	}
	return strings.Join(parts, ", ")
}

// baseName is the notebook's file name.
func baseName(nb *notebook.Notebook) string {
	if nb.Path == "" {
		return "notebook"
	}
	return filepath.Base(nb.Path)
}
