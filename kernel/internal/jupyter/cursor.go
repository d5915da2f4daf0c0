package jupyter

import "unicode/utf8"

// byteOffset turns a cursor position in code points, as the protocol counts
// them, into a byte offset. A position outside the code is moved to its end or
// its beginning.
func byteOffset(code string, points int) int {
	if points <= 0 {
		return 0
	}
	for i := range code {
		if points == 0 {
			return i
		}
		points--
	}
	return len(code)
}

// pointOffset turns a byte offset into a cursor position in code points. An
// offset inside a character counts as that character's.
func pointOffset(code string, offset int) int {
	offset = min(max(offset, 0), len(code))
	for offset > 0 && offset < len(code) && !utf8.RuneStart(code[offset]) {
		offset--
	}
	return utf8.RuneCountInString(code[:offset])
}
