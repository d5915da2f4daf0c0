package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"songsong/kernel/internal/native"
)

func TestMain(m *testing.M) { testscript.Main(m, map[string]func(){"songsong": main}) }

// TestScripts runs the transcripts of testdata/script: songsong as its users
// call it, each in an empty home folder. Beside testscript's own commands they
// have
//
//	taken VAR         takes a port of the loopback interface, and sets VAR to it
//	program NAME TEXT writes bin/NAME, a shell script
//	link NAMES…       puts programs of the test's PATH into bin
//	when FILE         waits until the file is there
//	bound COMMAND…    runs a command as someone whom permissions bind, root too
//	tiny DIR          makes a folder on a disk of 64 kB, where the condition mount holds
//
// $BARE is a PATH with songsong and the shell's own tools, but no Go, C
// compiler or Python; $FULL is the PATH of the test.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:   "testdata/script",
		Setup: setupScript,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"taken":   takePort,
			"program": writeProgram,
			"link":    linkPrograms,
			"when":    waitForFile,
			"bound":   runBound,
			"tiny":    mountTiny,
		},
		Condition: func(cond string) (bool, error) {
			switch cond {
			case "python":
				return havePython()
			case "mount":
				dir := t.TempDir()
				err := syscall.Mount("tiny", dir, "tmpfs", 0, "size=64k")
				syscall.Unmount(dir, syscall.MNT_DETACH)
				return err == nil, nil
			}
			return false, fmt.Errorf("there is no condition %q", cond)
		},
	})
}

func setupScript(env *testscript.Env) error {
	home := filepath.Join(env.WorkDir, "home")
	bare := filepath.Join(env.WorkDir, "bare")
	for _, dir := range []string{home, bare, filepath.Join(env.WorkDir, "bin")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	for _, tool := range []string{"sh", "cat", "mkdir", "chmod", "songsong"} {
		path, err := exec.LookPath(tool)
		if err != nil {
			return err
		}
		if err := os.Symlink(path, filepath.Join(bare, tool)); err != nil {
			return err
		}
	}
	gocmd, err := native.FindGo()
	if err != nil {
		return err
	}
	for _, name := range []string{"GOCACHE", "GOMODCACHE"} { // an empty home must not mean an empty build cache
		out, err := exec.Command(gocmd, "env", name).Output()
		if err != nil {
			return err
		}
		env.Setenv(name, strings.TrimSpace(string(out)))
	}
	root, err := native.Root()
	if err != nil {
		return err
	}
	env.Setenv("ROOT", root)
	env.Setenv("GO", gocmd)
	env.Setenv("SONGSONG_ROOT", root)
	env.Setenv("HOME", home)
	env.Setenv("BARE", filepath.Join(env.WorkDir, "bin")+":"+bare)
	env.Setenv("FULL", filepath.Join(env.WorkDir, "bin")+":"+os.Getenv("PATH"))
	env.Setenv("PIP_DEFAULT_TIMEOUT", "5")
	return nil
}

func takePort(ts *testscript.TestScript, neg bool, args []string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { l.Close() })
	_, port, err := net.SplitHostPort(l.Addr().String())
	ts.Check(err)
	ts.Setenv(args[0], port)
}

func writeProgram(ts *testscript.TestScript, neg bool, args []string) {
	text := "#!/bin/sh\n" + strings.Join(args[1:], " ") + "\n"
	ts.Check(os.WriteFile(ts.MkAbs(filepath.Join("bin", args[0])), []byte(text), 0o755))
}

func linkPrograms(ts *testscript.TestScript, neg bool, args []string) {
	for _, name := range args {
		path, err := exec.LookPath(name)
		ts.Check(err)
		ts.Check(os.Symlink(path, ts.MkAbs(filepath.Join("bin", name))))
	}
}

func waitForFile(ts *testscript.TestScript, neg bool, args []string) {
	for start := time.Now(); time.Since(start) < 5*time.Minute; time.Sleep(20 * time.Millisecond) {
		if _, err := os.Stat(ts.MkAbs(args[0])); err == nil {
			return
		}
	}
	ts.Fatalf("%s did not come", args[0])
}

// runBound takes the right to write everywhere from root, with util-linux's setpriv.
func runBound(ts *testscript.TestScript, neg bool, args []string) {
	if os.Getuid() == 0 {
		args = append([]string{"setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"}, args...)
	}
	if err := ts.Exec(args[0], args[1:]...); (err != nil) != neg {
		ts.Fatalf("%s: %v", strings.Join(args, " "), err)
	}
}

func mountTiny(ts *testscript.TestScript, neg bool, args []string) {
	dir := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(dir, 0o755))
	ts.Check(syscall.Mount("tiny", dir, "tmpfs", 0, "size=64k"))
	ts.Defer(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
}

// havePython is an error in CI where there is none.
func havePython() (bool, error) {
	_, err := exec.LookPath("python3")
	if err != nil && os.Getenv("SONGSONG_CI") != "" {
		return false, fmt.Errorf("CI must have Python: %w", err)
	}
	return err == nil, nil
}
