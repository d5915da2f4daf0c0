package jupyter

import (
	"strings"
	"sync"
)

// An entry is one cell that was run.
type entry struct {
	Session int    `json:"s"`
	Line    int    `json:"n"` // execution count
	Input   string `json:"i,omitempty"`
	Output  string `json:"o,omitempty"` // the value it showed, as text
}

// output is the output as the protocol has it: text, or nothing.
func (e entry) output() any {
	if e.Output == "" {
		return nil
	}
	return e.Output
}

// maxOutput bounds the output kept with an entry, in bytes.
const maxOutput = 16 << 10

// history holds the cells of this session and of those before it, oldest
// first. Several kernels may share a file: each sees what was there when it
// started, and what it adds itself.
type history struct {
	log  func(format string, args ...any)
	file *historyFile // nil: not kept

	mu      sync.Mutex
	session int
	entries []entry
}

// openHistory reads the file, "" for none. A file that can't be read or
// written is left alone with a log line: the kernel works without it.
func openHistory(file string, log func(string, ...any)) *history {
	h := &history{log: log, session: 1}
	if file == "" {
		return h
	}
	f := &historyFile{path: file}
	entries, session, err := f.open()
	if err != nil {
		log("the history is not kept: %v", err)
		return h
	}
	h.file, h.entries, h.session = f, entries, session
	return h
}

// add appends a cell to the history and its file.
func (h *history) add(line int, input, output string) {
	if len(output) > maxOutput {
		output = strings.ToValidUTF8(output[:maxOutput], "") + " …"
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	e := entry{h.session, line, input, output}
	h.entries = append(h.entries, e)
	if len(h.entries) > 2*maxEntries {
		h.entries = append([]entry(nil), h.entries[len(h.entries)-maxEntries:]...)
	}
	if h.file == nil {
		return
	}
	if err := h.file.append(e); err != nil {
		h.log("the history is not kept any longer: %v", err)
		h.file = nil
	}
}

// last returns the last n of what is found, all for n < 0.
func last(found []entry, n int) []entry {
	if n >= 0 && len(found) > n {
		found = found[len(found)-n:]
	}
	return found
}

// tail returns the last n cells.
func (h *history) tail(n int) []entry {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]entry(nil), last(h.entries, n)...)
}

// span returns the lines start to stop (not included, nil for the end) of a
// session: 0 is this one, -1 the one before it in this history, and so on.
func (h *history) span(session, start int, stop *int) []entry {
	h.mu.Lock()
	defer h.mu.Unlock()
	session = h.resolveLocked(session)
	var found []entry
	for _, e := range h.entries {
		if e.Session == session && e.Line >= start && (stop == nil || e.Line < *stop) {
			found = append(found, e)
		}
	}
	return found
}

// resolveLocked turns a session counted backwards into its number.
func (h *history) resolveLocked(session int) int {
	if session > 0 {
		return session
	}
	back, at := -session, h.session
	for i := len(h.entries) - 1; i >= 0 && back > 0; i-- {
		if s := h.entries[i].Session; s < at {
			at = s
			back--
		}
	}
	if back > 0 {
		return 0 // there are not so many
	}
	return at
}

// search returns the last n cells that match a pattern with * and ?, each
// input once if unique. Like IPython's, the pattern is for the whole input.
func (h *history) search(pattern string, unique bool, n int) []entry {
	h.mu.Lock()
	defer h.mu.Unlock()
	var found []entry
	seen := map[string]bool{}
	for i := len(h.entries) - 1; i >= 0 && (n < 0 || len(found) < n); i-- {
		e := h.entries[i]
		if !matches(pattern, e.Input) || unique && seen[e.Input] {
			continue
		}
		seen[e.Input] = true
		found = append(found, e)
	}
	for i, j := 0, len(found)-1; i < j; i, j = i+1, j-1 {
		found[i], found[j] = found[j], found[i]
	}
	return found
}

// matches tells whether the whole of s matches a pattern, in which * stands
// for any text and ? for one character; all else is itself, as code is full of
// brackets and backslashes. "" matches everything.
func matches(pattern, s string) bool {
	if pattern == "" {
		return true
	}
	p, t := []rune(pattern), []rune(s)
	star, mark := -1, 0 // the last *, and how far its text may reach
	i, j := 0, 0
	for j < len(t) {
		switch {
		case i < len(p) && p[i] == '*':
			star, mark = i, j
			i++
		case i < len(p) && (p[i] == '?' || p[i] == t[j]):
			i++
			j++
		case star >= 0:
			mark++
			i, j = star+1, mark
		default:
			return false
		}
	}
	for i < len(p) && p[i] == '*' {
		i++
	}
	return i == len(p)
}
