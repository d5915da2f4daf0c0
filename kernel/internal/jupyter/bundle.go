package jupyter

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"songsong/kernel/internal/session"
)

// displayContent is the content of display_data and update_display_data.
type displayContent struct {
	Data      map[string]json.RawMessage `json:"data"`
	Metadata  map[string]json.RawMessage `json:"metadata"`
	Transient transient                  `json:"transient"`
}

// resultContent is the content of execute_result.
type resultContent struct {
	Count int `json:"execution_count"`
	displayContent
}

type transient struct {
	DisplayID string `json:"display_id,omitempty"`
}

func display(b session.Bundle) displayContent {
	return displayContent{mimeData(b.Data), jsonMap(b.Metadata), transient{b.DisplayID}}
}

// mimeData writes each format of a bundle as nbformat wants it: text as a
// string, bytes of a binary format as base64, the rest as JSON.
func mimeData(data map[string]any) map[string]json.RawMessage {
	out := make(map[string]json.RawMessage, len(data))
	for mime, v := range data {
		if !strings.Contains(mime, "/") {
			continue // not a MIME type: front ends would refuse the whole message
		}
		out[mime] = mimeValue(mime, v)
	}
	return out
}

func mimeValue(mime string, v any) json.RawMessage {
	switch v := v.(type) {
	case []byte:
		if isText(mime) {
			return toJSON(string(v))
		}
		if isJSON(mime) && json.Valid(v) {
			return json.RawMessage(v)
		}
		return toJSON(base64.StdEncoding.EncodeToString(v))
	case string:
		return toJSON(v)
	}
	return toJSON(v)
}

// isText tells whether the format is written as text in a notebook.
func isText(mime string) bool {
	mime, _, _ = strings.Cut(mime, ";")
	return strings.HasPrefix(mime, "text/") || strings.HasSuffix(mime, "+xml") ||
		mime == "application/javascript" || mime == "application/xml"
}

func isJSON(mime string) bool {
	mime, _, _ = strings.Cut(mime, ";")
	return mime == "application/json" || strings.HasSuffix(mime, "+json")
}

func jsonMap(m map[string]any) map[string]json.RawMessage {
	out := make(map[string]json.RawMessage, len(m))
	for k, v := range m {
		out[k] = toJSON(v)
	}
	return out
}

// toJSON is v as JSON, or as a string if JSON has no form for it (NaN, a func).
func toJSON(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		b, _ = json.Marshal(fmt.Sprint(v))
	}
	return b
}
