// Package limits says what cells may use: memory, processes, the size of a file,
// printed text, time. Start with [Default], which reads the environment, and
// [Limits.Set], by which the command %limit changes one.
//
// It only knows the numbers: the executor and the session see that they are kept.
package limits

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// Limits are what cells may use; 0 is no limit.
type Limits struct {
	Memory    uint64        // bytes of data of the process that runs the cells
	Processes uint64        // that cells and their commands run at a time
	File      uint64        // bytes of one file that cells write
	Output    uint64        // bytes that one cell prints; more goes to a file
	Time      time.Duration // of one cell
}

// A Limit is one line of the table by which limits are shown and set.
type Limit struct {
	Name, Help string
	get        func(*Limits) string
	set        func(l *Limits, n uint64, d time.Duration)
}

// Table lists the limits, as %limit shows them.
var Table = []Limit{
	size("memory", "memory of the process that runs the cells", func(l *Limits) *uint64 { return &l.Memory }),
	{"processes", "processes that cells and their commands run at a time",
		func(l *Limits) string { return count(l.Processes) },
		func(l *Limits, n uint64, _ time.Duration) { l.Processes = n }},
	size("file", "size of one file that cells write", func(l *Limits) *uint64 { return &l.File }),
	size("output", "text that one cell prints; the rest goes to a file", func(l *Limits) *uint64 { return &l.Output }),
	{"time", "time that one cell may take",
		func(l *Limits) string { return duration(l.Time) },
		func(l *Limits, _ uint64, d time.Duration) { l.Time = d }},
}

func size(name, help string, at func(*Limits) *uint64) Limit {
	return Limit{name, help, func(l *Limits) string { return Size(*at(l)) }, func(l *Limits, n uint64, _ time.Duration) { *at(l) = n }}
}

// Value is the limit in words.
func (t Limit) Value(l Limits) string { return t.get(&l) }

// Variable is the environment variable that sets the limit from the start.
func (t Limit) Variable() string { return "SONGSONG_" + strings.ToUpper(t.Name) }

// Default returns the limits that the environment sets ($SONGSONG_MEMORY=4G and
// so on), and for the others nine tenths of the machine's memory or of what its
// control group allows, nine tenths of what is free on the disk of dir, 1000
// processes and 4 MB of output. The error says which variable can't be read.
func Default(dir string) (Limits, error) {
	l := Limits{Memory: most(), File: free(dir) / 10 * 9, Processes: max(1000, 32*uint64(runtime.NumCPU())), Output: 4 << 20}
	for _, t := range Table {
		v := os.Getenv(t.Variable())
		if v == "" {
			continue
		}
		if err := l.Set(t.Name, v); err != nil {
			return l, fmt.Errorf("%s: %w", t.Variable(), err)
		}
	}
	return l, nil
}

// Set changes the limit with the given name to a value as the reader writes it:
// 4G, 500M, 200, 30s, or off.
func (l *Limits) Set(name, value string) error {
	for _, t := range Table {
		if t.Name != name {
			continue
		}
		n, d, err := parse(name, value)
		if err != nil {
			return err
		}
		t.set(l, n, d)
		return nil
	}
	return fmt.Errorf("there is no limit %s; there are %s", name, strings.Join(Names(), ", "))
}

// Names lists the names of the limits.
func Names() (names []string) {
	for _, t := range Table {
		names = append(names, t.Name)
	}
	return names
}

func parse(name, value string) (n uint64, d time.Duration, err error) {
	switch {
	case value == "off" || value == "0":
		return 0, 0, nil
	case name == "time":
		if d, err = time.ParseDuration(value); err != nil || d < 0 {
			return 0, 0, fmt.Errorf("%s is no time; write it like 90s, 5m or off", value)
		}
		return 0, d, nil
	case name == "processes":
		if n, err = strconv.ParseUint(value, 10, 32); err != nil {
			return 0, 0, fmt.Errorf("%s is no number of processes; write it like 200 or off", value)
		}
		return n, 0, nil
	}
	if n, err = parseSize(value); err != nil {
		return 0, 0, fmt.Errorf("%s is no size; write it like 500M, 4G or off", value)
	}
	return n, 0, nil
}

var units = []struct {
	letter string
	bytes  uint64
}{{"T", 1 << 40}, {"G", 1 << 30}, {"M", 1 << 20}, {"K", 1 << 10}}

func parseSize(s string) (uint64, error) {
	number := strings.TrimSuffix(strings.TrimSuffix(strings.ToUpper(s), "B"), "I")
	unit := uint64(1)
	for _, u := range units {
		if rest, ok := strings.CutSuffix(number, u.letter); ok {
			number, unit = rest, u.bytes
			break
		}
	}
	f, err := strconv.ParseFloat(number, 64)
	if err != nil || !(f >= 0 && f < 1<<20*1<<20) {
		return 0, strconv.ErrSyntax
	}
	return uint64(f * float64(unit)), nil
}

// Size writes a number of bytes: 4G, 1.5M, "none" for 0.
func Size(n uint64) string {
	if n == 0 {
		return "none"
	}
	for _, u := range units {
		if n >= u.bytes {
			return strconv.FormatFloat(float64(n*10/u.bytes)/10, 'g', -1, 64) + u.letter
		}
	}
	return strconv.FormatUint(n, 10)
}

func count(n uint64) string {
	if n == 0 {
		return "none"
	}
	return strconv.FormatUint(n, 10)
}

func duration(d time.Duration) string {
	if d == 0 {
		return "none"
	}
	return d.String()
}
