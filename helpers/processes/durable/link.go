package durable

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Credentials say who we are to a NATS server. Fields not needed stay empty.
type Credentials struct {
	Token          string
	User, Password string
	File           string // .creds file (JWT and nkey)
	CA             string // file of the certificate authority, for tls:// URLs
	Cert, Key      string // files of our own certificate, for mutual TLS
}

func (c Credentials) options() []nats.Option {
	var o []nats.Option
	if c.Token != "" {
		o = append(o, nats.Token(c.Token))
	}
	if c.User != "" {
		o = append(o, nats.UserInfo(c.User, c.Password))
	}
	if c.File != "" {
		o = append(o, nats.UserCredentials(c.File))
	}
	if c.CA != "" {
		o = append(o, nats.RootCAs(c.CA))
	}
	if c.Cert != "" {
		o = append(o, nats.ClientCert(c.Cert, c.Key))
	}
	return o
}

// A link is a connection to a server that comes back by itself.
type link struct {
	nc *nats.Conn
	js jetstream.JetStream

	mu   sync.Mutex
	back chan struct{} // closed at the next reconnection; guarded by mu
}

// pubWait is how long an acknowledgement may take before a message is sent again.
const pubWait = 2 * time.Second

// unstored is how many messages may wait to be stored: those of an election.
const unstored = 1 << 14

// connect connects by url, or inside the process if inProcess is given.
func connect(url string, c Credentials, inProcess nats.InProcessConnProvider) (*link, error) {
	l := &link{back: make(chan struct{})}
	opts := append(c.options(),
		nats.Name("songsong"), nats.MaxReconnects(-1), nats.ReconnectWait(50*time.Millisecond), nats.ReconnectJitter(20*time.Millisecond, 20*time.Millisecond),
		nats.PingInterval(10*time.Second), nats.ReconnectHandler(l.reconnected),
		nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {})) // errors that matter come back from calls
	if inProcess != nil {
		opts = append(opts, nats.InProcessServer(inProcess))
	}
	nc, err := nats.Connect(url, opts...)
	if err != nil {
		return nil, fmt.Errorf("can't connect to %s: %w", url, err)
	}
	l.nc = nc
	l.js, err = jetstream.New(nc, jetstream.WithPublishAsyncTimeout(pubWait), jetstream.WithPublishAsyncMaxPending(unstored))
	if err != nil {
		nc.Close()
		return nil, err
	}
	return l, nil
}

func (l *link) reconnected(*nats.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.back)
	l.back = make(chan struct{})
}

// whenBack returns a channel that is closed at the next reconnection.
func (l *link) whenBack() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.back
}

// refused reports whether err says that the subject has its message already.
func refused(err error) bool {
	var api *jetstream.APIError
	return errors.As(err, &api) && api.ErrorCode == 10077
}

// gone reports whether err says that the stream or consumer does not exist any more.
func gone(err error) bool {
	return errors.Is(err, jetstream.ErrStreamNotFound) || errors.Is(err, jetstream.ErrConsumerNotFound) || errors.Is(err, jetstream.ErrConsumerDeleted)
}

// A courier publishes messages until they are stored, however often the server
// goes away meanwhile.
type courier struct {
	link *link
	ctx  context.Context
	done sync.WaitGroup

	mu    sync.Mutex
	cond  *sync.Cond
	queue []*parcel // sent and not known to be stored; guarded by mu
}

// A parcel is a message on its way.
type parcel struct {
	msg    *nats.Msg
	future jetstream.PubAckFuture // nil if it could not be sent; confirm's, but for send
	err    error                  // the future's, once read; confirm's
	stored func(error)            // nil error: it is there, or another was there before
}

func newCourier(ctx context.Context, l *link) *courier {
	c := &courier{link: l, ctx: ctx}
	c.cond = sync.NewCond(&c.mu)
	context.AfterFunc(ctx, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.cond.Broadcast()
	})
	c.done.Go(c.confirm)
	return c
}

// send publishes and returns, unless too much waits to be stored; stored is called
// in another goroutine, in the order of send.
func (c *courier) send(msg *nats.Msg, stored func(error)) {
	p := &parcel{msg: msg, stored: stored}
	p.publish(c.link)
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.queue) >= unstored && c.ctx.Err() == nil {
		c.cond.Wait()
	}
	c.queue = append(c.queue, p)
	c.cond.Broadcast()
}

func (p *parcel) publish(l *link) {
	p.future, p.err = l.js.PublishMsgAsync(p.msg) // after an error confirm tries again
}

// failed reports whether p has to be published again.
func (p *parcel) failed() bool {
	if p.err == nil {
		select {
		case p.err = <-p.future.Err():
		default:
		}
	}
	return !settled(p.err)
}

func (c *courier) confirm() {
	pause := time.Duration(0) // the first failure may be old news
	for fails := 0; ; fails++ {
		p := c.first()
		if p == nil {
			return
		}
		err := p.wait(c.ctx)
		if c.ctx.Err() != nil {
			return
		}
		if settled(err) {
			pause, fails = 0, -1
			if refused(err) {
				err = nil
			}
			c.pop()
			p.stored(err)
			continue
		}
		c.resend(fails < allAgain)
		select {
		case <-time.After(pause):
		case <-c.ctx.Done():
			return
		}
		pause = min(2*pause+10*time.Millisecond, 500*time.Millisecond)
	}
}

// first waits for a parcel; nil means the end.
func (c *courier) first() *parcel {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.queue) == 0 && c.ctx.Err() == nil {
		c.cond.Wait()
	}
	if c.ctx.Err() != nil {
		return nil
	}
	return c.queue[0]
}

func (c *courier) pop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.queue[0] = nil
	c.queue = c.queue[1:]
	c.cond.Broadcast()
}

// allAgain is how often all that failed is sent again; then the first stands for
// all: as long as it fails, no server stores anything.
const allAgain = 4

// resend publishes the first parcel again, or all that failed: each may have been
// lost on its way to a server that died, and a pool hears it although no leader
// stores it.
func (c *courier) resend(all bool) {
	c.mu.Lock()
	queue := slices.Clone(c.queue)
	c.mu.Unlock()
	if !all {
		queue = queue[:1]
	}
	for _, p := range queue {
		if p.failed() {
			p.publish(c.link)
		}
	}
}

// wait returns nil when p is stored, or why it is not known to be.
func (p *parcel) wait(ctx context.Context) error {
	if p.err != nil {
		return p.err
	}
	select {
	case <-p.future.Ok():
	case p.err = <-p.future.Err():
	case <-ctx.Done():
	}
	return p.err
}

// settled reports whether sending again after err is of no use.
func settled(err error) bool {
	return err == nil || refused(err) || errors.Is(err, nats.ErrMaxPayload) || gone(err)
}
