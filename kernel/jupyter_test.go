package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"songsong/kernel/internal/gopls"
	"songsong/kernel/internal/protocoltest"
)

// kernelEnv writes a kernelspec for the songsong of this test and returns the
// environment in which Jupyter finds it as "songsong-test".
func kernelEnv(t *testing.T) []string {
	t.Helper()
	dir := t.TempDir()
	program, err := exec.LookPath("songsong")
	if err != nil {
		t.Fatal(err)
	}
	spec := filepath.Join(dir, "kernels", "songsong-test")
	if err := os.MkdirAll(spec, 0o700); err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(map[string]any{"argv": []string{program, "kernel", "-f", "{connection_file}"},
		"display_name": "songsong", "language": "go", "interrupt_mode": "message"})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(spec, "kernel.json"), b, 0o600); err != nil {
		t.Fatal(err)
	}
	return append(os.Environ(), "JUPYTER_PATH="+dir, "JUPYTER_RUNTIME_DIR="+dir,
		"XDG_STATE_HOME="+dir, "SONGSONG_KERNEL=songsong-test", gopls.Switch+"=found")
}

// TestJupyterKernelTest runs the Jupyter project's own suite against the kernel.
func TestJupyterKernelTest(t *testing.T) {
	if testing.Short() {
		t.Skip("starts kernels and compiles cells")
	}
	python := protocoltest.Python(t, "jupyter_kernel_test")
	script, err := filepath.Abs("testdata/jkt_test.py")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, python, script)
	cmd.Env = kernelEnv(t)
	cmd.Dir = t.TempDir()
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Fatal(err)
	}
}

// TestNbconvert runs a notebook by «jupyter nbconvert --execute», which runs it by
// nbclient and fails at the first error that no tag expects.
func TestNbconvert(t *testing.T) {
	if testing.Short() {
		t.Skip("starts kernels and compiles cells")
	}
	python := protocoltest.Python(t, "nbconvert")
	notebook, err := filepath.Abs("../notebooks/vi/2-1-creating-threads.ipynb")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	dir := t.TempDir()
	cmd := exec.CommandContext(ctx, python, "-m", "nbconvert", "--execute", "--to", "html", "--output-dir", dir,
		"--ExecutePreprocessor.kernel_name=songsong-test", notebook)
	cmd.Env = kernelEnv(t)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	page, err := os.ReadFile(filepath.Join(dir, "2-1-creating-threads.html"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(page, []byte(`data-mime-type="image/svg+xml"`)) {
		t.Error("the page shows no figure")
	}
}
