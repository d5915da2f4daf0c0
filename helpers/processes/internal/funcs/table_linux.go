package funcs

import (
	"bufio"
	"debug/elf"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"

	"songsong/helpers/processes/internal/wire"
)

// A table is where the files of this process are mapped. Files opened later
// (plugins) are not in it.
type table struct {
	ranges []fileRange
	base   map[string]uint64 // file → lowest address
}

type fileRange struct {
	lo, hi uint64
	file   string
}

var errNoFile = errors.New("not in the executable or a plugin")

// currentTable reads the table; it costs about 0.1 ms.
func currentTable() (*table, error) {
	f, err := os.Open("/proc/self/maps")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	t := &table{base: map[string]uint64{}}
	for s := bufio.NewScanner(f); s.Scan(); {
		t.add(s.Text())
	}
	return t, nil
}

// add takes one line: "lo-hi perms offset dev inode path".
func (t *table) add(line string) {
	f := strings.Fields(line)
	if len(f) < 6 || !strings.HasPrefix(f[5], "/") {
		return
	}
	lo, hi, ok := strings.Cut(f[0], "-")
	if !ok {
		return
	}
	r := fileRange{file: strings.Join(f[5:], " ")}
	r.lo, _ = strconv.ParseUint(lo, 16, 64)
	r.hi, _ = strconv.ParseUint(hi, 16, 64)
	t.ranges = append(t.ranges, r)
	if b, ok := t.base[r.file]; !ok || r.lo < b {
		t.base[r.file] = r.lo
	}
}

func (t *table) addr(p uintptr) (wire.Addr, error) {
	for _, r := range t.ranges {
		if uint64(p) < r.lo || uint64(p) >= r.hi {
			continue
		}
		id, err := buildID(r.file)
		if err != nil {
			return wire.Addr{}, err
		}
		return wire.Addr{Module: id, Offset: uint64(p) - t.base[r.file]}, nil
	}
	return wire.Addr{}, errNoFile
}

func (t *table) find(a wire.Addr) (uintptr, error) {
	for file, base := range t.base {
		if id, err := buildID(file); err != nil || id != a.Module {
			continue
		}
		p := base + a.Offset
		for _, r := range t.ranges {
			if p >= r.lo && p < r.hi && r.file == file {
				return uintptr(p), nil
			}
		}
	}
	return 0, fmt.Errorf("this worker runs another build of the program, or lacks a plugin (build ID %.16s…)", a.Module)
}

var (
	idMu  sync.Mutex
	idFor = map[string]idOrErr{} // guarded by idMu
	self  = sync.OnceValue(func() string { p, _ := os.Readlink("/proc/self/exe"); return p })
)

type idOrErr struct {
	id  string
	err error
}

// buildID returns the build ID of a mapped Go file. The file is read once.
func buildID(file string) (string, error) {
	idMu.Lock()
	defer idMu.Unlock()
	v, ok := idFor[file]
	if !ok {
		v.id, v.err = readBuildID(file)
		idFor[file] = v
	}
	return v.id, v.err
}

func readBuildID(file string) (string, error) {
	if file == self() {
		file = "/proc/self/exe" // still there when the file was replaced on disk
	}
	f, err := elf.Open(file)
	if err != nil {
		return "", err
	}
	defer f.Close()
	var gnu string
	for _, p := range f.Progs {
		if p.Type != elf.PT_NOTE {
			continue
		}
		b, err := io.ReadAll(io.LimitReader(p.Open(), 1<<16))
		if err != nil {
			return "", err
		}
		g, n := notes(b, f.ByteOrder)
		if g != "" {
			return g, nil
		}
		gnu += n
	}
	if gnu == "" {
		return "", fmt.Errorf("%s has no build ID", file)
	}
	return gnu, nil
}

// notes returns Go's build ID and GNU's from a note segment.
func notes(b []byte, order binary.ByteOrder) (goID, gnuID string) {
	for len(b) >= 12 {
		nameLen, descLen, typ := order.Uint32(b), order.Uint32(b[4:]), order.Uint32(b[8:])
		nameEnd := 12 + (uint64(nameLen)+3)&^3
		descEnd := nameEnd + uint64(descLen)
		if descEnd > uint64(len(b)) {
			return
		}
		name, desc := strings.TrimRight(string(b[12:12+nameLen]), "\x00"), b[nameEnd:descEnd]
		switch {
		case name == "Go" && typ == 4:
			goID = string(desc)
		case name == "GNU" && typ == 3:
			gnuID = hex.EncodeToString(desc)
		}
		next := (descEnd + 3) &^ 3
		if next > uint64(len(b)) {
			return
		}
		b = b[next:]
	}
	return
}
