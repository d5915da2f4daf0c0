package wire

import (
	"encoding"
	"encoding/gob"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
)

// Sendable says in a sentence why what has type T, an "argument" or a "result",
// can't be sent; nil if it can.
func Sendable[T any](codec, what string) error {
	t := reflect.TypeFor[T]()
	if _, err := Encode(codec, []T{}); err != nil {
		return fmt.Errorf("the %s is of type %s: %w", what, t, err)
	}
	if field := lost(t, codec, map[reflect.Type]bool{}); field != "" {
		return fmt.Errorf("the %s is of type %s, whose field %s would be lost on the way: begin its name with a capital letter, or give the type the methods MarshalBinary and UnmarshalBinary", what, t, field)
	}
	return nil
}

// Whole reports whether gob sends all of a variable of type t, without a chance
// of never coming to an end.
func Whole(t reflect.Type) bool {
	return lost(t, "gob", map[reflect.Type]bool{}) == "" && !recursive(t, map[reflect.Type]bool{})
}

// recursive reports whether a value of type t may contain itself.
func recursive(t reflect.Type, inside map[reflect.Type]bool) bool {
	switch {
	case inside[t], t.Kind() == reflect.Interface:
		return true
	case ownEncoding(t, "gob"):
		return false
	}
	inside[t] = true
	defer delete(inside, t)
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return recursive(t.Elem(), inside)
	case reflect.Map:
		return recursive(t.Key(), inside) || recursive(t.Elem(), inside)
	case reflect.Struct:
		for f := range t.Fields() {
			if recursive(f.Type, inside) {
				return true
			}
		}
	}
	return false
}

// marshalers are the interfaces by which a type sees to its own encoding.
var marshalers = map[string][]reflect.Type{
	"gob":  {reflect.TypeFor[gob.GobEncoder](), reflect.TypeFor[encoding.BinaryMarshaler]()},
	"json": {reflect.TypeFor[json.Marshaler](), reflect.TypeFor[encoding.TextMarshaler]()},
}

// lost names a field that the codec would leave out without a word; "" if there
// is none. Locks don't count: the other process gets one of its own.
func lost(t reflect.Type, codec string, seen map[reflect.Type]bool) string {
	if seen[t] || t.PkgPath() == "sync" || t.PkgPath() == "sync/atomic" {
		return ""
	}
	seen[t] = true
	if ownEncoding(t, codec) {
		return ""
	}
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return lost(t.Elem(), codec, seen)
	case reflect.Map:
		if f := lost(t.Key(), codec, seen); f != "" {
			return f
		}
		return lost(t.Elem(), codec, seen)
	case reflect.Struct:
		return lostField(t, codec, seen)
	}
	return ""
}

func ownEncoding(t reflect.Type, codec string) bool {
	return slices.ContainsFunc(marshalers[codec], func(m reflect.Type) bool {
		return t.Implements(m) || reflect.PointerTo(t).Implements(m)
	})
}

func lostField(t reflect.Type, codec string, seen map[reflect.Type]bool) string {
	for f := range t.Fields() {
		switch {
		case f.Name == "_", f.Type.PkgPath() == "sync", f.Type.Size() == 0:
			continue
		case f.Anonymous && f.Type.Kind() == reflect.Struct: // its exported fields travel
		case !f.IsExported():
			return f.Name
		case codec == "json" && f.Tag.Get("json") == "-": // on purpose
			continue
		}
		if name := lost(f.Type, codec, seen); name != "" {
			return f.Name + "." + name
		}
	}
	return ""
}
