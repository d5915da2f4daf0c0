package serve

import (
	"bytes"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"

	"songsong/kernel/internal/rt"
)

// dump returns the stacks of all goroutines, one text each.
func dump() []string {
	buf := make([]byte, min(max(1<<20, 512*runtime.NumGoroutine()), 64<<20))
	for {
		n := runtime.Stack(buf, true)
		if n < len(buf) || len(buf) >= 64<<20 {
			return strings.Split(string(bytes.TrimSpace(buf[:n])), "\n\n")
		}
		buf = make([]byte, 4*len(buf))
	}
}

var header = regexp.MustCompile(`^goroutine (\d+)[^\[]*\[([^\],]*)`)

func goroutine(id uint64) string {
	prefix := "goroutine " + strconv.FormatUint(id, 10) + " "
	for _, g := range dump() {
		if strings.HasPrefix(g, prefix) {
			return g
		}
	}
	return ""
}

func goroutineState(id uint64) string {
	if m := header.FindStringSubmatch(goroutine(id)); m != nil {
		return m[2]
	}
	return ""
}

func goroutineFrames(id uint64) []rt.Frame { return cellFrames(goroutine(id)) }

// blocked reports whether a goroutine in that state may wait for ever.
func blocked(state string) bool {
	switch state {
	case "running", "runnable", "syscall", "":
		return false
	}
	return true
}

// cellFrames returns the frames of a stack dump that lie in cells.
func cellFrames(stack string) (out []rt.Frame) {
	lines := strings.Split(stack, "\n")
	for i := 1; i+1 < len(lines); i++ {
		at := strings.TrimSpace(lines[i+1])
		if !strings.HasPrefix(at, rt.CellFile) {
			continue
		}
		at, _, _ = strings.Cut(at, " ")
		file, line, _ := strings.Cut(strings.TrimPrefix(at, rt.CellFile), ":")
		n, _ := strconv.Atoi(line)
		fn := lines[i]
		if j := strings.LastIndexByte(fn, '('); j > 0 {
			fn = fn[:j]
		}
		out = append(out, rt.Frame{Func: fn, File: rt.CellFile + file, Line: n})
	}
	return out
}

// left lists goroutines with frames in cells that still run: those of one cell
// when it has just ended, or all of them.
func left(cell *rt.Cell) (out []rt.Left) {
	if cell != nil && cell.Live() == 0 {
		return nil
	}
	for _, g := range dump() {
		m := header.FindStringSubmatch(g)
		if fr := cellFrames(g); m != nil && len(fr) > 0 && len(out) < 100 && !isOwn(g) {
			id, _ := strconv.ParseUint(m[1], 10, 64)
			out = append(out, rt.Left{ID: id, State: m[2], Frame: fr[0]})
		}
	}
	return out
}

// How long a goroutine that was asked to end is looked for.
const killWait = 500 * time.Millisecond

// kill asks a goroutine to end and returns its state if it does not, "gone" if
// there is none of a cell with that number, "" if it has ended.
func kill(id uint64) string {
	if len(goroutineFrames(id)) == 0 {
		return "gone"
	}
	rt.Kill(id)
	for end := time.Now().Add(killWait); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if goroutine(id) == "" {
			return ""
		}
	}
	state := goroutineState(id)
	rt.Spare(id)
	return state
}
