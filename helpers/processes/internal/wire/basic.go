package wire

import (
	"encoding/binary"
	"math"
)

// encodeBasic encodes slices of the commonest types by itself: gob describes the
// type anew in every message, which costs more than a small task. ok is false for
// other types.
func encodeBasic(s any) (b []byte, ok bool) {
	switch s := s.(type) {
	case []int:
		b = make([]byte, 0, 4*len(s))
		for _, v := range s {
			b = binary.AppendVarint(b, int64(v))
		}
	case []int64:
		for _, v := range s {
			b = binary.AppendVarint(b, v)
		}
	case []float64:
		b = make([]byte, 0, 8*len(s))
		for _, v := range s {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
		}
	case []string:
		for _, v := range s {
			b = append(binary.AppendUvarint(b, uint64(len(v))), v...)
		}
	case [][]byte:
		for _, v := range s {
			b = append(binary.AppendUvarint(b, uint64(len(v))), v...)
		}
	default:
		return nil, false
	}
	return b, true
}

// decodeBasic is the inverse, into s, which has the right length already.
func decodeBasic(b []byte, s any) (ok bool, err error) {
	switch s := s.(type) {
	case []int:
		for i := range s {
			v, k := binary.Varint(b)
			if k <= 0 {
				return true, errShort
			}
			s[i], b = int(v), b[k:]
		}
	case []int64:
		for i := range s {
			v, k := binary.Varint(b)
			if k <= 0 {
				return true, errShort
			}
			s[i], b = v, b[k:]
		}
	case []float64:
		if len(b) < 8*len(s) {
			return true, errShort
		}
		for i := range s {
			s[i] = math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:]))
		}
		b = b[8*len(s):]
	case []string:
		for i := range s {
			v, rest, err := cutBytes(b)
			if err != nil {
				return true, err
			}
			s[i], b = string(v), rest
		}
	case [][]byte:
		for i := range s {
			v, rest, err := cutBytes(b)
			if err != nil {
				return true, err
			}
			s[i], b = append([]byte(nil), v...), rest
		}
	default:
		return false, nil
	}
	if len(b) > 0 {
		return true, errLong
	}
	return true, nil
}

func cutBytes(b []byte) (v, rest []byte, err error) {
	n, k := binary.Uvarint(b)
	if k <= 0 || n > uint64(len(b)-k) {
		return nil, nil, errShort
	}
	return b[k : k+int(n)], b[k+int(n):], nil
}
