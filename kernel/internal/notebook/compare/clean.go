package compare

import (
	"fmt"
	"regexp"
	"strings"
)

// A Clean replaces what varies from run to run by its name in capitals.
type Clean []rule

type rule struct {
	find    *regexp.Regexp
	replace string
}

// number is one as Go, Vietnamese and English write it.
const number = `\d+(?:[.,]\d+)?`

// builtin are the rules that every check uses, in this order.
var builtin = Clean{
	{regexp.MustCompile("\x1b\\[[0-9;?]*[A-Za-z]"), ""}, // colours
	{regexp.MustCompile(`\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?`), "TIME"},
	{regexp.MustCompile(`\b\d{4}/\d\d/\d\d \d\d:\d\d:\d\d(?:\.\d+)?`), "TIME"}, // package log
	{regexp.MustCompile(`\b\d\d:\d\d:\d\d(?:\.\d+)?\b`), "TIME"},
	{regexp.MustCompile(`(?:/private)?(?:/var/folders|/tmp|/var/tmp|/dev/shm)/[^\s"':,;)\]]+`), "TEMPFILE"},
	{regexp.MustCompile(`\b0x[0-9a-fA-F]{6,16}\b`), "ADDRESS"},
	{regexp.MustCompile(`(?i)\b(pid|ppid|tid|process id|thread id)(["'\s=:#]*)\d+`), "${1}${2}NUMBER"},
	{regexp.MustCompile(`\bgoroutine \d+`), "goroutine NUMBER"},
	{regexp.MustCompile(`\b(?:` + number + `\s?(?:h|m(?:in)?)\s?)*` + number + `\s?(?:ns|µs|μs|us|ms|s|sec|seconds?|giây|phút|minutes?)(?:/op)?\b`), "DURATION"},
	{regexp.MustCompile(`\b` + number + `\s?(?:[kKMG]i?B/s|[MG]bit/s|ops/s|/s)`), "RATE"},
}

// NewClean returns the built-in rules and one for each regular expression,
// whose matches are left out of the comparison.
func NewClean(ignore ...string) (Clean, error) {
	rules := append(Clean{}, builtin...)
	for _, s := range ignore {
		re, err := regexp.Compile("(?m)" + s)
		if err != nil {
			return nil, fmt.Errorf("%q is no regular expression: %w", s, err)
		}
		rules = append(rules, rule{re, "IGNORED"})
	}
	return rules, nil
}

var spaces = regexp.MustCompile(`[ \t─-]+`)

// Text cleans a text. In a line where something was replaced, runs of spaces
// and rules count as one, since columns move with what stands in them.
func (c Clean) Text(s string) string {
	moved := false
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		changed := line
		for _, r := range c {
			changed = r.find.ReplaceAllString(changed, r.replace)
		}
		if changed != line {
			moved = true
			changed = strings.TrimRight(spaces.ReplaceAllString(changed, " "), " ")
		}
		lines[i] = changed
	}
	if moved { // a table's head and rule move with its rows
		for i, line := range lines {
			lines[i] = strings.TrimRight(spaces.ReplaceAllString(line, " "), " ")
		}
	}
	return strings.Join(lines, "\n")
}
