package export

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"songsong/kernel/internal/notebook"
)

// printTime is how long a browser may take to print a report.
const printTime = 5 * time.Minute

// browsers are the programs that can print, in the order in which they are tried.
var browsers = []string{
	"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge", "msedge",
	"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
}

// ErrNoBrowser says that there is nothing to print a PDF with.
var ErrNoBrowser = errors.New("a PDF is printed by Chromium or Chrome, and there is none on PATH: install one (apt-get install chromium), name it with --browser, or take --to html and print that")

func findBrowser(name string) (string, error) {
	if name != "" {
		path, err := exec.LookPath(name)
		if err != nil {
			return "", fmt.Errorf("there is no browser %s: %w", name, err)
		}
		return path, nil
	}
	for _, b := range browsers {
		if path, err := exec.LookPath(b); err == nil {
			return path, nil
		}
	}
	return "", ErrNoBrowser
}

// writePDF prints the page that writeHTML writes, with its code unfolded.
func writePDF(ctx context.Context, nb *notebook.Notebook, base string, opts Options) (Result, error) {
	browser, err := findBrowser(opts.Browser)
	if err != nil {
		return Result{}, err
	}
	if opts.Code == "folded" {
		opts.Code = "hidden" // paper can't be unfolded
	}
	page, notices, err := HTML(nb, opts)
	if err != nil {
		return Result{}, err
	}
	dir, err := os.MkdirTemp("", "songsong-pdf-")
	if err != nil {
		return Result{}, err
	}
	defer os.RemoveAll(dir)
	pdf, err := printPage(ctx, browser, dir, page)
	if err != nil {
		return Result{}, err
	}
	path := base + ".pdf"
	return Result{Files: []string{path}, Notices: notices}, save(path, pdf)
}

func printPage(ctx context.Context, browser, dir string, page []byte) ([]byte, error) {
	source, target := filepath.Join(dir, "page.html"), filepath.Join(dir, "page.pdf")
	if err := os.WriteFile(source, page, 0o600); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, printTime)
	defer cancel()
	from := url.URL{Scheme: "file", Path: filepath.ToSlash(source)}
	cmd := exec.CommandContext(ctx, browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
		"--disable-extensions", "--no-first-run", "--user-data-dir="+filepath.Join(dir, "profile"),
		"--no-pdf-header-footer", "--generate-pdf-document-outline", "--print-to-pdf="+target, from.String())
	cmd.WaitDelay = 5 * time.Second
	out, err := cmd.CombinedOutput()
	pdf, readErr := os.ReadFile(target)
	switch {
	case ctx.Err() != nil:
		return nil, fmt.Errorf("printing the PDF did not end within %v", printTime)
	case err != nil || readErr != nil || len(pdf) == 0:
		return nil, fmt.Errorf("%s could not print the PDF: %s", filepath.Base(browser), lastLine(string(out)))
	}
	return pdf, nil
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return lines[len(lines)-1]
}
