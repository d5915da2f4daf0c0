package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	nbexport "songsong/kernel/internal/export"
	"songsong/kernel/internal/notebook"
	"songsong/kernel/internal/notebook/runner"
)

const exportUsage = `Usage: songsong export --to html,pdf,md,go [OPTIONS] [PATHS…]

Makes reports of notebooks as they are stored, or, with --run, of a fresh run
that leaves the notebooks as they are. Without --out a report lies beside its
notebook. An HTML report is one file that loads nothing
from elsewhere; a PDF is printed by Chromium or Chrome; Markdown has its figures
in a folder; a Go program runs with "go run", and --to ipynb makes a notebook of
it again.

Exit codes: 0 all written; 1 something could not be written; 2 a wrong call; 130 interrupted.`

func export(args []string) int {
	flags := newFlags("export", exportUsage)
	var e exporter
	var to string
	flags.StringVar(&to, "to", "html", "kinds of reports, `KINDS` with commas between: html, pdf, md, go, ipynb")
	flags.StringVar(&e.out, "out", "", "write the reports into this `DIR`")
	flags.StringVar(&e.opts.Code, "code", "open", "show code `open`, folded or hidden")
	flags.StringVar(&e.opts.Paper, "paper", "A4", "paper of PDFs and prints, `A4` or Letter")
	flags.StringVar(&e.opts.Browser, "browser", "", "`PROGRAM` that prints PDFs, of the Chromium family")
	flags.StringVar(&e.opts.Figures, "figures", "", "`DIR` where \"songsong run --figures\" has left the data of figures")
	flags.BoolVar(&e.run, "run", false, "run the notebooks fresh for the report; their files stay as they are")
	flags.DurationVar(&e.timeout, "timeout", 10*time.Minute, "with --run, longest time for one cell; 0 means no limit")
	paths, code, ok := parse(flags, args)
	if !ok {
		return code
	}
	e.kinds = strings.Split(strings.ReplaceAll(to, " ", ""), ",")
	if said := wrongExport(e.kinds, e.opts); said != "" {
		return misuse("export", "%s", said)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	code = e.all(ctx, paths)
	if ctx.Err() != nil {
		return 130
	}
	return code
}

func wrongExport(kinds []string, opts nbexport.Options) string {
	for _, k := range kinds {
		if k != "ipynb" && !slices.Contains(nbexport.Formats(), k) {
			return fmt.Sprintf("there is no export to %q; there is %s", k, strings.Join(nbexport.Formats(), ", "))
		}
		if k == "ipynb" && len(kinds) > 1 {
			return "--to ipynb makes notebooks of Go programs, and goes with no other kind"
		}
	}
	if !slices.Contains([]string{"open", "folded", "hidden"}, opts.Code) {
		return fmt.Sprintf("--code wants open, folded or hidden; got %q", opts.Code)
	}
	if !slices.Contains([]string{"A4", "Letter"}, opts.Paper) {
		return fmt.Sprintf("--paper wants A4 or Letter; got %q", opts.Paper)
	}
	return ""
}

// An exporter holds the settings of one call.
type exporter struct {
	kinds   []string
	out     string
	run     bool
	timeout time.Duration
	opts    nbexport.Options
	facts   map[string]nbexport.Facts // by folder
}

// all writes every kind of every notebook; one that fails does not keep the
// others back.
func (e *exporter) all(ctx context.Context, paths []string) int {
	if e.kinds[0] == "ipynb" {
		return importAll(paths, e.out)
	}
	found, err := notebook.Find(paths)
	if err != nil {
		return fail("export", err)
	}
	e.facts = map[string]nbexport.Facts{}
	if e.run {
		return e.fresh(ctx, found)
	}
	code := 0
	for _, f := range found {
		nb, err := notebook.ReadFile(f.Path)
		if err != nil {
			code = fail("export", err)
			continue
		}
		code = max(code, e.one(ctx, nb, f, nil))
	}
	return code
}

// fresh runs the notebooks and reports those that ran well.
func (e *exporter) fresh(ctx context.Context, found []notebook.Found) int {
	byPath := map[string]notebook.Found{}
	for _, f := range found {
		byPath[f.Path] = f
	}
	code := 0
	b := runner.Batch{Open: openSession, KeepGoing: true}
	b.Runner.Timeout = e.timeout
	b.Then = func(nb *notebook.Notebook, rep *runner.Report) error {
		if rep.Err == nil {
			nb.Canonical()
			code = max(code, e.one(ctx, nb, byPath[nb.Path], rep))
		}
		return nil
	}
	watch, done := runner.NewProgress(os.Stderr, "ran")
	b.Runner.Watch = watch
	reports := b.Run(ctx, found)
	done()
	return max(code, tell(reports, ctx.Err() != nil))
}

// one writes every kind of report of a notebook; rep is its run, nil if it did not run.
func (e *exporter) one(ctx context.Context, nb *notebook.Notebook, f notebook.Found, rep *runner.Report) int {
	dir := filepath.Dir(f.Path)
	if _, ok := e.facts[dir]; !ok {
		e.facts[dir] = nbexport.ReadFacts(ctx, dir)
	}
	opts := e.opts
	opts.Facts = e.facts[dir]
	if rep != nil {
		opts.Facts.Start, opts.Facts.Took = rep.Start, rep.Duration
	}
	code := 0
	for _, kind := range e.kinds {
		if ctx.Err() != nil {
			return 130
		}
		code = max(code, exportOne(ctx, kind, nb, reportBase(f, e.out), opts))
	}
	return code
}

// reportBase is the path of a report without its extension.
func reportBase(f notebook.Found, out string) string {
	path := f.Path
	if out != "" {
		path = filepath.Join(out, f.Rel)
	}
	return strings.TrimSuffix(path, filepath.Ext(path))
}

func exportOne(ctx context.Context, kind string, nb *notebook.Notebook, base string, opts nbexport.Options) int {
	r, err := nbexport.Write(ctx, kind, nb, base, opts)
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		err = fmt.Errorf("%w; --out DIR writes elsewhere", err)
	}
	if err != nil {
		return fail("export", err)
	}
	fmt.Println(r.Files[0])
	for _, n := range r.Notices {
		fmt.Fprintf(os.Stderr, "%s: %s\n", nb.Path, n)
	}
	return 0
}

// importAll makes notebooks of the Go programs that "--to go" has written.
func importAll(paths []string, out string) int {
	if len(paths) == 0 {
		return misuse("export", "--to ipynb wants the Go programs to make notebooks of")
	}
	code := 0
	for _, path := range paths {
		nb, err := nbexport.ReadGo(path)
		if err != nil {
			code = fail("export", err)
			continue
		}
		target := reportBase(notebook.Found{Path: path, Rel: filepath.Base(path)}, out) + ".ipynb"
		if _, err := os.Stat(target); err == nil && out == "" {
			code = fail("export", fmt.Errorf("%s is there already, with its outputs; --out DIR writes elsewhere", target))
			continue
		}
		if err := nb.WriteFile(target); err != nil {
			code = fail("export", err)
			continue
		}
		fmt.Println(target)
	}
	return code
}
