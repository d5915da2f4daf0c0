package zmtp

import (
	"bytes"
	"crypto/rand"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"

	"golang.org/x/crypto/nacl/box"
)

// CURVE, https://rfc.zeromq.org/spec/26/: the client proves that it knows the
// server's public key, the server that it has the secret one; every frame is
// then encrypted with keys made for this connection. Any client key is let in:
// who may send requests is decided by the signature of each message.

// errCurve does not say what was wrong: a peer that fails has no use for it.
var errCurve = errors.New("zmtp: the CURVE handshake or a frame is not what it should be")

// Lengths of the handshake's parts, in bytes.
const (
	helloSize   = 2 + 72 + 32 + 8 + 80
	cookieSize  = 96
	welcomeSize = 16 + 32 + cookieSize + box.Overhead
	vouchSize   = 16 + 32 + 32 + box.Overhead
)

// A channel encrypts the frames of one connection in one direction each.
type channel struct {
	key          Key // shared, precomputed
	sendPrefix   string
	expectPrefix string
	sent, seen   uint64 // counters in the nonces: sent by us, last seen of the peer
}

const (
	fromClient = "CurveZMQMESSAGEC"
	fromServer = "CurveZMQMESSAGES"
)

// nonce is a 24-byte nonce of a prefix and the bytes that were sent.
func nonce(prefix string, short []byte) *[24]byte {
	var n [24]byte
	copy(n[copy(n[:], prefix):], short)
	return &n
}

func counter(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

// seal appends an encrypted frame in wire form.
func (ch *channel) seal(dst []byte, flags byte, body []byte) []byte {
	ch.sent++
	var inner byte
	if flags&flagMore != 0 {
		inner |= 1
	}
	if flags&flagCommand != 0 {
		inner |= 2
	}
	short := counter(ch.sent)
	plain := append(append(make([]byte, 0, 1+len(body)), inner), body...)
	dst = appendHeader(dst, 0, 8+8+len(plain)+box.Overhead)
	dst = append(append(dst, "\x07MESSAGE"...), short...)
	return box.SealAfterPrecomputation(dst, plain, nonce(ch.sendPrefix, short), (*[32]byte)(&ch.key))
}

// open decrypts a frame.
func (ch *channel) open(f frame) (frame, error) {
	rest, ok := bytes.CutPrefix(f.body, []byte("\x07MESSAGE"))
	if !ok || len(rest) < 8 {
		return frame{}, errCurve
	}
	n := binary.BigEndian.Uint64(rest)
	if n <= ch.seen {
		return frame{}, errCurve
	}
	ch.seen = n
	plain, ok := box.OpenAfterPrecomputation(nil, rest[8:], nonce(ch.expectPrefix, rest[:8]), (*[32]byte)(&ch.key))
	if !ok || len(plain) == 0 {
		return frame{}, errCurve
	}
	return frame{command: plain[0]&2 != 0, more: plain[0]&1 != 0, body: plain[1:]}, nil
}

// expect reads the command of a step of the handshake.
func (c *Conn) expect(name string, least, most int) ([]byte, error) {
	f, err := readFrame(c.r, maxCommand)
	if err != nil {
		return nil, truncated(err)
	}
	got, data, err := splitCommand(f.body)
	if err != nil {
		return nil, err
	}
	if got == "ERROR" {
		return nil, fmt.Errorf("zmtp: the peer refused the handshake: %q", data)
	}
	if !f.command || got != name || len(data) < least || len(data) > most {
		return nil, errCurve
	}
	return data, nil
}

// curveServer is the server's side of the handshake. metadata is ours; the
// client's is returned.
func (c *Conn) curveServer(keys *KeyPair, metadata []byte) ([]byte, error) {
	hello, err := c.expect("HELLO", helloSize, helloSize)
	if err != nil {
		return nil, err
	}
	client := [32]byte(hello[74:106])
	zeros, ok := box.Open(nil, hello[114:], nonce("CurveZMQHELLO---", hello[106:114]), &client, (*[32]byte)(&keys.Secret))
	if !ok || !bytes.Equal(zeros, make([]byte, 64)) || hello[0] != 1 {
		return nil, errCurve
	}
	short, err := NewKeyPair()
	if err != nil {
		return nil, err
	}
	cookie := make([]byte, cookieSize) // we remember it, so it need not hold anything
	long := make([]byte, 16)
	rand.Read(cookie)
	rand.Read(long)
	welcome := box.Seal(bytes.Clone(long), append(short.Public[:], cookie...), nonce("WELCOME-", long), &client, (*[32]byte)(&keys.Secret))
	if err := c.writeBytes(appendCommand(nil, "WELCOME", welcome)); err != nil {
		return nil, err
	}
	return c.curveInitiate(keys, short, client, cookie, metadata)
}

// curveInitiate checks the client's INITIATE and answers READY.
func (c *Conn) curveInitiate(keys, short *KeyPair, client [32]byte, cookie, metadata []byte) ([]byte, error) {
	data, err := c.expect("INITIATE", cookieSize+8+32+vouchSize+box.Overhead, maxCommand)
	if err != nil {
		return nil, err
	}
	if subtle.ConstantTimeCompare(data[:cookieSize], cookie) == 0 {
		return nil, errCurve
	}
	ch := &channel{sendPrefix: fromServer, expectPrefix: fromClient, seen: binary.BigEndian.Uint64(data[cookieSize:])}
	box.Precompute((*[32]byte)(&ch.key), &client, (*[32]byte)(&short.Secret))
	plain, ok := box.OpenAfterPrecomputation(nil, data[cookieSize+8:], nonce("CurveZMQINITIATE", data[cookieSize:cookieSize+8]), (*[32]byte)(&ch.key))
	if !ok || len(plain) < 32+vouchSize {
		return nil, errCurve
	}
	identity, vouch, properties := [32]byte(plain[:32]), plain[32:32+vouchSize], plain[32+vouchSize:]
	vouched, ok := box.Open(nil, vouch[16:], nonce("VOUCH---", vouch[:16]), &identity, (*[32]byte)(&short.Secret))
	if !ok || !bytes.Equal(vouched, append(client[:], keys.Public[:]...)) {
		return nil, errCurve
	}
	ch.sent = 1
	ready := box.SealAfterPrecomputation(counter(1), metadata, nonce("CurveZMQREADY---", counter(1)), (*[32]byte)(&ch.key))
	c.crypt = ch
	return properties, c.writeBytes(appendCommand(nil, "READY", ready))
}

// curveClient is the client's side: keys are its own, server is the server's
// public key.
func (c *Conn) curveClient(keys *KeyPair, server *Key, metadata []byte) ([]byte, error) {
	short, err := NewKeyPair()
	if err != nil {
		return nil, err
	}
	hello := append(make([]byte, 74), short.Public[:]...)
	hello[0] = 1
	hello = append(hello, counter(1)...)
	hello = box.Seal(hello, make([]byte, 64), nonce("CurveZMQHELLO---", counter(1)), (*[32]byte)(server), (*[32]byte)(&short.Secret))
	if err := c.writeBytes(appendCommand(nil, "HELLO", hello)); err != nil {
		return nil, err
	}
	data, err := c.expect("WELCOME", welcomeSize, welcomeSize)
	if err != nil {
		return nil, err
	}
	plain, ok := box.Open(nil, data[16:], nonce("WELCOME-", data[:16]), (*[32]byte)(server), (*[32]byte)(&short.Secret))
	if !ok {
		return nil, errCurve
	}
	peer, cookie := [32]byte(plain[:32]), plain[32:]
	ch := &channel{sendPrefix: fromClient, expectPrefix: fromServer, sent: 2}
	box.Precompute((*[32]byte)(&ch.key), &peer, (*[32]byte)(&short.Secret))
	if err := c.writeBytes(appendCommand(nil, "INITIATE", initiate(ch, keys, short, server, peer, cookie, metadata))); err != nil {
		return nil, err
	}
	ready, err := c.expect("READY", 8+box.Overhead, maxCommand)
	if err != nil {
		return nil, err
	}
	properties, ok := box.OpenAfterPrecomputation(nil, ready[8:], nonce("CurveZMQREADY---", ready[:8]), (*[32]byte)(&ch.key))
	if !ok {
		return nil, errCurve
	}
	ch.seen = binary.BigEndian.Uint64(ready)
	c.crypt = ch
	return properties, nil
}

// initiate is the data of a client's INITIATE: its long-term key, vouched for.
func initiate(ch *channel, keys, short *KeyPair, server *Key, peer [32]byte, cookie, metadata []byte) []byte {
	long := make([]byte, 16)
	rand.Read(long)
	vouch := box.Seal(bytes.Clone(long), append(short.Public[:], server[:]...), nonce("VOUCH---", long), &peer, (*[32]byte)(&keys.Secret))
	plain := append(append(keys.Public[:], vouch...), metadata...)
	out := append(bytes.Clone(cookie), counter(2)...)
	return box.SealAfterPrecomputation(out, plain, nonce("CurveZMQINITIATE", counter(2)), (*[32]byte)(&ch.key))
}
