package page

import (
	"encoding/binary"
	"slices"
)

// lean returns a TrueType font without what the viewers of a PDF don't use,
// nearly half of a subset's bytes: programs that fit outlines to pixels, and
// notices (the licence of Liberation asks for none in a document). A font of
// another kind is returned as it is.
func lean(file []byte) []byte {
	tables := tablesOf(file)
	loca, glyf, head := tables["loca"], tables["glyf"], tables["head"]
	if glyf == nil || len(head) < 54 {
		return file
	}
	at := offsets(loca, head[51] == 1)
	if len(at) < 2 || !slices.IsSorted(at) || at[len(at)-1] > len(glyf) {
		return file
	}
	var outlines, places []byte
	for i := range len(at) - 1 {
		places = binary.BigEndian.AppendUint32(places, uint32(len(outlines)))
		outlines = append(outlines, unhinted(glyf[at[i]:at[i+1]])...)
		outlines = append(outlines, make([]byte, -len(outlines)&3)...)
	}
	head = slices.Clone(head)
	head[51] = 1 // long offsets
	tables["head"], tables["glyf"] = head, outlines
	tables["loca"] = binary.BigEndian.AppendUint32(places, uint32(len(outlines)))
	tables["name"] = fewNames(tables["name"])
	return assemble(tables)
}

// kept are the tables that a PDF's font needs.
var kept = []string{"OS/2", "cmap", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "name", "post"}

// tablesOf cuts a font into its tables; nil if it is no TrueType font.
func tablesOf(file []byte) map[string][]byte {
	if len(file) < 12 || binary.BigEndian.Uint32(file) != 0x00010000 {
		return nil
	}
	tables := map[string][]byte{}
	for i := range int(binary.BigEndian.Uint16(file[4:])) {
		entry := file[min(12+16*i, len(file)):]
		if len(entry) < 16 {
			return nil
		}
		from, n := int(binary.BigEndian.Uint32(entry[8:])), int(binary.BigEndian.Uint32(entry[12:]))
		if from+n > len(file) {
			return nil
		}
		tables[string(entry[:4])] = file[from : from+n]
	}
	return tables
}

// offsets reads where each glyph begins; the last is the end.
func offsets(loca []byte, long bool) (out []int) {
	for len(loca) >= 4 || len(loca) >= 2 && !long {
		if long {
			out, loca = append(out, int(binary.BigEndian.Uint32(loca))), loca[4:]
		} else {
			out, loca = append(out, 2*int(binary.BigEndian.Uint16(loca))), loca[2:]
		}
	}
	return out
}

// unhinted drops a simple glyph's instructions; composed glyphs have few.
func unhinted(g []byte) []byte {
	if len(g) < 12 || g[0]&0x80 != 0 {
		return g
	}
	at := 10 + 2*int(binary.BigEndian.Uint16(g))
	if at+2 > len(g) {
		return g
	}
	n := int(binary.BigEndian.Uint16(g[at:]))
	if at+2+n > len(g) {
		return g
	}
	return slices.Concat(g[:at], []byte{0, 0}, g[at+2+n:])
}

// fewNames keeps the names of family and font.
func fewNames(names []byte) []byte {
	if len(names) < 6 {
		return names
	}
	texts := names[min(int(binary.BigEndian.Uint16(names[4:])), len(names)):]
	var records, strings []byte
	count := 0
	for i := range int(binary.BigEndian.Uint16(names[2:])) {
		r := names[min(6+12*i, len(names)):]
		if len(r) < 12 {
			return names
		}
		id, n, from := r[7], int(binary.BigEndian.Uint16(r[8:])), int(binary.BigEndian.Uint16(r[10:]))
		if id != 1 && id != 6 || from+n > len(texts) {
			continue
		}
		records = binary.BigEndian.AppendUint16(append(records, r[:10]...), uint16(len(strings)))
		strings = append(strings, texts[from:from+n]...)
		count++
	}
	head := binary.BigEndian.AppendUint16([]byte{0, 0, 0, byte(count)}, uint16(6+12*count))
	return slices.Concat(head, records, strings)
}

// assemble writes the tables kept as a font file. Checksums are left out: the
// subset that is made of it gets its own.
func assemble(tables map[string][]byte) []byte {
	var names []string
	for _, name := range kept {
		if tables[name] != nil {
			names = append(names, name)
		}
	}
	out := binary.BigEndian.AppendUint32(nil, 0x00010000)
	out = append(binary.BigEndian.AppendUint16(out, uint16(len(names))), make([]byte, 6)...)
	at := len(out) + 16*len(names)
	for _, name := range names {
		out = append(append(out, name...), make([]byte, 4)...)
		out = binary.BigEndian.AppendUint32(out, uint32(at))
		out = binary.BigEndian.AppendUint32(out, uint32(len(tables[name])))
		at += (len(tables[name]) + 3) &^ 3
	}
	for _, name := range names {
		out = append(out, tables[name]...)
		out = append(out, make([]byte, -len(out)&3)...)
	}
	return out
}
