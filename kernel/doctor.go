package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"songsong/kernel/internal/gopls"
	"songsong/kernel/internal/home"
	"songsong/kernel/internal/jupyterlab"
	"songsong/kernel/internal/kernelspec"
	"songsong/kernel/internal/native"
	"songsong/kernel/internal/progress"
)

const doctorHelp = `songsong doctor says what is there, what is missing, what that limits and how
to get it. With --clear-cache it first removes the compiled cells; with --gopls it
first installs gopls, which makes completion and documentation better.
Exit code: 0 notebooks run (perhaps by the interpreter alone), 1 they do not,
2 a wrong call.`

// A finding is one thing the doctor looked at.
type finding struct {
	what  string
	state state
	found string // version, path
	limit string // what is limited while it is missing, and how to get it
}

type state int

const (
	there    state = iota
	optional       // missing, and nothing essential needs it
	limiting       // missing, and something is limited
	broken         // missing, and notebooks don't run
)

var marks = map[state]string{there: "ok", optional: "-", limiting: "!", broken: "X"}

// doctor is "songsong doctor".
func doctor(args []string) int {
	fs := newFlags("doctor", doctorHelp)
	clear := fs.Bool("clear-cache", false, "remove the compiled cells")
	language := fs.Bool("gopls", false, "install gopls "+gopls.Version+" (about a minute, once)")
	operands, code, ok := parse(fs, args)
	if !ok {
		return code
	}
	if len(operands) > 0 {
		return misuse("doctor", "it takes no %q", operands[0])
	}
	if *clear {
		if err := clearCache(); err != nil {
			return fail("doctor", err)
		}
	}
	if *language {
		if err := installGopls(); err != nil {
			return fail("doctor", err)
		}
	}
	return printFindings(findings())
}

// installGopls installs gopls unless there is one that fits.
func installGopls() error {
	gocmd, err := native.FindGo()
	if err != nil {
		return err
	}
	if _, err := gopls.Find(output(gocmd, "env", "GOVERSION")); !errors.Is(err, gopls.ErrMissing) {
		return err
	}
	step := progress.New(os.Stderr).Start("installing gopls " + gopls.Version)
	_, err = gopls.Install(context.Background(), gocmd, false)
	step.End(err)
	return err
}

func clearCache() error {
	dir, err := home.Cache()
	if err != nil {
		return err
	}
	size := folderSize(dir)
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("the cache can't be removed: %w", err)
	}
	fmt.Printf("removed %s, %s\n\n", dir, megabytes(size))
	return nil
}

// findings looks at everything; takes about half a second.
func findings() []finding {
	all := []finding{{what: "songsong", found: version + ", " + executable()}}
	all = append(all, findSource(), findGo(), findCompiler(), findGopls())
	all = append(all, findCaches()...)
	all = append(all, findPython(), findLab())
	all = append(all, findSpecs()...)
	return append(all,
		findTool("uv", "installing JupyterLab uses venv and pip, which is slower", "pip install uv", "uv", "--version"),
		findTool("chromium", "no PDF export and no browser tests", "Debian: apt install chromium", "chromium", "--version"))
}

func executable() string {
	exe, err := os.Executable()
	if err != nil {
		return err.Error()
	}
	if home.Passing() {
		return "started by go run"
	}
	return exe
}

func findSource() finding {
	f := finding{what: "songsong's source"}
	root, err := native.Root()
	if err != nil {
		f.state, f.limit = broken, err.Error()
		return f
	}
	f.found = root
	return f
}

func findGo() finding {
	f := finding{what: "Go"}
	path, err := native.FindGo()
	if err != nil {
		f.state = limiting
		f.limit = "cells are interpreted only: slower, and not all of Go; install Go 1.26 or newer and put go on the PATH"
		if !home.HasPart("interpreter") {
			f.state = broken
			f.limit = "no cell runs, since songsong-interpreter is not beside songsong either; install Go 1.26 or newer and put go on the PATH"
		}
		return f
	}
	v := output(path, "env", "GOVERSION")
	f.found = strings.TrimPrefix(v, "go") + ", " + path
	var minor int
	if _, err := fmt.Sscanf(v, "go1.%d", &minor); err == nil && minor < 26 {
		f.state, f.limit = limiting, "songsong wants Go 1.26 or newer: install it and put it first on the PATH"
	}
	return f
}

func findCompiler() finding {
	f := finding{what: "C compiler"}
	name := os.Getenv("CC")
	if fields := strings.Fields(name); len(fields) > 0 {
		name = fields[0]
	} else {
		name = "gcc"
	}
	for _, n := range []string{name, "clang"} {
		if path, err := exec.LookPath(n); err == nil {
			f.found = firstLine(output(path, "--version")) + ", " + path
			return f
		}
	}
	f.state = limiting
	f.limit = "cells are interpreted only: slower, and not all of Go; Debian: apt install gcc libc6-dev"
	return f
}

// findGopls looks for the language server; without it completion goes on from
// the types alone.
func findGopls() finding {
	f := finding{what: "gopls", state: optional}
	gocmd, err := native.FindGo()
	if err != nil {
		f.limit = "it needs Go"
		return f
	}
	path, err := gopls.Find(output(gocmd, "env", "GOVERSION"))
	switch why, when := gopls.LastFailure(); {
	case err == nil:
		f.state, f.found = there, gopls.Describe(path)+", "+path
	case !errors.Is(err, gopls.ErrMissing):
		f.limit = err.Error()
	case why != "":
		f.limit = fmt.Sprintf("completion knows less; on %s: %s; %s doctor --gopls tries again", when.Format(time.DateOnly), why, calledAs())
	default:
		f.limit = fmt.Sprintf("completion knows less; a notebook in use installs it in the background, %s doctor --gopls at once, %s=off never", calledAs(), gopls.Switch)
	}
	return f
}

func findCaches() []finding {
	f := finding{what: "compiled cells"}
	if dir, err := home.Cache(); err != nil {
		f.state, f.limit = broken, err.Error()
	} else {
		f.found = fmt.Sprintf("%s of at most %s, %s", megabytes(folderSize(dir)), megabytes((&native.Cache{Dir: dir}).Limit()), dir)
	}
	return []finding{f}
}

func findPython() finding {
	f := finding{what: "Python"}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	p, err := jupyterlab.FindPython(ctx)
	if err != nil {
		f.state, f.limit = limiting, fmt.Sprintf("songsong lab and %%%%python need it: %v", err)
		return f
	}
	f.found = p.Version + ", " + p.Path
	return f
}

func findLab() finding {
	f := finding{what: "JupyterLab"}
	data, err := home.Data()
	if err != nil {
		f.state, f.limit = limiting, err.Error()
		return f
	}
	dir := labEnvDir(data)
	if !(jupyterlab.Env{Dir: dir}).Ready() {
		f.state, f.limit = optional, fmt.Sprintf("%s lab installs %s by itself the first time", calledAs(), jupyterlab.Version)
		return f
	}
	f.found = fmt.Sprintf("%s, %s, %s", jupyterlab.Version, megabytes(folderSize(dir)), dir)
	return f
}

// findSpecs lists the Go kernelspecs; ours must name a program that is there.
func findSpecs() []finding {
	places := kernelspec.All()
	if data, err := home.Data(); err == nil {
		places = append(places, kernelspec.Prefix(labEnvDir(data)))
	}
	var all []finding
	for _, k := range kernelspec.Find(places) {
		f := finding{what: "kernelspec " + k.Name, found: k.Dir}
		switch ours := k.Spec.Metadata.Songsong; {
		case ours == "":
			f.found = "another program's, " + k.Dir
		case len(k.Spec.Argv) == 0 || !runs(k.Spec.Argv[0]):
			f.state = limiting
			f.limit = fmt.Sprintf("the program it names is gone; %s install (or lab) writes it anew", calledAs())
		case ours != version:
			f.state, f.limit = limiting, fmt.Sprintf("it is of songsong %s; %s install writes it anew", ours, calledAs())
		}
		all = append(all, f)
	}
	if len(all) == 0 {
		return []finding{{what: "kernelspecs", state: optional,
			limit: fmt.Sprintf("other Jupyter front ends don't know the kernel yet: %s install", calledAs())}}
	}
	return all
}

func runs(path string) bool {
	_, err := exec.LookPath(path)
	return err == nil
}

func findTool(what, limit, get, name string, args ...string) finding {
	path, err := exec.LookPath(name)
	if err != nil {
		return finding{what: what, state: optional, limit: limit + "; " + get}
	}
	return finding{what: what, found: strings.TrimPrefix(firstLine(output(path, args...)), name+" ") + ", " + path}
}

func output(name string, args ...string) string {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, name, args...).Output()
	if err != nil {
		return "does not run: " + err.Error()
	}
	return strings.TrimSpace(string(out))
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

const width = 80

// printFindings prints the table, 80 columns wide, and returns the exit code.
func printFindings(all []finding) int {
	const head = 24 // mark and what
	worst := there
	for _, f := range all {
		worst = max(worst, f.state)
		text := f.found
		if f.limit != "" {
			text = strings.TrimPrefix(text+": "+f.limit, ": ")
			if f.found == "" && f.state != there {
				text = "missing: " + f.limit
			}
		}
		if h, err := os.UserHomeDir(); err == nil && len(h) > 1 {
			text = strings.ReplaceAll(text, h+string(filepath.Separator), "~/")
		}
		lead := fmt.Sprintf("%-3s%-*s", marks[f.state], head-3, f.what)
		for _, line := range wrap(text, width-head) {
			fmt.Println(strings.TrimRight(lead+line, " "))
			lead = strings.Repeat(" ", head)
		}
	}
	fmt.Println()
	switch worst {
	case broken:
		fmt.Println("Notebooks do not run here: see the lines with X.")
		return 1
	case limiting:
		fmt.Println("Notebooks run here, with limits: see the lines with !.")
	default:
		fmt.Printf("Notebooks run here, at full speed (%s/%s, %d cores).\n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	}
	return 0
}

// wrap breaks text between words into lines of at most n columns; a longer
// word, such as a path, has a line of its own.
func wrap(text string, n int) []string {
	lines := []string{""}
	for _, word := range strings.Fields(text) {
		last := lines[len(lines)-1]
		switch {
		case last == "":
			lines[len(lines)-1] = word
		case len([]rune(last))+1+len([]rune(word)) <= n:
			lines[len(lines)-1] = last + " " + word
		default:
			lines = append(lines, word)
		}
	}
	return lines
}

func megabytes(size int64) string {
	if size < 1e6 {
		return fmt.Sprintf("%d kB", (size+999)/1000)
	}
	return fmt.Sprintf("%d MB", size/1e6)
}

// folderSize is the size of the files in dir, in bytes; 0 if there is none.
func folderSize(dir string) (size int64) {
	filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			if info, err := d.Info(); err == nil {
				size += info.Size()
			}
		}
		return nil
	})
	return size
}
