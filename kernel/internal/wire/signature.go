package wire

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"sync"
)

// remembered is how many signatures a [Signer] keeps to refuse a replay, as
// many as jupyter_client does.
const remembered = 1 << 16

// A Signer signs messages and checks signatures with HMAC-SHA256. With an
// empty key, messages are neither signed nor checked.
type Signer struct {
	key []byte

	mu   sync.Mutex
	seen map[[sha256.Size]byte]struct{}
	ring [][sha256.Size]byte // seen, oldest at next once it is full
	next int
}

// NewSigner returns a signer for the key of a connection file.
func NewSigner(key string) *Signer {
	return &Signer{key: []byte(key), seen: map[[sha256.Size]byte]struct{}{}}
}

func (s *Signer) mac(parts [][]byte) hash.Hash {
	h := hmac.New(sha256.New, s.key)
	for _, p := range parts {
		h.Write(p)
	}
	return h
}

// sign returns the signature of the four parts of a message, in hexadecimal.
func (s *Signer) sign(parts [][]byte) []byte {
	if len(s.key) == 0 {
		return nil
	}
	sum := s.mac(parts).Sum(nil)
	return hex.AppendEncode(make([]byte, 0, 2*len(sum)), sum)
}

// verify checks a signature in constant time, and that it is new.
func (s *Signer) verify(signature []byte, parts [][]byte) error {
	if len(s.key) == 0 {
		return nil
	}
	var want, got [sha256.Size]byte
	s.mac(parts).Sum(want[:0])
	if len(signature) != 2*len(got) {
		return errSignature
	}
	if _, err := hex.Decode(got[:], signature); err != nil || !hmac.Equal(want[:], got[:]) {
		return errSignature
	}
	return s.remember(want)
}

func (s *Signer) remember(sum [sha256.Size]byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.seen[sum]; ok {
		return errReplayed
	}
	s.seen[sum] = struct{}{}
	if len(s.ring) < remembered {
		s.ring = append(s.ring, sum)
		return nil
	}
	delete(s.seen, s.ring[s.next])
	s.ring[s.next] = sum
	s.next = (s.next + 1) % remembered
	return nil
}
