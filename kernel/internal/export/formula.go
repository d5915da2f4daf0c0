package export

import (
	"fmt"
	"html/template"
	"strings"
	"unicode"
)

// formula writes TeX as MathML, which browsers show without a script. It knows
// what formulas of speedup, queues and statistics need: fractions, roots,
// indices, sums, Greek letters, relations, brackets, text. A formula that needs
// more (matrices, alignment) is shown as its TeX source.
func formula(tex string, block bool) template.HTML {
	t := &texParser{rest: tex, block: block}
	inner := t.row("")
	display := "inline"
	if block {
		display = "block"
	}
	if t.failed || t.rest != "" {
		if block {
			return template.HTML(`<pre class="tex" tabindex="0"><code>` + template.HTMLEscapeString(tex) + "</code></pre>")
		}
		return template.HTML(`<code class="tex">` + template.HTMLEscapeString(tex) + "</code>")
	}
	return template.HTML(fmt.Sprintf(`<math display="%s"><semantics>%s<annotation encoding="application/x-tex">%s</annotation></semantics></math>`,
		display, inner, template.HTMLEscapeString(tex)))
}

var texSymbols = map[string]string{
	"alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ϵ", "varepsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ",
	"kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "ϕ", "varphi": "φ",
	"chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Pi": "Π", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
	"infty": "∞", "partial": "∂", "ell": "ℓ", "emptyset": "∅",
}

var texOperators = map[string]string{
	"cdot": "⋅", "times": "×", "div": "÷", "pm": "±", "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "ne": "≠", "neq": "≠", "approx": "≈", "sim": "∼",
	"equiv": "≡", "propto": "∝", "to": "→", "rightarrow": "→", "Rightarrow": "⇒", "implies": "⟹", "leftarrow": "←", "in": "∈", "notin": "∉", "subset": "⊂",
	"cup": "∪", "cap": "∩", "ll": "≪", "gg": "≫", "mid": "∣", "ldots": "…", "dots": "…", "cdots": "⋯", "forall": "∀", "exists": "∃", "land": "∧", "lor": "∨",
	"lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉", "{": "{", "}": "}", "|": "‖", "langle": "⟨", "rangle": "⟩", "%": "%", "colon": ":",
}

// texBig are operators whose limits stand below and above them on a line of their own.
var texBig = map[string]string{"sum": "∑", "prod": "∏", "int": "∫", "max": "max", "min": "min", "lim": "lim", "bigcup": "⋃"}

var texFunctions = map[string]bool{"log": true, "ln": true, "exp": true, "sin": true, "cos": true, "Pr": true, "gcd": true, "mod": true}

var texSpaces = map[string]string{",": "0.17em", ":": "0.22em", ";": "0.28em", " ": "0.33em", "quad": "1em", "qquad": "2em", "!": "-0.17em"}

var texAccents = map[string]string{"bar": "¯", "overline": "¯", "hat": "^", "tilde": "~", "vec": "→", "dot": "˙"}

// A texParser reads TeX from left to right; what it does not know makes it fail.
type texParser struct {
	rest   string
	block  bool
	failed bool
}

// row reads up to the end, a closing brace or the given command.
func (t *texParser) row(until string) string {
	var b strings.Builder
	b.WriteString("<mrow>")
	for t.skip(); t.rest != "" && !t.failed; t.skip() {
		if t.rest[0] == '}' || until != "" && strings.HasPrefix(t.rest, until) {
			break
		}
		b.WriteString(t.scripted())
	}
	b.WriteString("</mrow>")
	return b.String()
}

func (t *texParser) skip() { t.rest = strings.TrimLeft(t.rest, " \t\n") }

func (t *texParser) fail() string { t.failed = true; return "" }

// scripted reads an atom with its indices.
func (t *texParser) scripted() string {
	base, limits := t.atom()
	var sub, sup string
	for t.skip(); t.rest != "" && (t.rest[0] == '_' || t.rest[0] == '^') && !t.failed; t.skip() {
		mark := t.rest[0]
		t.rest = t.rest[1:]
		if mark == '_' {
			sub = t.argument()
		} else {
			sup = t.argument()
		}
	}
	kinds := [...]string{"msub", "msup", "msubsup"}
	if limits && t.block {
		kinds = [...]string{"munder", "mover", "munderover"}
	}
	switch {
	case sub != "" && sup != "":
		return "<" + kinds[2] + ">" + base + sub + sup + "</" + kinds[2] + ">"
	case sub != "":
		return "<" + kinds[0] + ">" + base + sub + "</" + kinds[0] + ">"
	case sup != "":
		return "<" + kinds[1] + ">" + base + sup + "</" + kinds[1] + ">"
	}
	return base
}

// argument reads {…} or one atom.
func (t *texParser) argument() string {
	t.skip()
	if t.rest == "" {
		return t.fail()
	}
	if t.rest[0] == '{' {
		return t.group()
	}
	if t.rest[0] >= '0' && t.rest[0] <= '9' { // one digit, as in \frac12
		return "<mn>" + t.take(1) + "</mn>"
	}
	s, _ := t.atom()
	return s
}

func (t *texParser) group() string {
	t.rest = t.rest[1:]
	s := t.row("")
	if !strings.HasPrefix(t.rest, "}") {
		return t.fail()
	}
	t.rest = t.rest[1:]
	return s
}

func (t *texParser) atom() (mathML string, limits bool) {
	if t.rest == "" {
		return t.fail(), false
	}
	r := []rune(t.rest)[0]
	switch {
	case r == '\\':
		return t.command()
	case r == '{':
		return t.group(), false
	case unicode.IsDigit(r):
		n := strings.IndexFunc(t.rest, func(r rune) bool { return !unicode.IsDigit(r) && r != '.' })
		if n < 0 {
			n = len(t.rest)
		}
		n = len(strings.TrimRight(t.rest[:n], "."))
		return "<mn>" + t.take(n) + "</mn>", false
	case unicode.IsLetter(r):
		return "<mi>" + t.take(len(string(r))) + "</mi>", false
	case r == '\'':
		t.take(1)
		return "<mo>′</mo>", false
	case r == '-':
		t.take(1)
		return "<mo>−</mo>", false
	case strings.ContainsRune("&^_#$~", r):
		return t.fail(), false
	}
	s := t.take(len(string(r)))
	if strings.ContainsRune("()[]|", r) {
		return `<mo stretchy="false">` + s + "</mo>", false
	}
	return "<mo>" + template.HTMLEscapeString(s) + "</mo>", false
}

func (t *texParser) take(n int) string {
	s := t.rest[:n]
	t.rest = t.rest[n:]
	return s
}

// command reads what begins with a backslash.
func (t *texParser) command() (mathML string, limits bool) {
	t.rest = t.rest[1:]
	n := strings.IndexFunc(t.rest, func(r rune) bool { return r > 0x7f || !unicode.IsLetter(r) })
	switch {
	case t.rest == "":
		return t.fail(), false
	case n < 0:
		n = len(t.rest)
	case n == 0:
		n = 1
	}
	name := t.take(n)
	if s, ok := texSymbols[name]; ok {
		return "<mi>" + s + "</mi>", false
	}
	if s, ok := texOperators[name]; ok {
		return `<mo stretchy="false">` + s + "</mo>", false
	}
	if s, ok := texBig[name]; ok {
		return "<mo>" + s + "</mo>", name != "int"
	}
	if s, ok := texSpaces[name]; ok {
		return `<mspace width="` + s + `"></mspace>`, false
	}
	if s, ok := texAccents[name]; ok {
		return `<mover accent="true">` + t.argument() + "<mo>" + s + "</mo></mover>", false
	}
	if texFunctions[name] {
		return "<mi>" + name + "</mi><mo>\u2061</mo>", false
	}
	return t.structure(name), false
}

func (t *texParser) structure(name string) string {
	switch name {
	case "frac", "dfrac", "tfrac":
		return "<mfrac>" + t.argument() + t.argument() + "</mfrac>"
	case "sqrt":
		return "<msqrt>" + t.argument() + "</msqrt>"
	case "text", "mathrm", "operatorname", "textrm", "mathit", "texttt", "mathbf":
		return t.text(name)
	case "left":
		return t.fence()
	case "displaystyle", "limits", "bigl", "bigr", "Big", "big":
		return ""
	}
	return t.fail()
}

func (t *texParser) text(name string) string {
	t.skip()
	end := strings.IndexByte(t.rest, '}')
	if !strings.HasPrefix(t.rest, "{") || end < 0 || strings.ContainsAny(t.rest[1:end], `\{$`) {
		return t.fail()
	}
	s := template.HTMLEscapeString(t.take(end + 1)[1:end])
	switch name {
	case "mathrm", "operatorname":
		return `<mi mathvariant="normal">` + s + "</mi>"
	case "mathit":
		return "<mi>" + s + "</mi>"
	case "mathbf":
		return `<mtext style="font-weight:bold">` + s + "</mtext>"
	}
	return "<mtext>" + s + "</mtext>"
}

// fence reads \left( … \right).
func (t *texParser) fence() string {
	open := t.bracket()
	inner := t.row(`\right`)
	if !strings.HasPrefix(t.rest, `\right`) {
		return t.fail()
	}
	t.take(len(`\right`))
	return "<mrow>" + open + inner + t.bracket() + "</mrow>"
}

func (t *texParser) bracket() string {
	t.skip()
	if t.rest == "" {
		return t.fail()
	}
	if t.rest[0] == '.' {
		t.take(1)
		return ""
	}
	s, _ := t.atom()
	return strings.Replace(s, ` stretchy="false"`, "", 1)
}
