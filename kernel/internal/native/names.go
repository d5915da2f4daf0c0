package native

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"os"
	"regexp"
)

// writeNames gives what a plugin knows of its functions and types the names the
// reader gave them: stack traces, profiles and reflection then speak of main.f,
// as in a program. Such names are only shown, never compared or linked by, and
// end at a zero byte or have their length before them, so they are made shorter
// in place. A plugin that is no ELF file is left as it is.
func writeNames(path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	f, err := elf.NewFile(bytes.NewReader(data))
	if err != nil {
		return nil
	}
	defer f.Close()
	for _, s := range f.Sections {
		if s.Type != elf.SHT_PROGBITS {
			continue
		}
		switch part := data[s.Offset : s.Offset+s.FileSize]; s.Name {
		case ".gopclntab", ".data.rel.ro.gopclntab":
			if err := functionNames(part); err != nil {
				return err
			}
		case ".rodata", ".data.rel.ro":
			typeNames(part)
		}
	}
	return os.WriteFile(path, data, 0o755)
}

// functionNames shortens the names of the function table (runtime.pcHeader).
func functionNames(table []byte) error {
	const nameOffset, unitOffset = 8 + 3*8, 8 + 4*8
	if len(table) < unitOffset+8 || table[7] != 8 {
		return fmt.Errorf("a plugin's function table has %d bytes and pointers of another size", len(table))
	}
	from, to := binary.LittleEndian.Uint64(table[nameOffset:]), binary.LittleEndian.Uint64(table[unitOffset:])
	if from > to || to > uint64(len(table)) {
		return fmt.Errorf("a plugin's function table has names from %d to %d of %d", from, to, len(table))
	}
	for names := table[from:to]; len(names) > 0; {
		end := bytes.IndexByte(names, 0)
		if end < 0 {
			return nil
		}
		if name := names[:end]; bytes.HasPrefix(name, []byte("cell/")) {
			n := copy(name, functionName(name))
			clear(name[n:])
		}
		names = names[end+1:]
	}
	return nil
}

var (
	unitPrefix = regexp.MustCompile(`^cell/[0-9a-f]{20}\.`)
	bodyName   = regexp.MustCompile(`ꞩ(body|main[0-9]+)`)
	lowered    = regexp.MustCompile(`Ꞩ|ꞩ`)
)

// functionName is what a function of a unit is called in a program. A cell's
// statements are its function main.
func functionName(name []byte) []byte {
	name = bodyName.ReplaceAll(unitPrefix.ReplaceAll(name, []byte("main.")), []byte("main"))
	return lowered.ReplaceAll(name, nil)
}

var packagePath = regexp.MustCompile(`\x00\x19cell/[0-9a-f]{20}`)

// typeNames shortens the package paths that types refer to: a byte of flags, the
// length, the path.
func typeNames(section []byte) {
	for _, at := range packagePath.FindAllIndex(section, -1) {
		copy(section[at[0]:], "\x00\x04main")
	}
}
