package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"songsong/kernel/internal/kernelspec"
	"songsong/kernel/internal/progress"
)

const installHelp = `songsong install writes the kernelspec, so that Jupyter front ends find the kernel.

By default it goes to the user's Jupyter folder. With --compat also under the
names go, gophernotes and gonb, which notebooks written for those kernels carry;
a kernelspec of another program is never replaced without --replace.
Exit code: 0 installed, 1 it could not be written, 2 a wrong call.`

// A place is where kernelspecs go, as the options of install and uninstall say.
type place struct {
	prefix  string
	user    bool
	sys     bool
	name    string
	compat  bool
	replace bool
}

func placeFlags(verb, help string, args []string) (p place, code int, ok bool) {
	fs := newFlags(verb, help)
	fs.BoolVar(&p.user, "user", false, "in the user's Jupyter folder (the default)")
	fs.StringVar(&p.prefix, "prefix", "", "in `folder`/share/jupyter/kernels")
	fs.BoolVar(&p.sys, "sys-prefix", false, "in the active Python environment")
	fs.StringVar(&p.name, "name", kernelspec.Name, "`name` of the kernelspec")
	fs.BoolVar(&p.compat, "compat", false, "also under the names "+strings.Join(kernelspec.Compatible, ", "))
	if verb == "install" {
		fs.BoolVar(&p.replace, "replace", false, "replace another program's kernelspec of that name")
	}
	operands, code, ok := parse(fs, args)
	switch {
	case !ok:
		return p, code, false
	case len(operands) > 0:
		return p, misuse(verb, "it takes no %q", operands[0]), false
	case p.user && p.sys || (p.user || p.sys) && p.prefix != "":
		return p, misuse(verb, "choose one of --user, --prefix and --sys-prefix"), false
	}
	return p, 0, true
}

// kernels returns the kernels folder.
func (p place) kernels() (string, error) {
	switch {
	case p.prefix != "":
		dir, err := filepath.Abs(p.prefix)
		return kernelspec.Prefix(dir), err
	case p.sys:
		out, err := exec.Command("python3", "-c", "import sys; print(sys.prefix)").Output()
		if err != nil {
			return "", errors.New("there is no python3 to ask for its prefix: use --prefix")
		}
		return kernelspec.Prefix(strings.TrimSpace(string(out))), nil
	}
	return kernelspec.User()
}

func (p place) names() []string {
	if p.compat {
		return append([]string{p.name}, kernelspec.Compatible...)
	}
	return []string{p.name}
}

// install is "songsong install".
func install(args []string) int {
	p, code, ok := placeFlags("install", installHelp, args)
	if !ok {
		return code
	}
	kernels, err := p.kernels()
	if err != nil {
		return fail("install", err)
	}
	for i, name := range p.names() {
		spec, err := ownSpec(context.Background(), progress.New(os.Stderr), name)
		if err != nil {
			return fail("install", err)
		}
		old, err := kernelspec.Install(kernels, name, spec, p.replace)
		switch {
		case errors.Is(err, kernelspec.ErrForeign) && i > 0:
			fmt.Printf("kept   %s: it is another program's (--replace replaces it)\n", filepath.Join(kernels, name))
		case errors.Is(err, kernelspec.ErrForeign):
			return fail("install", fmt.Errorf("%w; --replace replaces it, --name chooses another name", err))
		case err != nil:
			return fail("install", err)
		default:
			fmt.Printf("wrote  %s%s\n", filepath.Join(kernels, name), replaced(old))
		}
	}
	return 0
}

// replaced says what a kernelspec has taken the place of.
func replaced(old *kernelspec.Spec) string {
	switch {
	case old == nil:
		return ""
	case old.Metadata.Songsong == "":
		return fmt.Sprintf(", which was another program's (%q)", old.DisplayName)
	case old.Metadata.Songsong != version:
		return ", which was of songsong " + old.Metadata.Songsong
	}
	return ", which was there before"
}

const uninstallHelp = `songsong uninstall removes the kernelspec that install wrote. A kernelspec of
another program is left alone. Exit code: 0 removed, 1 not there, 2 a wrong call.`

// uninstall is "songsong uninstall".
func uninstall(args []string) int {
	p, code, ok := placeFlags("uninstall", uninstallHelp, args)
	if !ok {
		return code
	}
	kernels, err := p.kernels()
	if err != nil {
		return fail("uninstall", err)
	}
	for i, name := range p.names() {
		dir := filepath.Join(kernels, name)
		switch err := kernelspec.Remove(kernels, name); {
		case err == nil:
			fmt.Println("removed", dir)
		case i > 0 && (errors.Is(err, fs.ErrNotExist) || errors.Is(err, kernelspec.ErrForeign)):
		case errors.Is(err, fs.ErrNotExist):
			return fail("uninstall", fmt.Errorf("there is no kernelspec %s; \"songsong doctor\" lists those it finds", dir))
		case errors.Is(err, kernelspec.ErrForeign):
			return fail("uninstall", fmt.Errorf("%s is another program's kernelspec: it is left alone", dir))
		default:
			return fail("uninstall", err)
		}
	}
	return 0
}
