package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"songsong/kernel/internal/limits"
	"songsong/kernel/internal/notebook"
	"songsong/kernel/internal/notebook/runner"
	"songsong/kernel/internal/session"
)

const runUsage = `Usage: songsong run [OPTIONS] [PATHS…]

Runs notebooks from top to bottom, each in a fresh session, and writes their
outputs into them (or into --out). Folders are searched for *.ipynb; no path
means the working directory. The first error that no tag raises-exception
expects ends the run.

Exit codes: 0 all ran; 1 a cell or a notebook failed; 2 a wrong call; 130 interrupted.`

// limitFlags sets limits for every session of this process.
type limitFlags struct{}

func (limitFlags) String() string { return "" }

func (limitFlags) Set(s string) error {
	name, value, _ := strings.Cut(s, "=")
	if err := new(limits.Limits).Set(name, value); err != nil {
		return err
	}
	return os.Setenv("SONGSONG_"+strings.ToUpper(name), value)
}

// limitNames lists the limits with what is usual for each.
func limitNames() string {
	usual := map[string]string{"memory": "4G", "processes": "200", "file": "1G", "output": "10M", "time": "5m"}
	var list []string
	for _, name := range limits.Names() {
		list = append(list, name+"="+usual[name])
	}
	return strings.Join(list, ", ")
}

// params collects repeated --param flags.
type params []runner.Param

func (p *params) String() string { return "" }

func (p *params) Set(s string) error {
	param, err := runner.ParseParam(s)
	*p = append(*p, param)
	return err
}

func run(args []string) int {
	flags := newFlags("run", runUsage)
	b := runner.Batch{Open: openSession}
	var ps params
	var junit, jsonFile string
	var bounds limitFlags
	flags.StringVar(&b.Out, "out", "", "write the notebooks into this `DIR` instead of in place")
	flags.StringVar(&b.Figures, "figures", "", "save every figure into this `DIR` as SVG, PDF, PNG and CSV")
	flags.Var(&ps, "param", "give a parameter another value, `name=value`; may be repeated; needs --out")
	flags.DurationVar(&b.Runner.Timeout, "timeout", 10*time.Minute, "longest time for one cell; 0 means no limit")
	flags.Var(&bounds, "limit", "what cells may use, `name=value`, may be repeated: "+limitNames()+"; $SONGSONG_MEMORY and so on say the same")
	flags.IntVar(&b.Jobs, "jobs", 1, "notebooks to run at a time (timings suffer)")
	flags.BoolVar(&b.KeepGoing, "keep-going", false, "run the other notebooks after one failed")
	flags.StringVar(&junit, "junit", "", "write results and times to this `FILE` as JUnit XML")
	flags.StringVar(&jsonFile, "json", "", "write results and times to this `FILE` as JSON")
	flags.StringVar(&b.Runner.From, "from", "", "replace outputs from this `CELL` on (number, id or label); the cells above run too, for their state, and keep their outputs")
	flags.BoolVar(&b.RecordTiming, "record-timing", false, "write the times of cells into their metadata (the file then differs from run to run)")
	paths, code, ok := parse(flags, args)
	if !ok {
		return code
	}
	b.Runner.Params = ps
	if len(ps) > 0 && b.Out == "" {
		return misuse("run", "--param changes what a notebook computes; give --out DIR, so that the original stays")
	}
	found, err := notebook.Find(paths)
	if err == nil {
		err = shareFigures(b.Figures)
	}
	if err != nil {
		return fail("run", err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	watch, done := runner.NewProgress(os.Stderr, "ran")
	b.Runner.Watch = watch
	reports := b.Run(ctx, found)
	done()
	code = tell(reports, ctx.Err() != nil)
	return max(code, writeReports(reports, junit, jsonFile))
}

// shareFigures tells cells where figures go that they save themselves (plots.Figure.Save).
func shareFigures(dir string) error {
	if dir == "" {
		return nil
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	return os.Setenv("SONGSONG_FIGURES", dir)
}

// openSession starts a session for cells that work in dir.
func openSession(dir string) (session.Session, error) {
	return session.Open(session.Options{Dir: dir})
}

// tell writes what went wrong and returns the exit code.
func tell(reports []*runner.Report, interrupted bool) int {
	code := 0
	for _, r := range reports {
		if r.Err == nil {
			continue
		}
		code = 1
		fmt.Fprintf(os.Stderr, "songsong: %v\n", r.Err)
		var ce *runner.CellError
		if errors.As(r.Err, &ce) && !interrupted {
			if text := ce.Traceback(); text != ce.Cell.Err.Value {
				fmt.Fprintln(os.Stderr, indent(text))
			}
		}
	}
	if interrupted {
		fmt.Fprintln(os.Stderr, "songsong: interrupted; the notebooks hold what had run")
		return 130
	}
	return code
}

func writeReports(reports []*runner.Report, junit, jsonFile string) int {
	var err error
	if junit != "" {
		err = runner.WriteJUnit(junit, reports)
	}
	if jsonFile != "" {
		err = errors.Join(err, runner.WriteJSON(jsonFile, reports))
	}
	if err != nil {
		return fail("run", err)
	}
	return 0
}

func indent(text string) string {
	return "    " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n    ")
}
