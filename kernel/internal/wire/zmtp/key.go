package zmtp

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"strings"

	"golang.org/x/crypto/nacl/box"
)

// A Key is a public or secret key of Curve25519.
type Key [32]byte

// A KeyPair is the long-term identity of a CURVE server or client.
type KeyPair struct{ Public, Secret Key }

// NewKeyPair makes a random pair.
func NewKeyPair() (*KeyPair, error) {
	pub, sec, err := box.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	return &KeyPair{*pub, *sec}, nil
}

// z85 are the digits of ZeroMQ's text form of keys, base 85:
// https://rfc.zeromq.org/spec/32/.
const z85 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"

var errKey = errors.New("zmtp: a key is 40 characters of Z85")

// ParseKey reads a key in Z85, as connection files have it.
func ParseKey(s string) (Key, error) {
	var k Key
	if len(s) != 40 {
		return k, errKey
	}
	for i := 0; i < len(s); i += 5 {
		var v uint64
		for _, c := range []byte(s[i : i+5]) {
			d := strings.IndexByte(z85, c)
			if d < 0 {
				return k, errKey
			}
			v = v*85 + uint64(d)
		}
		if v > 1<<32-1 {
			return k, errKey
		}
		binary.BigEndian.PutUint32(k[i/5*4:], uint32(v))
	}
	return k, nil
}

// String is the key in Z85.
func (k Key) String() string {
	out := make([]byte, 40)
	for i := 0; i < len(k); i += 4 {
		v := binary.BigEndian.Uint32(k[i:])
		for j := 4; j >= 0; j-- {
			out[i/4*5+j] = z85[v%85]
			v /= 85
		}
	}
	return string(out)
}
