package protocoltest

import (
	"context"
	"crypto/rand"
	"testing"
	"time"

	"songsong/kernel/internal/jupyter"
	"songsong/kernel/internal/session"
	"songsong/kernel/internal/wire"
)

// A Kernel is a server in this process.
type Kernel struct {
	t      testing.TB
	server *jupyter.Server
	done   chan error // gets what Serve returned
}

// Start serves sess over TCP on the loopback interface with a random key, until
// the test ends. Of o, what Start needs is filled in.
func Start(t testing.TB, sess session.Session, o ...jupyter.Options) *Kernel {
	t.Helper()
	var opts jupyter.Options
	if len(o) > 0 {
		opts = o[0]
	}
	opts.Session = sess
	if opts.Connection.Transport == "" {
		opts.Connection = Loopback()
	}
	if opts.Log == nil {
		opts.Log = func(string, ...any) {}
	}
	server, err := jupyter.New(opts)
	if err != nil {
		t.Fatalf("the kernel did not start: %v", err)
	}
	k := &Kernel{t: t, server: server, done: make(chan error, 1)}
	ctx, cancel := context.WithCancel(context.Background())
	go func() { k.done <- server.Serve(ctx) }()
	t.Cleanup(func() {
		cancel()
		k.Wait()
	})
	return k
}

// Loopback is a connection on free TCP ports of 127.0.0.1 with a random key.
func Loopback() wire.Connection {
	return wire.Connection{Transport: "tcp", IP: "127.0.0.1", Key: rand.Text(), SignatureScheme: "hmac-sha256"}
}

// Connection is where the kernel listens.
func (k *Kernel) Connection() wire.Connection { return k.server.Connection() }

// Server is the server itself.
func (k *Kernel) Server() *jupyter.Server { return k.server }

// Wait waits until the server has ended and returns its error.
func (k *Kernel) Wait() error {
	k.t.Helper()
	select {
	case err := <-k.done:
		k.done <- err
		return err
	case <-time.After(20 * time.Second):
		k.t.Fatal("the kernel did not end within 20 s")
		return nil
	}
}

// Client connects a new client.
func (k *Kernel) Client() *Client {
	k.t.Helper()
	return Dial(k.t, k.Connection())
}
