package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"songsong/kernel/internal/home"
	"songsong/kernel/internal/jupyterlab"
	"songsong/kernel/internal/kernelspec"
	"songsong/kernel/internal/native"
	"songsong/kernel/internal/notebook"
	"songsong/kernel/internal/progress"
	"songsong/kernel/internal/session"
	"songsong/kernel/internal/source"
)

const labHelp = `songsong lab [DIR | NOTEBOOK] opens the notebooks in JupyterLab.

DIR is by default songsong's own notebooks. The first time it makes a private
Python environment with JupyterLab (needs Python 3.10 or newer and the Python
package index, about half a minute). Ctrl-C ends JupyterLab and its kernels.
Exit code: 0 ended by the reader, 1 could not start or died, 2 a wrong call.`

// lab is "songsong lab".
func lab(args []string) int {
	fs := newFlags("lab", labHelp)
	dir := fs.String("dir", "", "`folder` or notebook to open, as the operand")
	port := fs.Int("port", 0, "`port` on the loopback interface (default: the first free one from 8888 on)")
	noBrowser := fs.Bool("no-browser", false, "open no browser, only print the address")
	prepare := fs.Bool("prepare", false, "install JupyterLab and the kernelspec, open nothing")
	operands, code, ok := parse(fs, args)
	if !ok {
		return code
	}
	if *dir != "" {
		operands = append(operands, *dir)
	}
	if len(operands) > 1 {
		return misuse("lab", "give one folder, not %s", strings.Join(operands, " and "))
	}
	if *port < 0 || *port > 65535 {
		return misuse("lab", "%d is no port: ports go from 1 to 65535", *port)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	o := jupyterlab.Options{Port: *port, Browser: !*noBrowser}
	if err := labTarget(&o, operands); err != nil && !*prepare {
		return fail("lab", err)
	}
	if err := jupyterlab.CheckPort(*port); err != nil { // before the long installation
		return fail("lab", err)
	}
	env, err := prepareLab(ctx, &o)
	if errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "songsong lab: stopped; the next start goes on from here")
		return 1
	} else if err != nil {
		return fail("lab", withoutPython(err))
	}
	if *prepare {
		fmt.Printf("JupyterLab %s is ready in %s\n", jupyterlab.Version, env.Dir)
		return 0
	}
	return serve(ctx, env, o)
}

// labTarget sets the folder to show and the notebook to open.
func labTarget(o *jupyterlab.Options, operands []string) error {
	target := "notebooks"
	if len(operands) == 1 {
		target = operands[0]
	} else if root, err := native.Root(); err == nil {
		target = filepath.Join(root, "notebooks")
	}
	target, err := filepath.Abs(target)
	if err != nil {
		return err
	}
	st, err := os.Stat(target)
	switch {
	case err != nil && len(operands) == 0:
		return fmt.Errorf("there is no folder %s: say which to open, as in \"songsong lab DIR\"", target)
	case err != nil:
		return fmt.Errorf("there is no folder or notebook %s", target)
	case st.IsDir():
		o.Root = target
	default:
		o.Root, o.Open = filepath.Split(target)
	}
	return nil
}

// prepareLab makes the environment, the program and the kernelspec.
func prepareLab(ctx context.Context, o *jupyterlab.Options) (jupyterlab.Env, error) {
	report := progress.New(os.Stderr)
	data, err := home.Data()
	if err != nil {
		return jupyterlab.Env{}, err
	}
	spec, err := ownSpec(ctx, report, kernelspec.Name)
	if err != nil {
		return jupyterlab.Env{}, err
	}
	first := !(jupyterlab.Env{Dir: labEnvDir(data)}).Ready()
	warm := func() {}
	if first {
		warm = warmUp(o.Root)
	}
	env, err := jupyterlab.Make(ctx, labEnvDir(data), report)
	if err != nil {
		return env, err
	}
	if first {
		step := report.Start("compiling what cells need")
		warm()
		step.End(nil)
	}
	o.Log = filepath.Join(data, "log", fmt.Sprintf("lab-%d.log", os.Getpid()))
	o.Config = filepath.Join(data, "jupyterlab-settings")
	_, err = kernelspec.Install(kernelspec.Prefix(env.Dir), kernelspec.Name, spec, true)
	return env, err
}

// warmUp runs a cell in the background, which compiles the executor and the
// packages that every cell needs, and most notebooks: 24 s on two processors that the reader
// would wait for at the first cell. An error will be seen there. wait returns when it is done.
func warmUp(dir string) (wait func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		s, err := openSession(dir)
		if err != nil {
			return
		}
		defer s.Close()
		s.Execute(context.Background(), session.Request{Code: warmCell(dir), Silent: true}, unseen{})
	}()
	return func() { <-done }
}

// warmCell is a cell that imports the packages of songsong that most notebooks in
// a folder and the folders in it import.
func warmCell(dir string) string {
	flat, _ := filepath.Glob(filepath.Join(dir, "*.ipynb"))
	deep, _ := filepath.Glob(filepath.Join(dir, "*", "*.ipynb"))
	all := append(flat, deep...)
	users := map[string]int{}
	for _, path := range all {
		nb, err := notebook.ReadFile(path)
		if err != nil {
			continue // who opens it will see why
		}
		found := map[string]bool{}
		for _, c := range nb.CodeCells() {
			for _, path := range source.ImportPaths(c.Source) {
				found[path] = true
			}
		}
		for path := range found {
			users[path]++
		}
	}
	var imports strings.Builder
	for _, path := range slices.Sorted(maps.Keys(users)) {
		if strings.HasPrefix(path, "songsong/") && 2*users[path] > len(all) {
			fmt.Fprintf(&imports, "import _ %q\n", path)
		}
	}
	return "package main\n\n" + imports.String() + "func main() {}"
}

// unseen is a sink for output that nobody will see.
type unseen struct{}

func (unseen) Started(int)            {}
func (unseen) Stream(_, _ string)     {}
func (unseen) Display(session.Bundle) {}
func (unseen) Result(session.Bundle)  {}
func (unseen) Clear(bool)             {}
func (unseen) Input(context.Context, string, bool) (string, error) {
	return "", errors.New("nobody is there to ask")
}

func labEnvDir(data string) string { return filepath.Join(data, "jupyterlab") }

// ownSpec describes this kernel; it builds the program if it was started by go run.
func ownSpec(ctx context.Context, report *progress.Reporter, name string) (kernelspec.Spec, error) {
	root, err := native.Root()
	if err != nil {
		return kernelspec.Spec{}, err
	}
	env := map[string]string{"SONGSONG_ROOT": root}
	gocmd, err := native.FindGo()
	if err == nil { // Jupyter's server may have another PATH
		env["SONGSONG_GO"] = gocmd
	} else if home.Passing() {
		return kernelspec.Spec{}, err
	}
	var step *progress.Step
	program, err := home.Program(ctx, root, gocmd, func() { step = report.Start("building the kernel") })
	if step != nil {
		step.End(err)
	}
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return kernelspec.New(name, program, version, env), err
}

// withoutPython adds what works all the same.
func withoutPython(err error) error {
	for _, e := range []error{jupyterlab.ErrNoPython, jupyterlab.ErrOldPython, jupyterlab.ErrNoVenv, jupyterlab.ErrOffline} {
		if errors.Is(err, e) {
			return fmt.Errorf("%w; without JupyterLab, \"%s run notebooks\" runs the notebooks", err, calledAs())
		}
	}
	return err
}

// calledAs is what the reader types to start this program.
func calledAs() string {
	if home.Passing() {
		return "go run ./kernel"
	}
	return "songsong"
}

// serve runs JupyterLab until the reader ends it.
func serve(ctx context.Context, env jupyterlab.Env, o jupyterlab.Options) int {
	step := progress.New(os.Stderr).Start("starting JupyterLab " + jupyterlab.Version)
	server, err := jupyterlab.Start(ctx, env, o)
	step.End(err)
	switch {
	case errors.Is(err, context.Canceled):
		return 0
	case err != nil:
		return fail("lab", err)
	}
	fmt.Printf("JupyterLab shows %s at\n\n  %s\n\nCtrl-C ends it.\n", o.Root, server.URL)
	select {
	case <-server.Ended():
	case <-ctx.Done():
		fmt.Fprintln(os.Stderr, "\nending JupyterLab and its kernels (Ctrl-C again: at once)")
		again := make(chan os.Signal, 1)
		signal.Notify(again, os.Interrupt, syscall.SIGTERM)
		done := make(chan struct{})
		go func() {
			server.Stop()
			close(done)
		}()
		select {
		case <-done:
		case <-again:
			server.Kill()
		}
		return 0
	}
	if err := server.Err(); err != nil {
		return fail("lab", err)
	}
	return 0
}
