package processes

import (
	"bytes"
	"encoding/gob"
	"fmt"
	"reflect"

	"songsong/helpers/processes/internal/wire"
)

// A program in one file gives its workers the variables its initialisers set. In
// a notebook cells set them, one after the other, so workers get copies of their
// values at the time the pool is made: of those that can be sent whole, and are
// not larger than stateLimit. What a worker changes stays there.

// stateLimit is the size in bytes up to which a variable's encoding is sent.
const stateLimit = 1 << 20

// readState encodes the variables that are not zero.
func readState() map[string][]byte {
	state := map[string][]byte{}
	for name, v := range variables() {
		if v.IsZero() || !wire.Whole(v.Type()) {
			continue
		}
		if b, err := encodeVariable(v); err == nil && len(b) <= stateLimit {
			state[name] = b
		}
	}
	return state
}

func encodeVariable(v reflect.Value) (b []byte, err error) {
	defer func() { // gob panics for some values
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	var buf bytes.Buffer
	err = gob.NewEncoder(&buf).EncodeValue(v)
	return buf.Bytes(), err
}

// writeState sets the variables in a worker.
func writeState(state map[string][]byte) error {
	if len(state) == 0 {
		return nil
	}
	here := variables()
	for name, b := range state {
		v, ok := here[name]
		if !ok {
			continue // no function of this worker uses it
		}
		if err := gob.NewDecoder(bytes.NewReader(b)).DecodeValue(v); err != nil {
			return fmt.Errorf("a variable of type %s did not arrive: %w", v.Type(), err)
		}
	}
	return nil
}
