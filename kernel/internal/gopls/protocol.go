package gopls

import (
	"encoding/json"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// The parts of LSP 3.17 that are used here.

type position struct {
	Line      int `json:"line"`
	Character int `json:"character"` // in UTF-16 code units
}

type lspRange struct {
	Start position `json:"start"`
	End   position `json:"end"`
}

type textEdit struct {
	Range   lspRange `json:"range"`
	NewText string   `json:"newText"`
}

type document struct {
	URI        string `json:"uri"`
	LanguageID string `json:"languageId,omitempty"`
	Version    int    `json:"version,omitempty"`
	Text       string `json:"text,omitempty"`
}

type openParams struct {
	Document document `json:"textDocument"`
}

type change struct {
	Text string `json:"text"` // all of it
}

type changeParams struct {
	Document document `json:"textDocument"`
	Changes  []change `json:"contentChanges"`
}

type placeParams struct {
	Document document `json:"textDocument"`
	Position position `json:"position"`
}

type completionList struct {
	Items []completionItem `json:"items"`
}

type completionItem struct {
	Label      string     `json:"label"`
	Kind       int        `json:"kind"`
	Detail     string     `json:"detail"`
	Edit       *textEdit  `json:"textEdit"`
	Additional []textEdit `json:"additionalTextEdits"`
}

type markup struct {
	Kind  string `json:"kind"`
	Value string `json:"value"`
}

// UnmarshalJSON takes a plain string too, as LSP allows for documentation.
func (m *markup) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		m.Kind = "plaintext"
		return json.Unmarshal(b, &m.Value)
	}
	type plain markup
	return json.Unmarshal(b, (*plain)(m))
}

type hoverResult struct {
	Contents markup   `json:"contents"`
	Range    lspRange `json:"range"`
}

type signatureHelp struct {
	Signatures []struct {
		Label         string `json:"label"`
		Documentation markup `json:"documentation"`
		Parameters    []struct {
			Label string `json:"label"`
		} `json:"parameters"`
	} `json:"signatures"`
	ActiveSignature int `json:"activeSignature"`
	ActiveParameter int `json:"activeParameter"`
}

// settings are gopls' own, sent when it is initialized. What nobody asks for is
// off: it costs time while cells run.
var settings = map[string]any{
	"buildFlags":                     []string{"-tags=songsong"},
	"completeFunctionCalls":          false, // front ends insert texts, not snippets
	"experimentalPostfixCompletions": false, // they change text before the word
	"diagnosticsTrigger":             "Save",
	"vulncheck":                      "Off",
	"analysisProgressReporting":      false,
	"semanticTokens":                 false,
	"newGoFileHeader":                false,
	"linksInHover":                   true,
	"hoverKind":                      "FullDocumentation",
	"matcher":                        "Fuzzy",
	"completeUnimported":             false,
}

func initializeParams(dirURI string, pid int) map[string]any {
	markdown := []string{"markdown"}
	return map[string]any{
		"processId": pid,
		"rootUri":   dirURI,
		"capabilities": map[string]any{"textDocument": map[string]any{
			"completion":    map[string]any{"completionItem": map[string]any{"documentationFormat": markdown}},
			"hover":         map[string]any{"contentFormat": markdown},
			"signatureHelp": map[string]any{"signatureInformation": map[string]any{"documentationFormat": markdown}},
		}},
		"workspaceFolders":      []map[string]string{{"uri": dirURI, "name": "session"}},
		"initializationOptions": settings,
	}
}

// positionOf is the LSP position of a byte offset, which is moved into text.
func positionOf(text string, offset int) position {
	before := text[:min(max(offset, 0), len(text))]
	line := before[strings.LastIndexByte(before, '\n')+1:]
	n := 0
	for _, r := range line {
		n += max(utf16.RuneLen(r), 1)
	}
	return position{strings.Count(before, "\n"), n}
}

// offsetOf is the byte offset of an LSP position, which is moved into text.
func offsetOf(text string, p position) int {
	at := 0
	for range p.Line {
		i := strings.IndexByte(text[at:], '\n')
		if i < 0 {
			return len(text)
		}
		at += i + 1
	}
	for n := p.Character; n > 0 && at < len(text) && text[at] != '\n'; {
		r, size := utf8.DecodeRuneInString(text[at:])
		n -= max(utf16.RuneLen(r), 1)
		at += size
	}
	return at
}

// kinds are our words for LSP's kinds of completions.
var kinds = map[int]string{
	2: "method", 3: "function", 4: "function", 5: "field", 6: "variable", 7: "type", 8: "type",
	9: "module", 10: "field", 13: "type", 14: "keyword", 20: "constant", 21: "constant", 22: "type", 25: "type",
}
