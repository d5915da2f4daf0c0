package enginetest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
)

// A plainGen writes random cells of what source.LowerPlain looks at, and of what
// lies just outside: the kernel is to tell them apart.
type plainGen struct {
	r *rand.Rand
	n int // of variables it has defined
}

func (g *plainGen) pick(words ...string) string { return words[g.r.IntN(len(words))] }

var (
	plainInts   = []string{"0", "1", "2", "-1", "3", "7", "64", "1<<31", "1<<62", "math.MaxInt64", "math.MinInt64", "'a'", "1e3", "3/2", "7/2*2", "10%4", "0x7f", "1_000", "len(\"chào\")"}
	plainFloats = []string{"0", "1", "-1", "0.1", "2.5", "3/2", "3/2.0", "1/3.0", "1e308", "-1e308", "5e-324", "math.Pi", "1<<53 + 1", "'x'", "7/2*2.0", "0.1+0.2", "1e100/3", "-0.0", "math.MaxInt64"}
	plainTexts  = []string{`""`, `"a"`, `"chào"`, `"x"+"y"`, "`raw\\n`", `"tab\t\"q\""`, `"\x00\xff"`, `"😀"`, `"%d"`}
	plainBools  = []string{"true", "false", "1 < 2", `"a" < "b"`, "3/2 == 1", "3/2.0 == 1.5", "!true"}
)

// cell writes a cell: values for the variables, statements, and mostly a value.
func (g *plainGen) cell() string {
	var b strings.Builder
	ints := []int{0, 1, -1, 2, 3, 10, math.MaxInt64, math.MinInt64, 1 << 40, -7}
	floats := []float64{0, 1, -2.5, 0.1, 1e300, -1e300, 3, 1e-310}
	texts := []string{"", "a", "chào", "long text", "\x00", "12"}
	n := func() int { return ints[g.r.IntN(len(ints))] }
	f := func() float64 { return floats[g.r.IntN(len(floats))] }
	s := func() string { return texts[g.r.IntN(len(texts))] }
	fmt.Fprintf(&b, plainReset, n(), n(), n(), n(), f(), f(), s(), s(), g.r.IntN(2) == 0, g.r.IntN(2) == 0)
	for range 1 + g.r.IntN(4) {
		b.WriteString(g.stmt() + "\n")
	}
	if g.r.IntN(4) > 0 {
		b.WriteString("/*shown*/ " + g.value(3) + "\n")
		return b.String()
	}
	return strings.TrimSuffix(b.String(), "\n") + ";\n" // noise() alone would be a value
}

func (g *plainGen) stmt() string {
	kind := g.kind()
	v := g.variable(kind)
	switch g.r.IntN(13) {
	case 0, 1, 2, 3:
		return v + " = " + g.expr(kind, 3)
	case 4, 5:
		return v + " " + g.operator(kind) + "= " + g.expr(kind, 2)
	case 6:
		return g.variable(g.pick("int", "int64", "float64")) + g.pick("++", "--")
	case 7:
		g.n++
		return fmt.Sprintf("v%d := %s", g.n, g.expr(kind, 2))
	case 8:
		if !g.strange() {
			return v + " = " + v
		}
		w := g.variable(kind)
		return v + ", " + w + " = " + g.expr(kind, 1) + ", " + v
	case 9:
		return g.pick("noise(", "_ = noise(") + g.expr("string", 2) + ")"
	case 10:
		return "fmt.Printf(" + g.pick(`"%v|%v\n"`, `"%d %s\n"`, `"%5.2f|%-6v|\n"`, `"%T %T\n"`, `"%x %q\n"`, `"%+v %#v\n"`, `"%t %g\n"`, `"%v\n"`, `"%v %v %v\n"`, `"%[2]v %[1]v\n"`, `"%*d|%v\n"`) + ", " + g.value(2) + ", " + g.value(2) + ")"
	case 11:
		return "fmt." + g.pick("Println", "Print") + "(" + g.value(2) + ", " + g.value(2) + ")"
	}
	return "fmt.Println(" + g.value(3) + ")"
}

// strange reports whether to write something that is hardly plain.
func (g *plainGen) strange() bool { return g.r.IntN(25) == 0 }

func (g *plainGen) kind() string { return g.pick("int", "int", "int64", "float64", "string", "bool") }

func (g *plainGen) variable(kind string) string {
	switch kind {
	case "int":
		return g.pick("a", "b")
	case "int64":
		return g.pick("i", "j")
	case "float64":
		return g.pick("f", "g")
	case "string":
		return g.pick("s", "u")
	}
	return g.pick("p", "q")
}

func (g *plainGen) operator(kind string) string {
	switch kind {
	case "int", "int64":
		if g.strange() {
			return g.pick("/", "%", "&", "|", "^", "&^", "<<", ">>")
		}
		return g.pick("+", "-", "*")
	case "float64":
		return g.pick("+", "-", "*", "/")
	case "string":
		return "+"
	}
	return g.pick("&&", "||", "==", "!=")
}

// value writes something to print or show: of a plain type, mostly.
func (g *plainGen) value(depth int) string {
	if g.r.IntN(8) == 0 {
		return g.pick("xs", "m", "warm", "r8", "u16", "f32", "'x'", "1.5", "7", "1<<40", "any2(a, f)", "any2(s, 1)", "any2(warm, s)", "any2(xs, p)", "any2(2.5, 'c')")
	}
	if g.strange() {
		return g.pick("e", "nil", "two", "len(xs)", "m[\"k\"]", "xs[0]", "any2(a, f)", "any2(s, 1)", "any2(1.0, nil)", "any2(warm, 'c')", "any2(xs, p)", "text(e)", "text(nil)", "float32(f)", "int8(a)", "uint(b)", "complex(f, g)", "warm.String()", "celsius(f)", "e.Error()")
	}
	return g.expr(g.kind(), depth)
}

// expr writes an expression of a type.
func (g *plainGen) expr(kind string, depth int) string {
	if depth == 0 || g.r.IntN(6) == 0 {
		return g.leaf(kind)
	}
	depth--
	x := func(kind string) string { return g.expr(kind, depth) }
	if g.r.IntN(3) == 0 {
		return g.paren(g.call(kind, depth))
	}
	switch kind {
	case "bool":
		if g.r.IntN(2) == 0 {
			return g.paren(x("bool") + " " + g.pick("&&", "||", "==", "!=") + " " + x("bool"))
		}
		if g.r.IntN(4) == 0 {
			return "!" + g.paren(x("bool"))
		}
		k := g.pick("int", "int64", "float64", "string")
		return g.paren(x(k) + " " + g.pick("==", "!=", "<", "<=", ">", ">=") + " " + x(k))
	case "string":
		if g.strange() {
			return g.pick("s[", "u[") + g.pick("1:]", ":1]", ":]", "0:0]")
		}
		return g.paren(x("string") + " + " + x("string"))
	}
	if g.r.IntN(5) == 0 {
		if g.strange() {
			return "^" + g.paren(x(kind))
		}
		return g.pick("-", "+", "-") + g.paren(x(kind))
	}
	return g.paren(x(kind) + " " + g.operator(kind) + " " + x(kind))
}

func (g *plainGen) paren(s string) string {
	if g.r.IntN(4) == 0 {
		return s
	}
	return "(" + s + ")"
}

func (g *plainGen) leaf(kind string) string {
	if g.r.IntN(2) == 0 {
		return g.variable(kind)
	}
	switch kind {
	case "int":
		return g.pick(plainInts...)
	case "int64":
		return g.pick(plainInts...)
	case "float64":
		return g.pick(plainFloats...)
	case "string":
		return g.pick(plainTexts...)
	}
	return g.pick(plainBools...)
}

func (g *plainGen) call(kind string, depth int) string {
	x := func(kind string) string { return g.expr(kind, depth) }
	switch kind {
	case "int":
		switch n := g.r.IntN(11); {
		case n >= 3 && n <= 5 && !g.strange():
			return "int(" + x("int64") + ")"
		case n == 0:
			return "int(" + x(g.pick("int64", "int", "int", "int64", "int64", "float64")) + ")"
		case n == 1:
			return "fails(" + x("int") + ")"
		case n == 2:
			return "index(xs, " + x("int") + ")"
		case n == 3:
			return "count(" + g.pick("", x("int"), x("int")+", "+x("int"), "xs...") + ")"
		case n == 4:
			return g.pick("min(", "max(") + x("int") + ", " + x("int") + ")"
		case n == 5:
			return "len(" + x("string") + ")"
		}
		return "add(" + x("int") + ", " + x("int") + ")"
	case "int64":
		if g.r.IntN(2) == 0 {
			return "int64(" + x(g.pick("int64", "int", "int", "int64", "int64", "float64")) + ")"
		}
		return "wide(" + x("int64") + ")"
	case "float64":
		switch g.r.IntN(4) {
		case 0:
			return "float64(" + x(g.pick("int64", "int", "float64")) + ")"
		case 1:
			return "half(" + x("float64") + ")"
		case 2:
			return g.pick("math.Pow(", "math.Max(", "math.Min(") + x("float64") + ", " + x("float64") + ")"
		}
		return "math." + g.pick("Sqrt", "Abs", "Floor", "Ceil", "Log", "Exp", "Round") + "(" + x("float64") + ")"
	case "string":
		switch g.r.IntN(7) {
		case 0:
			return "strconv.Itoa(" + x("int") + ")"
		case 1:
			return "strings.Repeat(" + x("string") + ", " + g.pick("0", "2", "-1") + ")"
		case 2:
			return "strings." + g.pick("ToUpper", "ToLower", "TrimSpace") + "(" + x("string") + ")"
		case 3:
			return "fmt.Sprint(" + g.value(depth) + ", " + g.value(depth) + ")"
		case 4:
			return "fmt.Sprintf(" + g.pick(`"%v"`, `"%d"`, `"%s|%v"`, `"%T"`, `"%08.3f"`, `"%q"`) + ", " + g.value(depth) + ")"
		case 5:
			if g.strange() {
				return "string(rune(" + x("int") + "))"
			}
		}
		return "greet(" + x("string") + ", " + x("int") + ")"
	}
	switch g.r.IntN(3) {
	case 0:
		return "both(" + x("bool") + ", " + x("bool") + ")"
	case 1:
		return "noise(" + x("string") + ")"
	}
	return "strings." + g.pick("Contains", "HasPrefix", "HasSuffix") + "(" + x("string") + ", " + x("string") + ")"
}
