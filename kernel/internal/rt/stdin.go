package rt

import (
	"fmt"
	"io"
	"sync"
	"unicode/utf8"

	"songsong/kernel/display"
)

// stdin stands for os.Stdin in a cell: each read asks the reader for a line.
type stdin struct {
	mu   sync.Mutex
	rest []byte // of the last line
	last []byte // the last rune, for UnreadRune
}

// Stdin stands for os.Stdin where a cell uses it as an io.Reader.
var Stdin io.Reader = new(stdin)

func (s *stdin) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.rest) == 0 {
		line, err := display.Input("")
		if err != nil {
			return 0, err
		}
		s.rest = append([]byte(line), '\n')
	}
	n := copy(p, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

// ReadRune and UnreadRune keep fmt.Scan from losing what it reads ahead.
func (s *stdin) ReadRune() (r rune, size int, err error) {
	var b [4]byte
	n := 0
	for n < len(b) {
		if _, err := io.ReadFull(s, b[n:n+1]); err != nil {
			return 0, n, err
		}
		n++
		if utf8.FullRune(b[:n]) {
			r, size := utf8.DecodeRune(b[:n])
			s.last = b[:n]
			return r, size, nil
		}
	}
	s.last = b[:n]
	return '\uFFFD', n, nil
}

// UnreadRune puts the last rune back.
func (s *stdin) UnreadRune() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rest = append(append([]byte{}, s.last...), s.rest...)
	s.last = nil
	return nil
}

// Scan, Scanln and Scanf stand for those of fmt in a cell.
func Scan(a ...any) (n int, err error)                 { return fmt.Fscan(Stdin, a...) }
func Scanln(a ...any) (n int, err error)               { return fmt.Fscanln(Stdin, a...) }
func Scanf(format string, a ...any) (n int, err error) { return fmt.Fscanf(Stdin, format, a...) }

// Feed puts text in front of what the reader will type.
func Feed(text string) {
	s := Stdin.(*stdin)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rest = append(s.rest, text...)
}
