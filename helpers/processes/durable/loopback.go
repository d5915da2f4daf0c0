package durable

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"songsong/helpers/processes"
)

// A Loopback is a cluster on this machine alone, to try what happens when
// servers die: each server is a process of its own, with TLS 1.3 and a token.
type Loopback struct {
	URL   string // for Cluster
	Creds Credentials

	ctx     context.Context
	servers []Server
	procs   []*processes.Process
}

// NewLoopback starts n servers that keep their files in dir and listen at
// 127.0.0.1. It takes a second for one server and a few for three, which must
// elect a leader. The program calls processes.Main first. End it with Close;
// it also ends with ctx, and with this process.
func NewLoopback(ctx context.Context, n int, dir string) (*Loopback, error) {
	var err error
	for range 3 { // a port may be taken by another program before a server has it
		var l *Loopback
		if l, err = newLoopback(ctx, n, dir); err == nil {
			return l, nil
		}
		if ctx.Err() != nil {
			break
		}
	}
	return nil, fmt.Errorf("durable: no cluster of %d servers: %w", n, err)
}

func newLoopback(ctx context.Context, n int, dir string) (*Loopback, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	cert, key, err := certify(dir)
	if err != nil {
		return nil, err
	}
	ports, err := freePorts(2 * n)
	if err != nil {
		return nil, err
	}
	l := &Loopback{Creds: Credentials{Token: rand.Text(), CA: cert}, ctx: ctx}
	var routes, urls []string
	for i := range n {
		routes = append(routes, fmt.Sprintf("127.0.0.1:%d", ports[n+i]))
		urls = append(urls, fmt.Sprintf("tls://127.0.0.1:%d", ports[i]))
	}
	l.URL = strings.Join(urls, ",")
	for i := range n {
		s := Server{
			Name: fmt.Sprintf("server-%d", i), Dir: filepath.Join(dir, fmt.Sprint(i)), Port: ports[i],
			Token: l.Creds.Token, CA: cert, Cert: cert, Key: key,
		}
		if n > 1 {
			s.Cluster, s.Routes = ports[n+i], routes
		}
		l.servers, l.procs = append(l.servers, s), append(l.procs, nil)
		if err := l.Start(i); err != nil {
			l.Close()
			return nil, err
		}
	}
	if err := l.await(20 * time.Second); err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

// serve is what the process of a server runs.
func serve(ctx context.Context, s Server) error { return s.Run(ctx, nil) }

// Start starts server i, on the files it has, if it does not run. It does not
// wait until the server serves; pools and hosts find it by themselves.
func (l *Loopback) Start(i int) error {
	if p := l.procs[i]; p != nil && p.Running() {
		return nil
	}
	p, err := processes.Spawn(l.ctx, serve, l.servers[i])
	l.procs[i] = p
	return err
}

// Kill ends server i by kill -9, and returns when it is gone.
func (l *Loopback) Kill(i int) {
	l.procs[i].Kill()
	<-l.procs[i].Done()
}

// Leader returns which server leads the streams of tasks: the one whose end
// hurts most. It is an error if no pool uses the cluster.
func (l *Loopback) Leader(ctx context.Context) (int, error) {
	c, err := connect(l.URL, l.Creds, nil)
	if err != nil {
		return 0, fmt.Errorf("durable: %w", err)
	}
	defer c.nc.Close()
	streams := c.js.ListStreams(ctx)
	for s := range streams.Info() {
		if !strings.HasPrefix(s.Config.Name, tasksStream("")) {
			continue
		}
		if len(l.servers) == 1 {
			return 0, nil // alone, it is no cluster and names no leader
		}
		if s.Cluster == nil {
			continue
		}
		for i := range l.servers {
			if l.servers[i].Name == s.Cluster.Leader {
				return i, nil
			}
		}
	}
	return 0, errors.Join(errors.New("durable: no pool has tasks in this cluster"), streams.Err())
}

// Close ends the servers. Their files stay.
func (l *Loopback) Close() {
	for i, p := range l.procs {
		if p != nil {
			l.Kill(i)
		}
	}
}

// await waits until a stream with a copy on every server can be made.
func (l *Loopback) await(limit time.Duration) error {
	ctx, cancel := context.WithTimeout(l.ctx, limit)
	defer cancel()
	for {
		err := l.probe(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("not ready after %v: %w", limit, err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (l *Loopback) probe(ctx context.Context) error {
	c, err := connect(l.URL, l.Creds, nil)
	if err != nil {
		return err
	}
	defer c.nc.Close()
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	const name = "SONGSONG_PROBE"
	if _, err := c.js.CreateStream(ctx, jetstream.StreamConfig{Name: name, Subjects: []string{name}, Replicas: len(l.servers)}); err != nil {
		return err
	}
	return c.js.DeleteStream(ctx, name)
}

// freePorts returns ports of 127.0.0.1 that nobody listened at just now.
func freePorts(n int) (ports []int, err error) {
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close()
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports, nil
}

// certify makes a certificate for 127.0.0.1 that is its own authority, good for
// a day.
func certify(dir string) (cert, key string, err error) {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", "", err
	}
	now := time.Now()
	c := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: "songsong on this machine"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(24 * time.Hour), IsCA: true, BasicConstraintsValid: true,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &k.PublicKey, k)
	if err != nil {
		return "", "", err
	}
	secret, err := x509.MarshalECPrivateKey(k)
	if err != nil {
		return "", "", err
	}
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	return cert, key, errors.Join(writePEM(cert, "CERTIFICATE", der), writePEM(key, "EC PRIVATE KEY", secret))
}

func writePEM(file, kind string, b []byte) error {
	return os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: b}), 0o600)
}
