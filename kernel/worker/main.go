// Command worker joins process pools; "songsong worker" starts it. It is a program
// of its own, since the NATS libraries it links take longer to build than all the
// rest of songsong. To have it on a machine without songsong's source:
//
//	go build -o songsong-worker ./kernel/worker
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"songsong/helpers/processes/durable"
)

const workerUsage = `Usage: songsong worker [OPTIONS] URL

Joins the process pools that use the NATS server at URL (nats://host:4222 or
tls://host:4222): runs their tasks on this machine until it is stopped (Ctrl-C).
Each pool sends its program, which runs with your rights: join only servers whose
users you trust. A pool of another platform or version is refused.

Exit codes: 0 stopped, 1 can't reach the server, 2 a call that can't be taken.

Options:
`

func main() { os.Exit(worker(os.Args[1:])) }

func worker(args []string) int {
	var join durable.Join
	f := flag.NewFlagSet("worker", flag.ContinueOnError)
	f.SetOutput(os.Stderr)
	f.Usage = func() {
		fmt.Fprint(f.Output(), workerUsage)
		f.PrintDefaults()
	}
	f.IntVar(&join.Workers, "workers", 0, "`number` of worker processes for each pool; 0 is one per CPU")
	f.StringVar(&join.Creds.Token, "token", os.Getenv("SONGSONG_TOKEN"), "access token; better given by the environment variable SONGSONG_TOKEN, which other users can't see")
	f.StringVar(&join.Creds.User, "user", "", "user `name`; the password is taken from SONGSONG_PASSWORD")
	f.StringVar(&join.Creds.File, "creds", "", "credentials `file` (JWT and key)")
	f.StringVar(&join.Creds.CA, "ca", "", "certificate authority `file`, for tls:// URLs")
	f.StringVar(&join.Creds.Cert, "cert", "", "our certificate `file`, for servers that ask for one")
	f.StringVar(&join.Creds.Key, "key", "", "key `file` of our certificate")
	f.StringVar(&join.Cache, "cache", "", "`directory` for the pools' programs; default: the user's cache directory")
	switch err := f.Parse(args); {
	case err == flag.ErrHelp:
		return 0
	case err != nil:
		return 2
	case f.NArg() != 1:
		fmt.Fprintln(os.Stderr, "songsong worker: give one URL, such as nats://host:4222")
		return 2
	}
	join.URL, join.Creds.Password, join.Output = f.Arg(0), os.Getenv("SONGSONG_PASSWORD"), os.Stderr
	join.Log = func(format string, args ...any) { fmt.Fprintf(os.Stderr, "songsong worker: "+format+"\n", args...) }
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := join.Run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "songsong worker:", err)
		return 1
	}
	return 0
}
