package runner

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"songsong/kernel/internal/notebook"
	"songsong/kernel/internal/session"
)

// A Batch runs notebooks, each in a session of its own, and writes them.
type Batch struct {
	Open         func(dir string) (session.Session, error) // starts a session whose cells work in dir
	Jobs         int                                       // notebooks at a time; at least 1
	KeepGoing    bool                                      // run the other notebooks after one failed
	Out          string                                    // folder for the results; "" writes in place
	Figures      string                                    // folder for the figures; "" saves none
	RecordTiming bool                                      // start and end of each cell into its metadata
	Then         func(*notebook.Notebook, *Report) error   // takes the result instead of its being written
	Runner       Runner                                    // settings of each run; its Session is set by Open
}

// Run runs the notebooks and returns a report for each that was started, in
// the order of found. It ends early, and leaves valid files, when ctx is done.
func (b *Batch) Run(ctx context.Context, found []notebook.Found) []*Report {
	var group errgroup.Group
	group.SetLimit(max(b.Jobs, 1))
	reports := make([]*Report, len(found))
	var failed atomic.Bool
	for i, f := range found {
		if ctx.Err() != nil {
			break
		}
		group.Go(func() error {
			if failed.Load() && !b.KeepGoing || ctx.Err() != nil {
				return nil
			}
			reports[i] = b.one(ctx, f)
			if reports[i].Err != nil {
				failed.Store(true)
			}
			return nil
		})
	}
	group.Wait()
	var started []*Report
	for _, r := range reports {
		if r != nil {
			started = append(started, r)
		}
	}
	return started
}

func (b *Batch) one(ctx context.Context, f notebook.Found) *Report {
	watch := b.Runner.watch()
	rep := &Report{Path: f.Path, Start: time.Now()}
	defer func() { watch.NotebookDone(rep) }()
	nb, err := notebook.ReadFile(f.Path)
	if err != nil {
		rep.Err = err
		return rep
	}
	if rep.Err = foreign(nb); rep.Err != nil {
		return rep
	}
	watch.NotebookStarted(f.Path, len(nb.CodeCells()))
	target := b.target(f)
	if b.Then == nil {
		if rep.Err = writable(target); rep.Err != nil { // before minutes of work, not after
			return rep
		}
	}
	if len(nb.CodeCells()) > 0 {
		*rep = *b.execute(ctx, nb, rep)
	}
	if rep.Cells == nil && rep.Err != nil {
		return rep // nothing has run: the file stays as it is
	}
	if b.Then != nil {
		err = b.Then(nb, rep)
	} else {
		err = b.write(nb, rep, target)
	}
	if rep.Err == nil {
		rep.Err = err
	}
	return rep
}

// execute runs the notebook in a session of its own.
func (b *Batch) execute(ctx context.Context, nb *notebook.Notebook, rep *Report) *Report {
	s, err := b.Open(filepath.Dir(nb.Path))
	if err != nil {
		rep.Err = fmt.Errorf("%s: can't start a session: %w", nb.Path, err)
		return rep
	}
	runner := b.Runner
	runner.Session = s
	run := runner.Run(ctx, nb)
	if err := s.Close(); err != nil && run.Err == nil {
		run.Err = fmt.Errorf("%s: the session did not end well: %w", nb.Path, err)
	}
	return run
}

// foreign says that the notebook is written in another language than Go.
func foreign(nb *notebook.Notebook) error {
	language, kernel := nb.Programming()
	if language == "" || strings.EqualFold(language, "go") {
		return nil
	}
	return fmt.Errorf("%s: the notebook is written in %s, not in Go: its kernelspec is %s", nb.Path, language, kernel)
}

func (b *Batch) target(f notebook.Found) string {
	if b.Out == "" {
		return f.Path
	}
	return filepath.Join(b.Out, f.Rel)
}

// writable finds out whether the notebook could be written later.
func writable(path string) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("can't make the folder for the results: %w; --out DIR chooses another", err)
	}
	f, err := os.CreateTemp(dir, ".songsong-*.tmp")
	if err != nil {
		return fmt.Errorf("can't write into the folder %s, so %s would be lost: give --out DIR", dir, filepath.Base(path))
	}
	f.Close()
	return os.Remove(f.Name())
}

func (b *Batch) write(nb *notebook.Notebook, rep *Report, target string) error {
	if b.Figures != "" {
		for _, f := range nb.Figures() {
			changed, err := f.Save(b.Figures)
			rep.Figures = append(rep.Figures, changed...)
			if err != nil {
				return fmt.Errorf("%s: %w", nb.Path, err)
			}
		}
	}
	nb.Lighten(b.Figures != "")
	nb.NameKernel()
	nb.Canonical()
	if b.RecordTiming {
		recordTiming(nb, rep)
	}
	return nb.WriteFile(target)
}

// recordTiming writes the times of the cells where nbclient writes them.
func recordTiming(nb *notebook.Notebook, rep *Report) {
	const iso = "2006-01-02T15:04:05.000000Z07:00"
	cells := nb.CodeCells()
	for _, cr := range rep.Cells {
		if cr.Status == Skipped {
			continue
		}
		c := cells[cr.Number-1]
		if c.Metadata == nil {
			c.Metadata = map[string]any{}
		}
		c.Metadata["execution"] = map[string]any{
			"iopub.status.busy":   cr.Start.UTC().Format(iso),
			"shell.execute_reply": cr.Start.Add(cr.Duration).UTC().Format(iso),
		}
	}
}
