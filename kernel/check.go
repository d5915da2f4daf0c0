package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"songsong/kernel/internal/notebook"
	"songsong/kernel/internal/notebook/compare"
	"songsong/kernel/internal/notebook/runner"
)

const checkUsage = `Usage: songsong check [OPTIONS] [PATHS…]

Runs notebooks fresh, from top to bottom, and compares what their cells give
with the stored outputs: those that can't come from the code above them are
said, and why. A cell that fails does not end the run. Nothing is written. Durations, addresses, process
numbers and temporary paths may differ; cells with the tag timing may give
other numbers and curves, cells with the tag unordered other orders of lines.

Exit codes: 0 all the same; 1 something differs or failed; 2 a wrong call; 130 interrupted.`

// patterns collects repeated --ignore options.
type patterns []string

func (p *patterns) String() string { return "" }

func (p *patterns) Set(s string) error {
	*p = append(*p, s)
	return nil
}

func check(args []string) int {
	flags := newFlags("check", checkUsage)
	b := runner.Batch{Open: openSession, KeepGoing: true, Runner: runner.Runner{GoOn: true}}
	var ignore patterns
	var junit, jsonFile string
	flags.Var(&ignore, "ignore", "leave matches of this `REGEX` out of the comparison; may be repeated")
	flags.DurationVar(&b.Runner.Timeout, "timeout", 10*time.Minute, "longest time for one cell; 0 means no limit")
	flags.IntVar(&b.Jobs, "jobs", 1, "notebooks to run at a time")
	flags.StringVar(&junit, "junit", "", "write results to this `FILE` as JUnit XML")
	flags.StringVar(&jsonFile, "json", "", "write results to this `FILE` as JSON")
	paths, code, ok := parse(flags, args)
	if !ok {
		return code
	}
	clean, err := compare.NewClean(ignore...)
	if err != nil {
		return misuse("check", "--ignore: %v", err)
	}
	found, err := notebook.Find(paths)
	if err != nil {
		return fail("check", err)
	}
	b.Then = func(fresh *notebook.Notebook, rep *runner.Report) error { return compareStored(fresh, rep, clean) }
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	watch, done := runner.NewProgress(os.Stderr, "checked")
	b.Runner.Watch = watch
	reports := b.Run(ctx, found)
	done()
	if ctx.Err() != nil {
		fmt.Fprintln(os.Stderr, "songsong: interrupted")
		return 130
	}
	for _, r := range reports {
		for _, d := range r.Differences {
			fmt.Printf("%s: %s\n", r.Path, d)
		}
	}
	return max(tell(reports, false), writeReports(reports, junit, jsonFile))
}

// compareStored compares a notebook that has just run with its file.
func compareStored(fresh *notebook.Notebook, rep *runner.Report, clean compare.Clean) error {
	stored, err := notebook.ReadFile(fresh.Path)
	if err != nil {
		return err
	}
	var failed *runner.CellError
	errors.As(rep.Err, &failed)
	why := whyMissing(stored, rep)
	for _, d := range compare.Notebooks(stored, fresh, len(rep.Cells), clean) {
		if failed != nil && d.Number == failed.Cell.Number {
			continue // its error is told anyway
		}
		rep.Differences = append(rep.Differences, d.String()+why[d.Number])
	}
	if failed != nil && why[failed.Cell.Number] != "" {
		rep.Err = fmt.Errorf("%w%s", rep.Err, why[failed.Cell.Number])
	}
	switch n := len(rep.Differences); n {
	case 0:
		return nil
	case 1:
		return fmt.Errorf("%s: the outputs differ from the stored ones in one place", fresh.Path)
	default:
		return fmt.Errorf("%s: the outputs differ from the stored ones in %d places", fresh.Path, n)
	}
}
