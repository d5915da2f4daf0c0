package zmtp

import (
	"context"
	"strings"
	"time"
)

// How much may wait for one subscriber, and how long it may take nothing of it.
const (
	maxBacklog = 32 << 20 // bytes
	stallTime  = 10 * time.Second
)

// maxTopics bounds the subscriptions of one connection.
const maxTopics = 1024

// A PublisherSocket is an XPUB socket: each message goes to every subscriber of
// a prefix of its topic, the first frame.
type PublisherSocket struct {
	*server
	welcome func(topic string) [][]byte
	backlog int           // maxBacklog
	stall   time.Duration // stallTime
}

// ListenPublisher opens an XPUB socket. welcome, if not nil, makes the message
// a new subscriber gets, and only it; sec may be nil.
func ListenPublisher(endpoint string, sec *Security, log func(string, ...any), welcome func(topic string) [][]byte) (*PublisherSocket, error) {
	s := &PublisherSocket{welcome: welcome, backlog: maxBacklog, stall: stallTime}
	var err error
	s.server, err = newServer(endpoint, XPub, sec, log, s.subscription)
	if err != nil {
		return nil, err
	}
	return s, nil
}

// subscription handles what a subscriber sends: 1 or 0, and a topic.
func (s *PublisherSocket) subscription(p *peer, frames [][]byte) {
	if len(frames) != 1 || len(frames[0]) == 0 || frames[0][0] > 1 {
		return
	}
	topic := string(frames[0][1:])
	if frames[0][0] == 0 {
		p.unsubscribe(topic)
		return
	}
	if p.subscribe(topic) && s.welcome != nil {
		p.send(s.welcome(topic))
	}
}

// Send queues a message for its subscribers. It never blocks; what must not
// run ahead of slow subscribers calls [PublisherSocket.Flow] first.
func (s *PublisherSocket) Send(frames [][]byte) {
	topic := string(frames[0])
	for _, p := range s.all() {
		if p.subscribed(topic) {
			p.send(frames)
		}
	}
}

// Flow waits while a subscriber has more than 32 MB to read. A subscriber that
// has read nothing for 10 s is cut off, so that no front end can block a
// program for ever.
func (s *PublisherSocket) Flow(ctx context.Context) {
	for ctx.Err() == nil {
		full := false
		for _, p := range s.all() {
			n, since := p.load()
			if n <= s.backlog {
				continue
			}
			if time.Since(since) > s.stall {
				s.log("a subscriber has read nothing for %v; its connection was ended", s.stall)
				p.close()
				continue
			}
			full = true
		}
		if !full {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// subscribe adds a topic and tells whether it is new.
func (p *peer) subscribe(topic string) bool {
	p.tmu.Lock()
	defer p.tmu.Unlock()
	if p.topics[topic] == 0 && len(p.topics) >= maxTopics {
		return false
	}
	p.topics[topic]++
	return p.topics[topic] == 1
}

func (p *peer) unsubscribe(topic string) {
	p.tmu.Lock()
	defer p.tmu.Unlock()
	if p.topics[topic]--; p.topics[topic] <= 0 {
		delete(p.topics, topic)
	}
}

func (p *peer) subscribed(topic string) bool {
	p.tmu.Lock()
	defer p.tmu.Unlock()
	for t := range p.topics {
		if strings.HasPrefix(topic, t) {
			return true
		}
	}
	return false
}
