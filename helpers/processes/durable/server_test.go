package durable_test

import (
	"bufio"
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

const token = "s3cret"

// serve is a NATS server in a process of its own, to be killed. Its environment
// says how; it prints its client and cluster ports.
func serve() {
	port, err := strconv.Atoi(os.Getenv("PORT"))
	if err != nil {
		port = -1 // any
	}
	host := cmp.Or(os.Getenv("HOST"), "127.0.0.1")
	o := &server.Options{
		ServerName: os.Getenv("NAME"), Host: host, Port: port, JetStream: true, StoreDir: os.Getenv("DIR"),
		Authorization: token, NoSigs: true, NoLog: true, SyncAlways: os.Getenv("SYNC") != "",
	}
	if routes := os.Getenv("ROUTES"); routes != "" {
		clusterPort, _ := strconv.Atoi(os.Getenv("CLUSTER_PORT"))
		o.Cluster = server.ClusterOpts{Name: "songsong", Host: host, Port: clusterPort}
		for _, r := range strings.Split(routes, ",") {
			u, _ := url.Parse(r)
			o.Routes = append(o.Routes, u)
		}
	}
	if cert := os.Getenv("CERT"); cert != "" {
		pair, err := tls.LoadX509KeyPair(cert, os.Getenv("KEY"))
		check(err)
		pool := x509.NewCertPool()
		ca, err := os.ReadFile(cert)
		check(err)
		pool.AppendCertsFromPEM(ca)
		o.TLSConfig = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS13, RootCAs: pool}
		o.TLS, o.TLSTimeout = true, 5
		if o.Routes != nil {
			o.Cluster.TLSConfig = o.TLSConfig
		}
	}
	s, err := server.NewServer(o)
	check(err)
	go s.Start()
	if !s.ReadyForConnections(20 * time.Second) {
		check(fmt.Errorf("not ready"))
	}
	fmt.Println(s.Addr().String())
	endWithTest()
	select {}
}

// endWithTest ends this process with the test's, which holds its stdin open.
func endWithTest() {
	go func() {
		bufio.NewReader(os.Stdin).ReadByte()
		os.Exit(0)
	}()
}

func check(err error) {
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
}

// natsServer is a server process of a test.
type natsServer struct {
	*child
	addr string
}

func startNATS(t testing.TB, env ...string) *natsServer {
	t.Helper()
	s := &natsServer{child: &child{t: t, env: append(env, "SONGSONG_TEST_SERVER=1")}}
	s.start()
	t.Cleanup(s.kill)
	return s
}

func (s *natsServer) start() {
	s.t.Helper()
	s.child.start()
	s.addr = s.line()
}

// restart starts it again on its files and port.
func (s *natsServer) restart() {
	s.t.Helper()
	_, port, _ := strings.Cut(s.addr, ":")
	s.env = append(s.env, "PORT="+port)
	s.start()
}

// child is this test's program, started again; env says as what.
type child struct {
	t   testing.TB
	env []string
	pre []string // a command that runs it
	cmd *exec.Cmd
	in  io.Closer
	out *bufio.Reader
}

func (c *child) start() {
	c.t.Helper()
	self, err := os.Executable()
	if err != nil {
		c.t.Fatal(err)
	}
	args := append(slices.Clone(c.pre), self)
	c.cmd = exec.Command(args[0], args[1:]...)
	c.cmd.Env = append(os.Environ(), c.env...)
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.cmd.Stderr = os.Stderr
	in, err := c.cmd.StdinPipe()
	if err != nil {
		c.t.Fatal(err)
	}
	c.in = in
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		c.t.Fatal(err)
	}
	c.out = bufio.NewReader(out)
	if err := c.cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
}

// line reads what the child says next.
func (c *child) line() string {
	c.t.Helper()
	line, err := c.out.ReadString('\n')
	if err != nil || strings.HasPrefix(line, "error:") {
		c.t.Fatalf("%s: %q, %v", c.env, line, err)
	}
	return strings.TrimSpace(line)
}

// kill is kill -9.
func (c *child) kill() {
	c.cmd.Process.Kill()
	c.cmd.Wait() // reaps; the error is the kill
	c.in.Close()
}
