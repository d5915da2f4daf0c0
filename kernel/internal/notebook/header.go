package notebook

import "strings"

// Header returns the options that stand in the cell's first lines, as Quarto
// and MyST read them:
//
//	//| label: fig-speedup
//	//| fig-cap: "Speedup on this machine"
//
// Lines may begin with //| or #|. Values are text without their quotes.
func (c *Cell) Header() map[string]string {
	header, _ := SplitHeader(c.Source)
	return header
}

// SplitHeader returns the options in the first lines of a cell's source and the
// source without these lines. A line %% before them, as GoNB has it, stays.
func SplitHeader(source string) (header map[string]string, rest string) {
	var kept strings.Builder
	for len(source) > 0 {
		line, after, _ := strings.Cut(source, "\n")
		option, ok := headerLine(line)
		if !ok {
			if strings.TrimSpace(line) == "" && header == nil || strings.HasPrefix(line, "%%") {
				kept.WriteString(line + "\n")
				source = after
				continue
			}
			break
		}
		source = after
		if header == nil {
			header = map[string]string{}
		}
		if key, value, ok := strings.Cut(option, ":"); ok {
			header[strings.TrimSpace(key)] = unquote(strings.TrimSpace(value))
		}
	}
	return header, kept.String() + source
}

func headerLine(line string) (option string, ok bool) {
	line = strings.TrimSpace(line)
	if option, ok = strings.CutPrefix(line, "//|"); ok {
		return option, true
	}
	return strings.CutPrefix(line, "#|")
}

// unquote takes off YAML's quotes.
func unquote(s string) string {
	if len(s) < 2 || s[0] != s[len(s)-1] {
		return s
	}
	switch s[0] {
	case '"':
		return strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(s[1 : len(s)-1])
	case '\'':
		return strings.ReplaceAll(s[1:len(s)-1], "''", "'")
	}
	return s
}
