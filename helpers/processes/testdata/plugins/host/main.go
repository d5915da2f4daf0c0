// Host is a program like the kernel's executor: it opens plugins and calls their Run.
package main

import (
	"fmt"
	"os"
	"plugin"

	"songsong/helpers/processes"
)

func main() {
	processes.MainPlugins(func(file string) error {
		_, err := plugin.Open(file)
		return err
	})
	var opened []string
	processes.SetLauncher(processes.Launcher{Plugins: func() []string { return opened }})
	for _, file := range os.Args[1:] {
		p, err := plugin.Open(file)
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		opened = append(opened, file)
		run, err := p.Lookup("Run")
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		run.(func())()
	}
}
