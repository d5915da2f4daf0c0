package main

import (
	"bufio"
	_ "embed"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

//go:embed pools.py
var pools string

// python is a running pools.py, which keeps its pools between calls.
type python struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// startPython returns nil if there is no Python 3.
func startPython() *python {
	file, err := exec.LookPath("python3")
	if err != nil {
		return nil
	}
	// A file, not -c: the workers import it.
	name := os.TempDir() + fmt.Sprintf("/songsong_pools_%d.py", os.Getpid())
	check(os.WriteFile(name, []byte(pools), 0o600))
	p := &python{cmd: exec.Command(file, name)}
	p.cmd.Stderr = os.Stderr
	p.in, err = p.cmd.StdinPipe()
	check(err)
	out, err := p.cmd.StdoutPipe()
	check(err)
	p.out = bufio.NewReader(out)
	check(p.cmd.Start())
	return p
}

// do runs n tasks on w workers.
func (p *python) do(verb string, w, n int) error {
	fmt.Fprintln(p.in, verb, w, n)
	line, err := p.out.ReadString('\n')
	if err != nil || strings.TrimSpace(line) != "ok" {
		return fmt.Errorf("pools.py says %q (%v)", line, err)
	}
	return nil
}

func (p *python) close() {
	p.in.Close()
	p.cmd.Wait()
	os.Remove(p.cmd.Args[1])
}

func pythonVersion() string {
	b, err := exec.Command("python3", "--version").Output()
	if err != nil {
		return "no Python"
	}
	return strings.TrimSpace(string(b))
}
