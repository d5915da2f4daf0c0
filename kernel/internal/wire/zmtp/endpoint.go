package zmtp

import (
	"fmt"
	"net"
	"os"
	"strings"
	"time"
)

// handshakeTime is how long a peer has to finish its handshake.
const handshakeTime = 10 * time.Second

// splitEndpoint turns "tcp://127.0.0.1:5555" or "ipc:///run/kernel-1" into the
// network and address of package net.
func splitEndpoint(endpoint string) (network, address string, err error) {
	if a, ok := strings.CutPrefix(endpoint, "tcp://"); ok {
		return "tcp", a, nil
	}
	if a, ok := strings.CutPrefix(endpoint, "ipc://"); ok {
		return "unix", a, nil
	}
	return "", "", fmt.Errorf("zmtp: the endpoint %q is neither tcp:// nor ipc://", endpoint)
}

// listen opens the endpoint. A Unix socket left by a dead process is replaced,
// and only its owner can connect to the new one.
func listen(endpoint string) (net.Listener, error) {
	network, address, err := splitEndpoint(endpoint)
	if err != nil {
		return nil, err
	}
	if network == "unix" {
		removeStale(address)
	}
	l, err := net.Listen(network, address)
	if err != nil {
		return nil, err
	}
	if network == "unix" {
		if err := os.Chmod(address, 0o600); err != nil {
			l.Close()
			return nil, err
		}
	}
	return l, nil
}

// removeStale deletes a Unix socket nobody listens on.
func removeStale(path string) {
	info, err := os.Lstat(path)
	if err != nil || info.Mode().Type() != os.ModeSocket {
		return
	}
	if c, err := net.DialTimeout("unix", path, time.Second); err == nil {
		c.Close()
		return
	}
	os.Remove(path)
}

// Dial connects to an endpoint as a socket of the given kind. identity may be
// empty: the other side then makes one up. sec may be nil.
func Dial(endpoint string, kind Kind, identity []byte, sec *Security) (*Conn, error) {
	network, address, err := splitEndpoint(endpoint)
	if err != nil {
		return nil, err
	}
	nc, err := net.DialTimeout(network, address, handshakeTime)
	if err != nil {
		return nil, err
	}
	nc.SetDeadline(time.Now().Add(handshakeTime))
	c, err := handshake(nc, kind, identity, sec)
	if err != nil {
		nc.Close()
		return nil, err
	}
	nc.SetDeadline(time.Time{})
	return c, nil
}
