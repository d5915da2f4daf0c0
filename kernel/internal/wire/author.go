package wire

import (
	"encoding/json"
	"fmt"
	"os"
	"os/user"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
)

// An author writes the headers of what the kernel sends. There is one session
// id for the life of the process, whoever asked: JupyterLab throws away queued
// messages whose session differs from that of the last message it saw.
type author struct {
	session, username string
	count             atomic.Uint64
}

func newAuthor() *author {
	a := &author{session: uuid.NewString(), username: "kernel"}
	if u, err := user.Current(); err == nil && u.Username != "" {
		a.username = u.Username
	}
	return a
}

// Timestamp writes t as the protocol wants dates: ISO 8601 in UTC.
func Timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z") }

// write makes a message that answers parent, which may be nil.
func (a *author) write(parent *Message, msgType string, content, metadata any) (*Message, error) {
	m := &Message{Header: Header{
		MsgID:    fmt.Sprintf("%s_%d_%d", a.session, os.Getpid(), a.count.Add(1)),
		Session:  a.session,
		Username: a.username,
		Date:     Timestamp(time.Now()),
		MsgType:  msgType,
		Version:  ProtocolVersion,
	}, Parent: json.RawMessage("{}")}
	if parent != nil {
		m.Parent = parent.RawHeader
	}
	var err error
	if m.Content, err = marshal(content); err != nil {
		return nil, fmt.Errorf("the content of the %s can't be written as JSON: %w", msgType, err)
	}
	if m.Metadata, err = marshal(metadata); err != nil {
		return nil, fmt.Errorf("the metadata of the %s can't be written as JSON: %w", msgType, err)
	}
	return m, nil
}
