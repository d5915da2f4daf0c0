package rt

import (
	"encoding/gob"
	"fmt"
	"reflect"
)

// GobRegister stands for gob.Register in a cell. A type that was defined again
// is registered under its name and a number, so that values of both can be sent.
func GobRegister(value any) {
	for n := 2; !registered(func() { gob.Register(value) }); n++ {
		name := fmt.Sprintf("%v#%d", reflect.TypeOf(value), n)
		if registered(func() { gob.RegisterName(name, value) }) {
			return
		}
		if n > 1000 {
			gob.Register(value) // its own panic says what is wrong
		}
	}
}

func registered(f func()) (ok bool) {
	defer func() { ok = recover() == nil }()
	f()
	return
}
