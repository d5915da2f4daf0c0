package durable_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"songsong/helpers/processes"
	"songsong/helpers/processes/durable"
)

// cluster is three servers with TLS 1.3 and a token.
type cluster struct {
	t       *testing.T
	servers map[string]*natsServer
	urls    string
	cert    string
}

func startCluster(t *testing.T) *cluster {
	t.Helper()
	cert, key := certificate(t)
	for try := range 3 {
		if c := tryCluster(t, cert, key); c != nil {
			return c
		}
		t.Logf("the cluster did not come up (try %d)", try+1)
	}
	t.Fatal("no cluster")
	return nil
}

func tryCluster(t *testing.T, cert, key string) *cluster {
	c := &cluster{t: t, servers: map[string]*natsServer{}, cert: cert}
	var ports []int
	var routes, urls []string
	for range 3 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
		defer l.Close()
		routes = append(routes, fmt.Sprintf("nats://127.0.0.1:%d", ports[len(ports)-1]))
		l.Close()
	}
	for i, port := range ports {
		name := fmt.Sprintf("n%d", i)
		s := startNATS(t, "NAME="+name, "DIR="+t.TempDir(), "PORT=-1", "ROUTES="+strings.Join(routes, ","),
			fmt.Sprintf("CLUSTER_PORT=%d", port), "CERT="+cert, "KEY="+key)
		c.servers[name] = s
		urls = append(urls, "tls://"+s.addr)
	}
	c.urls = strings.Join(urls, ",")
	deadline := time.Now().Add(20 * time.Second)
	for time.Now().Before(deadline) {
		if c.ready() {
			return c
		}
		time.Sleep(100 * time.Millisecond)
	}
	return nil
}

func (c *cluster) connect() (*nats.Conn, jetstream.JetStream, error) {
	nc, err := nats.Connect(c.urls, nats.Token(token), nats.RootCAs(c.cert))
	if err != nil {
		return nil, nil, err
	}
	js, err := jetstream.New(nc)
	return nc, js, err
}

// ready tells whether a stream with three replicas can be made.
func (c *cluster) ready() bool {
	nc, js, err := c.connect()
	if err != nil {
		return false
	}
	defer nc.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_, err = js.CreateStream(ctx, jetstream.StreamConfig{Name: "PROBE", Subjects: []string{"probe"}, Replicas: 3})
	if err != nil {
		return false
	}
	return js.DeleteStream(ctx, "PROBE") == nil
}

// killLeader kills the server that leads the stream of tasks.
func (c *cluster) killLeader(killing func()) {
	nc, js, err := c.connect()
	if err != nil {
		c.t.Fatal(err)
	}
	defer nc.Close()
	for s := range js.ListStreams(context.Background()).Info() {
		if strings.HasPrefix(s.Config.Name, "SONGSONG_TASKS_") {
			c.t.Logf("the leader is %s of %d", s.Cluster.Leader, len(s.Cluster.Replicas)+1)
			killing()
			c.servers[s.Cluster.Leader].kill()
			return
		}
	}
	c.t.Fatal("no stream of tasks")
}

// streams lists the names of the streams.
func (c *cluster) streams() (names []string) {
	nc, js, err := c.connect()
	if err != nil {
		c.t.Fatal(err)
	}
	defer nc.Close()
	for name := range js.StreamNames(context.Background()).Name() {
		names = append(names, name)
	}
	return names
}

// certificate makes a self-signed certificate for 127.0.0.1.
func certificate(t *testing.T) (cert, key string) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "songsong test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), IsCA: true, BasicConstraintsValid: true,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &k.PublicKey, k)
	if err != nil {
		t.Fatal(err)
	}
	kd, err := x509.MarshalECPrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name, kind string, b []byte) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: b}), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	return write("cert.pem", "CERTIFICATE", der), write("key.pem", "EC PRIVATE KEY", kd)
}

func TestWrongCredentials(t *testing.T) {
	s := startNATS(t, "DIR="+t.TempDir())
	_, err := processes.NewPool(t.Context(), 1, square, durable.Cluster("nats://"+s.addr, durable.Credentials{Token: "wrong"}))
	if err == nil || !strings.Contains(err.Error(), "Authorization Violation") {
		t.Error(err)
	}
	cert, key := certificate(t)
	s = startNATS(t, "DIR="+t.TempDir(), "CERT="+cert, "KEY="+key)
	_, err = processes.NewPool(t.Context(), 1, square, durable.Cluster("tls://"+s.addr, durable.Credentials{Token: token}))
	if err == nil || !strings.Contains(err.Error(), "unknown authority") {
		t.Error(err)
	}
	p, err := processes.NewPool(t.Context(), 1, square, durable.Cluster("tls://"+s.addr, durable.Credentials{Token: token, CA: cert}))
	if err != nil {
		t.Fatal(err)
	}
	checkSquares(t, p, 50)
	p.Close()
}
