package main

import (
	"fmt"
	"os"
)

// A verb is one command of songsong. run returns the exit code: 0 for success,
// 1 for a notebook or environment that failed, 2 for a call that can't be taken.
type verb struct {
	name, args, help string
	run              func(args []string) int
}

var verbs []verb

func init() { // not a literal: usage, reached from the verbs, reads the table
	verbs = []verb{
		{name: "lab", args: "[DIR]", help: "open the notebooks in JupyterLab", run: lab},
		{name: "run", args: "[PATHS…]", help: "run notebooks headlessly", run: run},
		{name: "check", args: "[PATHS…]", help: "run notebooks fresh and compare with the stored outputs", run: check},
		{name: "export", args: "--to html,pdf,md,go [PATHS…]", help: "make reports that stand alone", run: export},
		{name: "install", args: "", help: "install the kernelspec, so that Jupyter finds the kernel", run: install},
		{name: "uninstall", args: "", help: "remove the kernelspec", run: uninstall},
		{name: "doctor", args: "", help: "say what is there, what is missing, and how to get it", run: doctor},
		{name: "kernel", args: "-f FILE", help: "what Jupyter starts", run: kernel},
		{name: "worker", args: "URL", help: "join a process pool on another machine", run: worker},
	}
}

func main() {
	if len(os.Args) < 2 {
		usage(os.Stderr)
		os.Exit(2)
	}
	name, args := os.Args[1], os.Args[2:]
	switch name {
	case "help", "-h", "-help", "--help":
		usage(os.Stdout)
		return
	}
	for _, v := range verbs {
		if v.name == name {
			os.Exit(v.run(args))
		}
	}
	fmt.Fprintf(os.Stderr, "songsong: there is no command %q; \"songsong help\" lists them\n", name)
	os.Exit(2)
}

func usage(w *os.File) {
	fmt.Fprintln(w, "songsong runs Go notebooks.\n\nUsage: songsong COMMAND [ARGUMENTS]")
	fmt.Fprintln(w)
	for _, v := range verbs {
		fmt.Fprintf(w, "  %-9s %-30s %s\n", v.name, v.args, v.help)
	}
	fmt.Fprintln(w, "\n\"songsong COMMAND -h\" says more about one command.")
}
