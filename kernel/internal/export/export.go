// Package export makes reports of notebooks that stand alone: one HTML file, a
// PDF, Markdown with its figures, a Go program. Start with [Write].
//
// It shows what the notebook holds and runs nothing. An HTML report loads
// nothing from elsewhere: no script, no font, no picture.
package export

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"songsong/kernel/internal/notebook"
)

// Options say what a report holds.
type Options struct {
	Code    string // "open", "folded" or "hidden"; "" means open
	Paper   string // "A4" or "Letter"; "" means A4
	Browser string // program that prints PDFs; "" looks for Chromium or Chrome
	Figures string // folder with the figures' CSV files, where the notebook holds none; "" means none
	Facts   Facts  // environment box; its zero value leaves the box out
}

// A format is one kind of report.
type format struct {
	name  string
	write func(ctx context.Context, nb *notebook.Notebook, base string, opts Options) (Result, error)
}

var formats = []format{
	{"html", writeHTML},
	{"pdf", writePDF},
	{"md", writeMarkdown},
	{"go", writeGo},
}

// Formats returns the names of the kinds of reports.
func Formats() []string {
	var names []string
	for _, f := range formats {
		names = append(names, f.name)
	}
	return names
}

// A Result is what an export left behind.
type Result struct {
	Files   []string // written, the report first
	Notices []string // what the author may want to mend, such as a reference to a figure that isn't there
}

// Write makes the report of one kind; base is the path of the file without its
// extension. The notebook is not changed.
func Write(ctx context.Context, kind string, nb *notebook.Notebook, base string, opts Options) (Result, error) {
	i := slices.IndexFunc(formats, func(f format) bool { return f.name == kind })
	if i < 0 {
		return Result{}, fmt.Errorf("there is no export to %q; there is %s", kind, strings.Join(Formats(), ", "))
	}
	r, err := formats[i].write(ctx, nb, base, opts)
	if err != nil {
		return r, fmt.Errorf("%s: %w", nb.Path, err)
	}
	return r, nil
}

// save writes a file of a report.
func save(path string, data []byte) error {
	if _, err := notebook.ReplaceFile(path, data); err != nil {
		return fmt.Errorf("can't write the report: %w", err)
	}
	return nil
}

func writeHTML(_ context.Context, nb *notebook.Notebook, base string, opts Options) (Result, error) {
	page, notices, err := HTML(nb, opts)
	if err != nil {
		return Result{}, err
	}
	path := base + ".html"
	return Result{Files: []string{path}, Notices: notices}, save(path, page)
}

// figureCSV returns the data of a figure: from the notebook, else from the
// folder of figures.
func figureCSV(f *notebook.Figure, dir string) []byte {
	if csv := f.Output.Format("text/csv"); csv != "" || dir == "" {
		return []byte(csv)
	}
	data, _ := os.ReadFile(filepath.Join(dir, f.Name+".csv"))
	return data
}
