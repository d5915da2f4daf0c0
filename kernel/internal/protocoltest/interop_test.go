package protocoltest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"testing"
	"time"

	"songsong/kernel/internal/jupyter"
	"songsong/kernel/internal/wire"
)

// TestMain makes the test binary a kernel when jupyter_client starts it as one.
func TestMain(m *testing.M) {
	if os.Getenv("SONGSONG_SCRIPT_KERNEL") != "" {
		os.Exit(scriptKernel(os.Args[len(os.Args)-1]))
	}
	os.Exit(m.Run())
}

// scriptKernel serves a [Script] on the sockets of a connection file.
func scriptKernel(file string) int {
	fail := func(err error) int {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	conn, err := wire.ReadConnection(file, func(s string) { fmt.Fprintln(os.Stderr, s) })
	if err != nil {
		return fail(err)
	}
	server, err := jupyter.New(jupyter.Options{Connection: *conn, Session: &Script{}})
	if err != nil {
		return fail(err)
	}
	c := make(chan os.Signal, 1)
	signal.Notify(c, os.Interrupt)
	go func() {
		for range c {
			server.Interrupt()
		}
	}()
	if err := server.Serve(context.Background()); err != nil {
		return fail(err)
	}
	return 0
}

// TestJupyterClient drives the server with jupyter_client, which brings libzmq.
func TestJupyterClient(t *testing.T) {
	python := Python(t, "jupyter_client")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	script, err := filepath.Abs("testdata/interop.py")
	if err != nil {
		t.Fatal(err)
	}
	for _, transport := range []string{"tcp", "ipc", "curve"} {
		t.Run(transport, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			cmd := exec.CommandContext(ctx, python, script, transport, self)
			dir := t.TempDir()
			cmd.Dir = dir // where jupyter_client has its ipc sockets
			cmd.Env = append(os.Environ(), "SONGSONG_SCRIPT_KERNEL=1", "JUPYTER_RUNTIME_DIR="+dir, "TMPDIR="+dir)
			out, err := cmd.CombinedOutput()
			t.Logf("%s", out)
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}
