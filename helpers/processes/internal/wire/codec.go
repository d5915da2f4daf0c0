package wire

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"fmt"
	"reflect"
)

// Encode encodes s, a slice, by the codec ("gob" or "json"; with gob, slices of
// basic types are encoded in a shorter way). Elements of size
// zero, such as struct{}, take no bytes and need no codec.
func Encode[T any](codec string, s []T) ([]byte, error) {
	if empty[T]() {
		return nil, nil
	}
	if codec == "json" {
		return json.Marshal(s)
	}
	if b, ok := encodeBasic(s); ok {
		return b, nil
	}
	var buf bytes.Buffer
	err := gob.NewEncoder(&buf).Encode(s)
	return buf.Bytes(), err
}

// Decode is the inverse of Encode; n is the number of elements that must come.
func Decode[T any](codec string, b []byte, n int) ([]T, error) {
	if empty[T]() {
		return make([]T, n), nil
	}
	if codec != "json" && n <= 8*len(b)+8 { // a guard against a damaged n
		s := make([]T, n)
		if ok, err := decodeBasic(b, s); ok {
			return s, err
		}
	}
	var s []T
	var err error
	if codec == "json" {
		err = json.Unmarshal(b, &s)
	} else {
		err = gob.NewDecoder(bytes.NewReader(b)).Decode(&s)
	}
	if err != nil {
		return nil, err
	}
	if len(s) != n {
		return nil, fmt.Errorf("%d values came where %d were due", len(s), n)
	}
	return s, nil
}

func empty[T any]() bool { return reflect.TypeFor[T]().Size() == 0 }
