package wire

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"songsong/kernel/internal/wire/zmtp"
)

// A Connection says where a kernel's sockets are and how its messages are
// signed: the contents of a Jupyter connection file.
type Connection struct {
	Transport       string `json:"transport"` // "tcp" or "ipc"
	IP              string `json:"ip"`        // address, or for ipc the path the ports are appended to
	ShellPort       int    `json:"shell_port"`
	ControlPort     int    `json:"control_port"`
	StdinPort       int    `json:"stdin_port"`
	IOPubPort       int    `json:"iopub_port"`
	HBPort          int    `json:"hb_port"`
	Key             string `json:"key"` // "" turns signatures off
	SignatureScheme string `json:"signature_scheme"`
	KernelName      string `json:"kernel_name,omitempty"`

	CurvePublic string `json:"curve_publickey,omitempty"` // both in Z85, set when
	CurveSecret string `json:"curve_secretkey,omitempty"` // CURVE is to encrypt
}

// ReadConnection reads a connection file. warn is called with a sentence for
// each thing that is unwise though it works: a file others can read, no key.
func ReadConnection(path string, warn func(string)) (*Connection, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("can't read the connection file: %w", err)
	}
	c := &Connection{Transport: "tcp", IP: "127.0.0.1", SignatureScheme: "hmac-sha256"}
	if err := json.Unmarshal(b, c); err != nil {
		return nil, fmt.Errorf("the connection file %s is not what Jupyter writes: %w", path, err)
	}
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("the connection file %s can't be used: %w", path, err)
	}
	if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o077 != 0 {
		warn(fmt.Sprintf("the connection file %s can be read by others (mode %04o), and with its key they can run code as you; \"chmod 600\" it", path, info.Mode().Perm()))
	}
	if c.Key == "" {
		warn("the connection file has no key: messages are not signed, so anyone who reaches the ports can run code as you")
	}
	return c, nil
}

func (c *Connection) check() error {
	if c.Transport != "tcp" && c.Transport != "ipc" {
		return fmt.Errorf("its transport is %q; tcp and ipc are supported", c.Transport)
	}
	if c.Key != "" && c.SignatureScheme != "hmac-sha256" {
		return fmt.Errorf("its signature_scheme is %q; hmac-sha256 is supported", c.SignatureScheme)
	}
	if _, err := c.security(); err != nil {
		return fmt.Errorf("its CURVE keys can't be read: %w", err)
	}
	for _, p := range []*int{&c.ShellPort, &c.ControlPort, &c.StdinPort, &c.IOPubPort, &c.HBPort} {
		if *p < 0 || c.Transport == "tcp" && *p > 65535 {
			return fmt.Errorf("%d is not a port", *p)
		}
	}
	return nil
}

// security is what the sockets are encrypted with, nil for nothing.
func (c *Connection) security() (*zmtp.Security, error) {
	if c.CurvePublic == "" && c.CurveSecret == "" {
		return nil, nil
	}
	public, err := zmtp.ParseKey(c.CurvePublic)
	if err != nil {
		return nil, err
	}
	secret, err := zmtp.ParseKey(c.CurveSecret)
	if err != nil {
		return nil, err
	}
	return &zmtp.Security{Keys: &zmtp.KeyPair{Public: public, Secret: secret}}, nil
}

// ClientSecurity is what a client encrypts with, nil for nothing. As
// jupyter_client does, it uses the kernel's keys as its own too.
func (c *Connection) ClientSecurity() (*zmtp.Security, error) {
	sec, err := c.security()
	if sec != nil {
		sec.Server = &sec.Keys.Public
	}
	return sec, err
}

// endpoint is the ZeroMQ address of a port of the connection.
func (c *Connection) endpoint(port int) string {
	if c.Transport == "ipc" {
		return fmt.Sprintf("ipc://%s-%d", c.IP, port)
	}
	host := c.IP
	if host == "*" {
		host = ""
	}
	if strings.Contains(host, ":") {
		host = "[" + strings.Trim(host, "[]") + "]"
	}
	return "tcp://" + host + ":" + strconv.Itoa(port)
}

// Endpoints returns the ZeroMQ addresses of the five sockets.
func (c *Connection) Endpoints() (shell, control, stdin, iopub, hb string) {
	return c.endpoint(c.ShellPort), c.endpoint(c.ControlPort), c.endpoint(c.StdinPort),
		c.endpoint(c.IOPubPort), c.endpoint(c.HBPort)
}
