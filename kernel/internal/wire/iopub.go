package wire

import (
	"context"

	"songsong/kernel/internal/wire/zmtp"
)

// IOPub is the socket that tells every front end what happens.
type IOPub struct {
	socket *zmtp.PublisherSocket
	signer *Signer
	author *author
}

// An iopubWelcome is the content of iopub_welcome, the first message of a
// subscriber, which so knows that it misses nothing from then on (JEP 65).
type iopubWelcome struct {
	Subscription string `json:"subscription"`
}

func listenIOPub(endpoint string, sec *zmtp.Security, signer *Signer, author *author, log func(string, ...any)) (*IOPub, error) {
	p := &IOPub{signer: signer, author: author}
	var err error
	p.socket, err = zmtp.ListenPublisher(endpoint, sec, func(f string, a ...any) { log("iopub: "+f, a...) }, p.welcome)
	if err != nil {
		return nil, err
	}
	return p, nil
}

func (p *IOPub) welcome(topic string) [][]byte {
	m, err := p.author.write(nil, "iopub_welcome", iopubWelcome{topic}, nil)
	if err != nil {
		return nil
	}
	m.Identities = [][]byte{[]byte(topic)}
	frames, err := p.signer.Encode(m)
	if err != nil {
		return nil
	}
	return frames
}

// A Prepared message is signed and ready to be sent.
type Prepared struct {
	frames [][]byte
	Size   int // bytes of its parts, as a Jupyter server counts them
}

// Prepare makes a message about parent (nil for none).
func (p *IOPub) Prepare(parent *Message, msgType string, content, metadata any) (Prepared, error) {
	m, err := p.author.write(parent, msgType, content, metadata)
	if err != nil {
		return Prepared{}, err
	}
	m.Identities = [][]byte{[]byte("kernel." + p.author.session + "." + msgType)}
	frames, err := p.signer.Encode(m)
	if err != nil {
		return Prepared{}, err
	}
	size := 0
	for _, f := range frames[2:] {
		size += len(f)
	}
	return Prepared{frames, size}, nil
}

// Send sends a prepared message to every subscriber. It never blocks.
func (p *IOPub) Send(m Prepared) { p.socket.Send(m.frames) }

// Publish prepares a message and sends it.
func (p *IOPub) Publish(parent *Message, msgType string, content, metadata any) error {
	m, err := p.Prepare(parent, msgType, content, metadata)
	if err == nil {
		p.Send(m)
	}
	return err
}

// Flow waits while a subscriber is far behind; see [zmtp.PublisherSocket.Flow].
func (p *IOPub) Flow(ctx context.Context) { p.socket.Flow(ctx) }
