package durable

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"os"

	"github.com/nats-io/nats-server/v2/server"
)

// A Server is one NATS server for [Cluster] pools, for machines that have none.
// Three of them on three machines, each with the others' Routes, go on when one
// dies.
type Server struct {
	Name    string   // unlike the others'; needed in a cluster
	Dir     string   // where it keeps tasks and results
	Host    string   // address to listen at; "" is 127.0.0.1
	Port    int      // for pools and hosts; 0 is any
	Token   string   // what they must show; "" lets everybody in
	CA      string   // file of the certificate authority
	Cert    string   // file of its certificate; "" is without TLS, else TLS 1.3
	Key     string   // file of the certificate's key
	Cluster int      // port for the other servers; 0 is no cluster
	Routes  []string // where the servers of the cluster are, "host:port"

	SurvivePowerLoss bool // as the Setting
}

// Run serves until ctx ends. Once it serves it calls ready, which may be nil,
// with the URL for pools and hosts.
func (s Server) Run(ctx context.Context, ready func(url string)) error {
	o, err := s.options()
	if err != nil {
		return fmt.Errorf("durable: %w", err)
	}
	srv, err := startServer(*o)
	if err != nil {
		return fmt.Errorf("durable: %w", err)
	}
	if ready != nil {
		ready(srv.ClientURL())
	}
	<-ctx.Done()
	srv.Shutdown()
	srv.WaitForShutdown()
	return nil
}

func (s Server) options() (*server.Options, error) {
	if s.Host == "" {
		s.Host = "127.0.0.1"
	}
	if s.Port == 0 {
		s.Port = server.RANDOM_PORT
	}
	o := &server.Options{ServerName: s.Name, Host: s.Host, Port: s.Port, StoreDir: s.Dir, Authorization: s.Token, SyncAlways: s.SurvivePowerLoss}
	if s.Cert != "" {
		c, err := s.tls()
		if err != nil {
			return nil, err
		}
		o.TLSConfig, o.TLS, o.TLSTimeout = c, true, 5
	}
	if s.Cluster == 0 {
		return o, nil
	}
	o.Cluster = server.ClusterOpts{Name: "songsong", Host: s.Host, Port: s.Cluster, TLSConfig: o.TLSConfig, TLSTimeout: o.TLSTimeout}
	for _, r := range s.Routes {
		o.Routes = append(o.Routes, &url.URL{Scheme: "nats", Host: r})
	}
	return o, nil
}

func (s Server) tls() (*tls.Config, error) {
	pair, err := tls.LoadX509KeyPair(s.Cert, s.Key)
	if err != nil {
		return nil, err
	}
	pem, err := os.ReadFile(s.CA)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, errors.New(s.CA + " holds no certificate")
	}
	return &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS13, RootCAs: pool}, nil
}
