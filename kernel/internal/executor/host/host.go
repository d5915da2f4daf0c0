// Command host is the executor: the process that loads compiled cells and runs
// them. The kernel starts it with one end of a socket pair as file 3; it ends
// when that is closed. It is built from the same packages as the plugins it
// loads, so that both mean the same types.
package main

import (
	"os"
	"plugin"
	"strings"

	"songsong/helpers/processes"
	"songsong/kernel/internal/executor/serve"
	"songsong/kernel/internal/rt"
)

func main() {
	if processes.InWorker() {
		rt.Out, rt.Worker = printStream, true
	}
	e := &engine{opened: map[string]bool{}}
	processes.SetLauncher(processes.Launcher{Plugins: e.plugins, Variables: rt.Used})
	processes.MainPlugins(open) // does not return in a worker of a process pool
	withReserve(func() error { return nil })
	serve.Main(e)
}

// printStream is where text goes in a worker of a process pool, which has no
// kernel: to the files it shares with the executor.
func printStream(e rt.Event) {
	if e.Kind == rt.Stream {
		f := os.Stdout
		if e.Name == "stderr" {
			f = os.Stderr
		}
		f.Write(e.Text)
	}
}

// open loads a plugin. A unit of cells is a package named main beside the
// plugin's own, and plugin.Open looks for the unit's exported functions under
// the plugin's path, in vain: by then the module is loaded and initialised, and
// what it holds has registered itself with rt, so that error is no failure.
func open(path string) error {
	if _, err := plugin.Open(path); err != nil && !strings.Contains(err.Error(), "could not find symbol") {
		return err
	}
	return nil
}
