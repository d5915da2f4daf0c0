package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// ProtocolVersion is the version of the Jupyter messaging protocol we speak.
const ProtocolVersion = "5.4"

// delimiter ends the identities of a message and begins the message proper.
var delimiter = []byte("<IDS|MSG>")

// Limits on the envelope of a message.
const (
	maxIdentities = 16
	maxHeader     = 64 << 10 // bytes of a header or parent header
)

// A Header names a message, and its sender.
type Header struct {
	MsgID    string `json:"msg_id"`
	Session  string `json:"session"`
	Username string `json:"username"`
	Date     string `json:"date"` // ISO 8601
	MsgType  string `json:"msg_type"`
	Version  string `json:"version"`
	Subshell string `json:"subshell_id,omitempty"`
}

// A Message is one Jupyter message. The parts stay as JSON: the header of a
// request goes back to its sender as it came, and the content is decoded by
// who knows the type.
type Message struct {
	Identities [][]byte // where it came from or goes to; the topic on iopub
	Header     Header
	RawHeader  json.RawMessage // the header as it was received
	Parent     json.RawMessage // header of the message this one answers, {} for none
	Metadata   json.RawMessage
	Content    json.RawMessage
	Buffers    [][]byte
}

// ParentID is the msg_id of the message this one answers, "" for none.
func (m *Message) ParentID() string {
	var p struct {
		MsgID string `json:"msg_id"`
	}
	_ = json.Unmarshal(m.Parent, &p)
	return p.MsgID
}

// Errors of messages that are dropped.
var (
	errNoDelimiter = errors.New("it has no <IDS|MSG> delimiter")
	errTooFewParts = errors.New("it has fewer than four parts after the signature")
	errSignature   = errors.New("its signature is wrong")
	errReplayed    = errors.New("its signature was used before")
)

// Decode takes a message apart and checks its signature. The content is not
// looked at: it may be anything, JSON or not.
func (s *Signer) Decode(frames [][]byte) (*Message, error) {
	i := 0
	for i < len(frames) && i <= maxIdentities && !bytes.Equal(frames[i], delimiter) {
		i++
	}
	if i == len(frames) || i > maxIdentities {
		return nil, errNoDelimiter
	}
	ids, rest := frames[:i], frames[i+1:]
	if len(rest) < 5 {
		return nil, errTooFewParts
	}
	if err := s.verify(rest[0], rest[1:5]); err != nil {
		return nil, err
	}
	m := &Message{Identities: ids, RawHeader: rest[1], Parent: rest[2], Metadata: rest[3], Content: rest[4], Buffers: rest[5:]}
	if len(m.RawHeader) > maxHeader || len(m.Parent) > maxHeader {
		return nil, fmt.Errorf("its header has more than %d bytes", maxHeader)
	}
	if err := decodeObject(m.RawHeader, &m.Header); err != nil {
		return nil, fmt.Errorf("its header can't be read: %w", err)
	}
	if m.Header.MsgID == "" || m.Header.MsgType == "" {
		return nil, errors.New("its header has no msg_id or no msg_type")
	}
	return m, nil
}

// Encode puts a message together and signs it.
func (s *Signer) Encode(m *Message) ([][]byte, error) {
	header, err := json.Marshal(m.Header)
	if err != nil {
		return nil, err
	}
	parts := [][]byte{header, orEmpty(m.Parent), orEmpty(m.Metadata), orEmpty(m.Content)}
	frames := make([][]byte, 0, len(m.Identities)+6+len(m.Buffers))
	frames = append(frames, m.Identities...)
	frames = append(frames, delimiter, s.sign(parts))
	frames = append(frames, parts...)
	return append(frames, m.Buffers...), nil
}

func orEmpty(b json.RawMessage) []byte {
	if len(b) == 0 {
		return []byte("{}")
	}
	return b
}

// decodeObject decodes a JSON object into v; null, an array or a bare value is
// an error, as is a member of the wrong type.
func decodeObject(b []byte, v any) error {
	if b = bytes.TrimLeft(b, " \t\r\n"); len(b) == 0 || b[0] != '{' {
		return errors.New("it is not a JSON object")
	}
	return json.Unmarshal(b, v)
}

// DecodeContent decodes the content of m into v, which points to a struct.
func (m *Message) DecodeContent(v any) error {
	if err := decodeObject(m.Content, v); err != nil {
		return fmt.Errorf("the content of the %s can't be read: %w", m.Header.MsgType, err)
	}
	return nil
}
