package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"syscall"

	"songsong/kernel/internal/jupyter"
	"songsong/kernel/internal/session"
	"songsong/kernel/internal/wire"
)

// version of songsong, in kernel_info.
const version = "0.1.0"

// kernel serves a Jupyter front end until it asks for a shutdown. It returns 0
// for that and for a signal to end, 1 when the kernel can't start or its
// session does not end as it should, 2 for a call that can't be taken.
func kernel(args []string) int {
	flags := flag.NewFlagSet("songsong kernel", flag.ContinueOnError)
	file := flags.String("f", "", "the connection `FILE` Jupyter wrote")
	verbose := flags.Bool("v", false, "log to standard error")
	flags.Usage = func() {
		fmt.Fprintln(flags.Output(), "Usage: songsong kernel -f FILE [-v]\n\nServes a Jupyter front end, which calls it by itself.")
		flags.PrintDefaults()
		fmt.Fprintln(flags.Output(), "\nOutput is held back to what a Jupyter server lets through (3 MB at once, then 0.7 MB/s);\nset SONGSONG_OUTPUT_UNLIMITED=1 where there is no such server.")
	}
	switch err := flags.Parse(args); {
	case err == flag.ErrHelp:
		return 0
	case err != nil:
		return 2
	case *file == "" || flags.NArg() > 0:
		fmt.Fprintln(os.Stderr, "songsong kernel: give the connection file, as in \"songsong kernel -f FILE\"; Jupyter does this by itself")
		return 2
	}
	logger := log.New(io.Discard, "songsong: ", log.LstdFlags|log.Lmicroseconds)
	if *verbose {
		logger.SetOutput(os.Stderr)
	}
	if err := serveKernel(*file, logger.Printf); err != nil {
		fmt.Fprintf(os.Stderr, "songsong kernel: %v\n", err)
		return 1
	}
	return 0
}

// serveKernel opens a session and serves it on the sockets of the connection file.
func serveKernel(file string, log func(format string, args ...any)) error {
	conn, err := wire.ReadConnection(file, func(warning string) {
		fmt.Fprintln(os.Stderr, "songsong kernel: warning: "+warning)
	})
	if err != nil {
		return err
	}
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(signals)
	sess, err := session.Open(session.Options{Log: log, InstallGopls: true})
	if err != nil {
		return fmt.Errorf("the session did not start: %w", err)
	}
	server, err := jupyter.New(jupyter.Options{
		Connection: *conn, Session: sess, History: jupyter.HistoryPath(), Log: log,
		Version: version, Unlimited: os.Getenv("SONGSONG_OUTPUT_UNLIMITED") != "",
	})
	if err != nil {
		sess.Close()
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go onSignals(ctx, signals, server)
	go func() {
		if jupyter.ParentGone(ctx, os.Getenv("JPY_PARENT_PID")) {
			log("the process that started the kernel is gone")
			server.Shutdown()
		}
	}()
	return server.Serve(ctx)
}

// onSignals interrupts the running cell at SIGINT, and ends the kernel at
// SIGTERM and SIGHUP.
func onSignals(ctx context.Context, signals <-chan os.Signal, server *jupyter.Server) {
	for {
		select {
		case <-ctx.Done():
			return
		case sig := <-signals:
			if sig == os.Interrupt {
				server.Interrupt()
				continue
			}
			server.Shutdown()
		}
	}
}
