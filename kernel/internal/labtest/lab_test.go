package labtest

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"songsong/kernel/internal/gopls"
	"songsong/kernel/internal/home"
	"songsong/kernel/internal/jupyterlab"
	"songsong/kernel/internal/kernelspec"
	"songsong/kernel/internal/native"
)

// A browserLab is a JupyterLab of our kernel, and the browser to look at it with.
type browserLab struct {
	root, url      string
	chromium, node string
	shots          string
}

// need skips the test, or fails it in CI, for want of what.
func need(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("SONGSONG_CI") != "" {
		t.Fatalf("CI must have %s", what)
	}
	t.Skipf("skipped: no %s", what)
}

// startLab runs JupyterLab on a copy of the folder notebooks (if there is one)
// with its settings, log and kernelspec in temporary folders.
func startLab(t *testing.T) *browserLab {
	t.Helper()
	b := &browserLab{root: t.TempDir(), shots: t.TempDir()}
	if dir := os.Getenv("SONGSONG_SHOTS"); dir != "" {
		b.shots = dir
	}
	b.findTools(t)
	data, err := home.Data()
	if err != nil {
		t.Fatal(err)
	}
	env := jupyterlab.Env{Dir: filepath.Join(data, "jupyterlab")}
	if !env.Ready() {
		need(t, "JupyterLab (go run ./kernel lab --prepare)")
	}
	own := t.TempDir()
	installKernel(t, own)
	config := filepath.Join(own, "config")
	writeSettings(t, config)
	s, err := jupyterlab.Start(t.Context(), env, jupyterlab.Options{
		Root: b.root, Log: filepath.Join(own, "lab.log"), Config: config,
		Env: []string{"JUPYTER_PATH=" + filepath.Join(own, "share", "jupyter"), gopls.Switch + "=found"},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.Stop()
		if t.Failed() {
			log, _ := os.ReadFile(filepath.Join(own, "lab.log"))
			t.Logf("JupyterLab's log:\n%s", log)
		}
	})
	b.url = s.URL
	return b
}

func (b *browserLab) findTools(t *testing.T) {
	t.Helper()
	var err error
	if b.node, err = exec.LookPath("node"); err != nil {
		need(t, "Node.js")
	}
	if _, err := os.Stat("node_modules/playwright-core"); err != nil {
		need(t, "Playwright (npm ci in kernel/internal/labtest)")
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if b.chromium, err = exec.LookPath(name); err == nil {
			return
		}
	}
	need(t, "Chromium")
}

// installKernel builds songsong and writes its kernelspec under dir.
func installKernel(t *testing.T, dir string) {
	t.Helper()
	root, err := native.Root()
	if err != nil {
		t.Fatal(err)
	}
	gocmd, err := native.FindGo()
	if err != nil {
		need(t, "Go toolchain")
	}
	program := filepath.Join(dir, "songsong")
	build := exec.Command(gocmd, "build", "-buildvcs=false", "-o", program, "./kernel")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("songsong does not build: %v\n%s", err, out)
	}
	spec := kernelspec.New(kernelspec.Name, program, "test", map[string]string{"SONGSONG_ROOT": root})
	if _, err := kernelspec.Install(kernelspec.Prefix(dir), kernelspec.Name, spec, true); err != nil {
		t.Fatal(err)
	}
}

// writeSettings makes JupyterLab keep every cell in the page, so that the test
// sees cells that are scrolled away.
func writeSettings(t *testing.T, config string) {
	t.Helper()
	dir := filepath.Join(config, "lab", "user-settings", "@jupyterlab", "notebook-extension")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "tracker.jupyterlab-settings")
	if err := os.WriteFile(file, []byte(`{"windowingMode": "none"}`), 0o644); err != nil {
		t.Fatal(err)
	}
}

// drive plays a scenario of drive.mjs on a notebook and decodes its findings.
func (b *browserLab) drive(t *testing.T, scenario, notebook string, findings any) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, b.node, "drive.mjs", b.chromium, b.url, scenario, notebook, b.shots)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", scenario, err, stderr.Bytes())
	}
	var common struct{ Failure string }
	if err := json.Unmarshal(out, &common); err != nil {
		t.Fatalf("%s: %v in %q", scenario, err, out)
	}
	if common.Failure != "" {
		t.Fatalf("%s of %s: %s (screenshots in %s)", scenario, notebook, common.Failure, b.shots)
	}
	if err := json.Unmarshal(out, findings); err != nil {
		t.Fatal(err)
	}
}

// scratch has the cells that the scenarios interrupt and help work on.
const scratch = `{"cells": [
 {"cell_type": "code", "id": "a", "metadata": {}, "execution_count": null, "outputs": [], "source": ["import \"strings\"\n", "answer := 41\n", "strings.Repeat(\"go\", 2)"]},
 {"cell_type": "code", "id": "b", "metadata": {}, "execution_count": null, "outputs": [], "source": ["for {\n", "}"]},
 {"cell_type": "code", "id": "c", "metadata": {}, "execution_count": null, "outputs": [], "source": ["answer + 1"]},
 {"cell_type": "code", "id": "d", "metadata": {}, "execution_count": null, "outputs": [], "source": []}
], "metadata": {"kernelspec": {"name": "songsong", "display_name": "Go (songsong)", "language": "go"}, "language_info": {"name": "go"}}, "nbformat": 4, "nbformat_minor": 5}
`

// background has a cell that leaves a goroutine behind, and one that runs meanwhile.
const background = `{"cells": [
 {"cell_type": "code", "id": "a", "metadata": {}, "execution_count": null, "outputs": [], "source": ["go func() {\n", "\tfor i := range 20 {\n", "\t\ttime.Sleep(300 * time.Millisecond)\n", "\t\tfmt.Println(\"background\", i)\n", "\t}\n", "}()"]},
 {"cell_type": "code", "id": "b", "metadata": {}, "execution_count": null, "outputs": [], "source": ["for i := range 5 {\n", "\tfmt.Println(\"mine\", i)\n", "\ttime.Sleep(1500 * time.Millisecond)\n", "}"]}
], "metadata": {"kernelspec": {"name": "songsong", "display_name": "Go (songsong)", "language": "go"}, "language_info": {"name": "go"}}, "nbformat": 4, "nbformat_minor": 5}
`

// TestLab interrupts an endless cell, watches a goroutine that outlives its cell,
// and asks for help, in JupyterLab.
func TestLab(t *testing.T) {
	b := startLab(t)
	for _, name := range []string{"interrupt.ipynb", "help.ipynb"} {
		if err := os.WriteFile(filepath.Join(b.root, name), []byte(scratch), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(b.root, "background.ipynb"), []byte(background), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Run("background", func(t *testing.T) { testBackground(t, b) })
	t.Run("interrupt", func(t *testing.T) { testInterrupt(t, b) })
	t.Run("help", func(t *testing.T) { testHelp(t, b) })
}

func testInterrupt(t *testing.T, b *browserLab) {
	var got struct {
		Seconds float64
		Outputs []string
	}
	b.drive(t, "interrupt", "interrupt.ipynb", &got)
	if !strings.Contains(got.Outputs[0], "gogo") {
		t.Errorf("the first cell shows %q, want gogo", got.Outputs[0])
	}
	if !strings.Contains(strings.ToLower(got.Outputs[1]), "interrupted") {
		t.Errorf("the endless cell shows %q, want a word that it was interrupted", got.Outputs[1])
	}
	if !strings.Contains(got.Outputs[2], "42") {
		t.Errorf("the cell after the interrupt shows %q, want 42", got.Outputs[2])
	}
	t.Logf("the endless cell ended %.1f s after the click", got.Seconds)
}

// testBackground wants what the first cell's goroutine prints under the first
// cell, already while the second runs.
func testBackground(t *testing.T, b *browserLab) {
	var got struct {
		Running         string
		During, Outputs []string
	}
	b.drive(t, "background", "background.ipynb", &got)
	if !strings.Contains(got.Running, "*") {
		t.Errorf("the second cell's prompt is %q; it should be running still", got.Running)
	}
	if !strings.Contains(got.During[0], "background") || strings.Contains(got.During[1], "background") {
		t.Errorf("while the second cell runs, the cells show %q", got.During)
	}
	if n := strings.Count(got.Outputs[0], "background"); n != 20 || strings.Contains(got.Outputs[0], "mine") {
		t.Errorf("under the first cell stand %d of 20 lines: %q", n, got.Outputs[0])
	}
	if n := strings.Count(got.Outputs[1], "mine"); n != 5 || strings.Contains(got.Outputs[1], "background") {
		t.Errorf("the second cell shows %q", got.Outputs[1])
	}
}

func testHelp(t *testing.T, b *browserLab) {
	var got struct {
		Items   []string
		Tooltip string
	}
	b.drive(t, "help", "help.ipynb", &got)
	if !strings.Contains(strings.Join(got.Items, " "), "Builder") {
		t.Errorf("completion after \"strings.\" proposes %q, want Builder among them", got.Items)
	}
	if !strings.Contains(got.Tooltip, "ToUpper(s string) string") {
		t.Errorf("the tooltip says %q, want the signature of ToUpper", got.Tooltip)
	}
}
