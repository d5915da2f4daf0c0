package main

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"songsong/helpers/internal/ratio"
)

// pythonCase is a program that does a thing n times and prints the nanoseconds it took, without Python's own start.
type pythonCase struct {
	group, name string
	n           int
	body        string
}

var pythonCases = []pythonCase{
	{"thread", "Python threading.Thread", 2_000, `
from threading import Thread
def go():
    for _ in range(n):
        t = Thread(target=work); t.start(); t.join()
`},
	{"crowd of threads", "Python threading.Threads", 5_000, `
from threading import Thread
def go():
    for _ in range(n // 100):
        ts = [Thread(target=work) for _ in range(100)]
        for t in ts: t.start()
        for t in ts: t.join()
`},
	{"submit", "Python ThreadPoolExecutor.submit", 20_000, `
from concurrent.futures import ThreadPoolExecutor
def go():
    with ThreadPoolExecutor(2) as ex:
        for f in [ex.submit(work) for _ in range(n)]: f.result()
`},
	{"map tiny", "Python ThreadPoolExecutor.map", 10_000, `
from concurrent.futures import ThreadPoolExecutor
def go():
    with ThreadPoolExecutor(2) as ex: sum(ex.map(tiny, range(n)))
`},
	{"map tiny", "Python multiprocessing.Pool.map", 1_000_000, `
from multiprocessing import get_context
pool = get_context("fork").Pool(2)
def go(): sum(pool.map(tiny, range(n)))
`},
	{"map tiny", "Python list comprehension", 1_000_000, `
def go(): sum([tiny(x) for x in range(n)])
`},
}

const pythonFrame = `
import sys, time
n = int(sys.argv[1])
def work(): pass
def tiny(x): return x * x + 1
%s
go() if n <= 2000 else None
began = time.perf_counter_ns()
go()
print(time.perf_counter_ns() - began)
`

// pythonWays are the programs of a group. The time of a way is what the program prints, so it sleeps for nothing:
// Measure is told through [ratio.Way.Own].
func pythonWays(group, python string) (ways []ratio.Way) {
	for _, c := range pythonCases {
		if c.group != group {
			continue
		}
		ways = append(ways, ratio.Way{Name: c.name, N: c.n, Own: func(n int) float64 {
			cmd := exec.Command(python, "-c", fmt.Sprintf(pythonFrame, c.body), strconv.Itoa(n))
			cmd.Stderr = os.Stderr
			out, err := cmd.Output()
			if err != nil {
				fmt.Fprintf(os.Stderr, "%s: %v\n", c.name, err)
				os.Exit(1)
			}
			ns, err := strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
			if err != nil {
				fmt.Fprintf(os.Stderr, "%s printed %q: %v\n", c.name, out, err)
				os.Exit(1)
			}
			return ns
		}})
	}
	return ways
}
