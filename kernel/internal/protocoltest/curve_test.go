package protocoltest

import (
	"testing"

	"songsong/kernel/internal/jupyter"
	"songsong/kernel/internal/wire/zmtp"
)

// With the keys of the connection file everything is encrypted; without them
// nobody gets in.
func TestEncrypted(t *testing.T) {
	keys, err := zmtp.NewKeyPair()
	if err != nil {
		t.Fatal(err)
	}
	conn := Loopback()
	conn.CurvePublic, conn.CurveSecret = keys.Public.String(), keys.Secret.String()
	_, k, c := start(t, jupyter.Options{Connection: conn})
	want(t, "stdout", c.Execute("lines 100000").Stream("stdout"), numbered(100_000))
	alive(t, k, c)
	at := k.Connection()
	shell, _, _, _, _ := at.Endpoints()
	if _, err := zmtp.Dial(shell, zmtp.Dealer, nil, nil); err == nil {
		t.Error("a client without keys was let in")
	}
	alive(t, k, c)
}
