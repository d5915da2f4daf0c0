package rt

import (
	"fmt"
	"reflect"
	"strconv"
	"unsafe"
)

// Words is a value of interface type as the built-in function println sees it.
type Words [2]uintptr

// WordsOf returns the words of x, a value of the interface type I.
func WordsOf[I any](x I) Words { return *(*Words)(unsafe.Pointer(&x)) }

// BuiltinPrintln and BuiltinPrint stand for the built-in functions println and
// print in a cell: the same text, but in order with what else the cell prints.
func BuiltinPrintln(args ...any) { builtinPrint(args, " ", "\n") }

// BuiltinPrint: see [BuiltinPrintln].
func BuiltinPrint(args ...any) { builtinPrint(args, "", "") }

func builtinPrint(args []any, between, end string) {
	var b []byte
	for i, a := range args {
		if i > 0 {
			b = append(b, between...)
		}
		b = appendBuiltin(b, a)
	}
	Stderr.Write(append(b, end...))
}

func appendBuiltin(b []byte, a any) []byte {
	if w, ok := a.(Words); ok {
		return fmt.Appendf(b, "(%#x,%#x)", w[0], w[1])
	}
	switch v := reflect.ValueOf(a); v.Kind() {
	case reflect.Bool:
		return strconv.AppendBool(b, v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.AppendInt(b, v.Int(), 10)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return strconv.AppendUint(b, v.Uint(), 10)
	case reflect.Float32, reflect.Float64:
		return strconv.AppendFloat(b, v.Float(), 'g', -1, v.Type().Bits())
	case reflect.Complex64, reflect.Complex128:
		return append(b, strconv.FormatComplex(v.Complex(), 'g', -1, v.Type().Bits())...)
	case reflect.String:
		return append(b, v.String()...)
	case reflect.Slice:
		return fmt.Appendf(b, "[%d/%d]%#x", v.Len(), v.Cap(), v.Pointer())
	case reflect.Pointer, reflect.Chan, reflect.Map, reflect.Func, reflect.UnsafePointer:
		return fmt.Appendf(b, "%#x", *(*uintptr)(unsafe.Add(unsafe.Pointer(&a), unsafe.Sizeof(uintptr(0)))))
	}
	return fmt.Append(b, a)
}
