// How workers of a program with plugins find its functions
//
// In a notebook the program is the kernel's executor, and a cell's functions lie
// in Go plugins it has opened. A worker is then another process of the same
// executor file that opens the same plugins in the same order; a function is
// found there by the build ID of the file that holds it and its distance from
// where that file was loaded (internal/funcs). The executor does two things:
//
//	func main() {
//		processes.SetLauncher(processes.Launcher{Plugins: opened, Variables: variables})
//		processes.MainPlugins(func(file string) error { // returns unless this is a worker
//			_, err := plugin.Open(file)
//			return err
//		})
//		…
//	}
//
// where opened lists the plugin files in the order in which they were opened;
// the files must still be there, unchanged. A task sees its argument, and copies
// of the variables as they were when the pool was made; see state.go.

package processes

import (
	"context"
	"os"
	"os/exec"
	"reflect"
	"sync"
)

// A Launcher says how worker processes of this program are started. The zero
// value suits a program without plugins.
type Launcher struct {
	// Command returns the command of a worker: a program that calls [Main] or
	// [MainPlugins] first. Environment variable SONGSONG_WORKER=1, two pipes
	// (descriptors 3 and 4) and a process group are added to it. Nil means this
	// program's own file, without arguments.
	Command func(ctx context.Context) (*exec.Cmd, error)
	// Plugins returns the files of the opened plugins, in the order in which they
	// were opened. Nil means none.
	Plugins func() []string
	// Variables returns, by a name that means the same in a worker, the
	// addressable variables of which workers get copies when they start. In a
	// worker it is called when the plugins are open. Nil means none.
	Variables func() map[string]reflect.Value
}

var launcher struct {
	sync.Mutex
	Launcher
}

// SetLauncher sets how the workers of pools made from now on are started.
func SetLauncher(l Launcher) {
	launcher.Lock()
	defer launcher.Unlock()
	launcher.Launcher = l
}

func command(ctx context.Context) (*exec.Cmd, error) {
	launcher.Lock()
	c := launcher.Command
	launcher.Unlock()
	if c != nil {
		return c(ctx)
	}
	file, err := selfFile()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(file)
	cmd.Args = os.Args[:1]
	return cmd, nil
}

func plugins() []string {
	launcher.Lock()
	p := launcher.Plugins
	launcher.Unlock()
	if p == nil {
		return nil
	}
	return p()
}

func variables() map[string]reflect.Value {
	launcher.Lock()
	v := launcher.Variables
	launcher.Unlock()
	if v == nil {
		return nil
	}
	return v()
}

// selfFile is this program's file; on Linux also when it was replaced on disk.
func selfFile() (string, error) {
	const self = "/proc/self/exe"
	if _, err := os.Stat(self); err == nil {
		return self, nil
	}
	return os.Executable()
}
