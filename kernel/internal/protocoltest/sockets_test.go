package protocoltest

import (
	"net"
	"strconv"
	"testing"

	"songsong/kernel/internal/wire"
)

// raw opens a TCP connection to a port of the kernel.
func raw(t *testing.T, c wire.Connection, port int) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", net.JoinHostPort(c.IP, strconv.Itoa(port)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// megabytes is n MB in bytes, a tenth of it under the race detector, which
// makes JSON of that size slow.
func megabytes(n int) int {
	if raceEnabled {
		return n * 100_000
	}
	return n * 1_000_000
}
